/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-endpoint-tester.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_ENDPOINT_EDITOR (upscale_endpoint_editor_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleEndpointEditor,
                      upscale_endpoint_editor,
                      UPSCALE,
                      ENDPOINT_EDITOR,
                      GtkDialog)

void upscale_endpoint_editor_run (GtkWindow *parent, UpscaleEndpointTesterParts parts);

G_END_DECLS
