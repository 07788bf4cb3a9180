/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-tile-server.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_TILE_SERVER_BACKEND (upscale_tile_server_backend_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleTileServerBackend,
                      upscale_tile_server_backend,
                      UPSCALE,
                      TILE_SERVER_BACKEND,
                      GObject)

UpscaleBackend *upscale_tile_server_backend_new (const UpscaleTileServer *server,
                                                 GUri                    *base,
                                                 UpscaleHttp             *http,
                                                 UpscaleClock            *clock);
const UpscaleTileServerAddress *
upscale_tile_server_backend_get_address (UpscaleTileServerBackend *backend);

G_END_DECLS
