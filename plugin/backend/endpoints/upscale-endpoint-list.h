/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-endpoint-file.h"
#include "upscale-endpoint-tools.h"

G_BEGIN_DECLS

GPtrArray *upscale_endpoint_list_describe (const char                *text,
                                           const UpscaleEndpointFile *file,
                                           GError                   **error);
gboolean   upscale_endpoint_list_is_local (const char                *text,
                                           const UpscaleEndpointFile *file);
GPtrArray *upscale_endpoint_list_new (const char                 *text,
                                      const UpscaleEndpointTools *tools,
                                      GError                    **error);

G_END_DECLS
