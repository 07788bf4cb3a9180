/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-endpoint-entry.h"
#include "upscale-http.h"

G_BEGIN_DECLS

void     upscale_endpoint_key_add_basic (UpscaleHttp *http, const char *pair);
void     upscale_endpoint_key_add (UpscaleHttp                *http,
                                   const UpscaleEndpointEntry *entry,
                                   GStrv                       parts);
gboolean upscale_endpoint_key_find (const UpscaleEndpointEntry *entry,
                                    UpscaleHttp                *http,
                                    GError                    **error);

G_END_DECLS
