/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-endpoint-list.h"
#include "upscale-completions.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_ENDPOINT_EDITOR (upscale_endpoint_editor_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleEndpointEditor,
                      upscale_endpoint_editor,
                      UPSCALE,
                      ENDPOINT_EDITOR,
                      GtkDialog)

/**
 * UpscaleEndpointTestFunc:
 * @endpoint: name of an endpoint
 * @seconds: duration of its test tile
 * @user_data: the function's own data
 *
 * Keeps the duration of a test tile.
 */
typedef void (*UpscaleEndpointTestFunc) (const char *endpoint,
                                         double      seconds,
                                         gpointer    user_data);

void upscale_endpoint_editor_run (GtkWindow                  *parent,
                                  const UpscaleEndpointTools *tools,
                                  UpscaleGenParams           *gen_params,
                                  UpscaleCompletions         *completions,
                                  UpscaleEndpointTestFunc     note_test,
                                  gpointer                    note_data);

G_END_DECLS
