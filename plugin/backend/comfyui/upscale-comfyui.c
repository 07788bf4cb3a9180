/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-comfyui.h"

#include "upscale-comfyui-cancel.h"
#include "upscale-comfyui-capabilities.h"
#include "upscale-comfyui-tile.h"
#include "upscale-tile-server-backend.h"

static const UpscaleTileServer server = {
  .info_new = upscale_comfyui_server_info_new,
  .info_clear = upscale_comfyui_server_info_clear,
  .discover = upscale_comfyui_server_info_discover,
  .describe = upscale_comfyui_capabilities_new,
  .refine = upscale_comfyui_capabilities_refine,
  .tile_new = upscale_comfyui_tile_new,
  .tile_free = upscale_comfyui_tile_free,
  .tile_build_next = upscale_comfyui_tile_build_next,
  .cancel_new = upscale_comfyui_cancel_new,
  .cancel_free = upscale_comfyui_cancel_free,
  .cancel_build_next = upscale_comfyui_cancel_build_next,
  .takes_ids = TRUE,
};

/**
 * upscale_comfyui_backend_new:
 * @base: address that routes are relative to; its fragment is the path of the user's own
 * workflow, and our workflow is used without a fragment
 * @http: sends requests, with the headers of the server
 * @clock: measures waits before requests
 *
 * Returns: (transfer full): a backend for ComfyUI
 */
UpscaleBackend *
upscale_comfyui_backend_new (GUri *base, UpscaleHttp *http, UpscaleClock *clock)
{
  return upscale_tile_server_backend_new (&server, base, http, clock);
}
