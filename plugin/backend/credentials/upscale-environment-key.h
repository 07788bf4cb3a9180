/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-http.h"

G_BEGIN_DECLS

gboolean upscale_environment_key_check (GUri *address, GError **error);
void     upscale_environment_key_add (UpscaleHttp *http, GUri *address);

G_END_DECLS
