/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-completions.h"
#include "upscale-endpoint-list.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_ENDPOINT_LIGHT (upscale_endpoint_light_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleEndpointLight,
                      upscale_endpoint_light,
                      UPSCALE,
                      ENDPOINT_LIGHT,
                      GtkBox)

GtkWidget  *upscale_endpoint_light_new (GObject                    *config,
                                        const UpscaleEndpointTools *tools,
                                        UpscaleCompletions         *completions);
const char *upscale_endpoint_light_get_sentences (UpscaleEndpointLight *light);
char       *upscale_endpoint_light_dup_missing (UpscaleEndpointLight   *light,
                                                const UpscaleGenParams *gen_params);
gboolean    upscale_endpoint_light_denies_captions (UpscaleEndpointLight *light,
                                                    const char           *name);

G_END_DECLS
