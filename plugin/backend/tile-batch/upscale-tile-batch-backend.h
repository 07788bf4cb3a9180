/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-clock.h"
#include "upscale-http.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_TILE_BATCH_BACKEND (upscale_tile_batch_backend_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleTileBatchBackend,
                      upscale_tile_batch_backend,
                      UPSCALE,
                      TILE_BATCH_BACKEND,
                      GObject)

UpscaleTileBatchBackend *
upscale_tile_batch_backend_new (GUri *base, UpscaleHttp *http, UpscaleClock *clock);

G_END_DECLS
