/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-sdapi.h"

#include "upscale-sdapi-cancel.h"
#include "upscale-sdapi-tile.h"
#include "upscale-tile-server-backend.h"

static const UpscaleTileServer server = {
  .info_new = upscale_sdapi_server_info_new,
  .info_clear = upscale_sdapi_server_info_clear,
  .discover = upscale_sdapi_server_info_discover,
  .describe = upscale_sdapi_server_info_describe,
  .refine = upscale_sdapi_server_info_refine,
  .tile_new = upscale_sdapi_tile_new,
  .tile_free = upscale_sdapi_tile_free,
  .tile_build_next = upscale_sdapi_tile_build_next,
  .cancel_new = upscale_sdapi_cancel_new,
  .cancel_free = upscale_sdapi_cancel_free,
  .cancel_build_next = upscale_sdapi_cancel_build_next,
};

/**
 * upscale_sdapi_backend_new:
 * @base: address that routes are relative to
 * @http: sends requests, with the headers of the server
 * @clock: measures waits before requests
 *
 * Returns: (transfer full): a backend for AUTOMATIC1111's web API under `/sdapi/v1`,
 * which Forge, SD.Next and stable-diffusion.cpp have too
 */
UpscaleBackend *
upscale_sdapi_backend_new (GUri *base, UpscaleHttp *http, UpscaleClock *clock)
{
  return upscale_tile_server_backend_new (&server, base, http, clock);
}
