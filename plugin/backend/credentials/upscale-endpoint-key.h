/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-http.h"
#include "upscale-key-spec.h"

G_BEGIN_DECLS

void upscale_endpoint_key_add_basic (UpscaleHttp *http, const char *pair);
void
upscale_endpoint_key_add (UpscaleHttp *http, const UpscaleKeySpec *spec, GStrv parts);
gboolean upscale_endpoint_key_add_stored (UpscaleHttp          *http,
                                          const UpscaleKeySpec *spec,
                                          GError              **error);

G_END_DECLS
