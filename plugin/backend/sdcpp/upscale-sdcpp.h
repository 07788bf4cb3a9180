/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-http.h"

G_BEGIN_DECLS

UpscaleBackend *
upscale_sdcpp_backend_new (GUri *base, UpscaleHttp *http, UpscaleClock *clock);

G_END_DECLS
