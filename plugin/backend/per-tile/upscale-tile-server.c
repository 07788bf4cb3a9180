/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-server.h"

/**
 * upscale_tile_server_info_new:
 * @address: a server
 *
 * Returns: (transfer full): the info that is known before any request
 */
UpscaleTileServerInfo *
upscale_tile_server_info_new (const UpscaleTileServerAddress *address)
{
  g_return_val_if_fail (address != NULL, NULL);

  return address->server->info_new (address->base);
}

/**
 * upscale_tile_server_info_ref:
 * @info: an info
 *
 * Returns: (transfer full): @info
 */
UpscaleTileServerInfo *
upscale_tile_server_info_ref (UpscaleTileServerInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  return g_atomic_rc_box_acquire (info);
}

/**
 * upscale_tile_server_info_unref:
 * @server: the kind that made @info
 * @info: (transfer full): an info
 *
 * Drops a reference.
 */
void
upscale_tile_server_info_unref (const UpscaleTileServer *server,
                                UpscaleTileServerInfo   *info)
{
  g_return_if_fail (server != NULL);
  g_return_if_fail (info != NULL);

  g_atomic_rc_box_release_full (info, (GDestroyNotify) server->info_clear);
}
