/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-server.h"

/**
 * upscale_tile_server_address_new:
 * @server: the protocol that is spoken; static
 * @base: address that routes are relative to
 * @http: sends requests, with the headers of the server
 * @clock: measures waits before requests
 *
 * Returns: (transfer full): the address, for the main thread
 */
UpscaleTileServerAddress *
upscale_tile_server_address_new (const UpscaleTileServer *server,
                                 GUri                    *base,
                                 UpscaleHttp             *http,
                                 UpscaleClock            *clock)
{
  UpscaleTileServerAddress *address;

  g_return_val_if_fail (server != NULL, NULL);
  g_return_val_if_fail (base != NULL, NULL);
  g_return_val_if_fail (UPSCALE_IS_HTTP (http), NULL);
  g_return_val_if_fail (UPSCALE_IS_CLOCK (clock), NULL);

  address = g_rc_box_new (UpscaleTileServerAddress);
  address->server = server;
  address->base = g_uri_ref (base);
  address->http = g_object_ref (http);
  address->clock = g_object_ref (clock);
  return address;
}

/**
 * upscale_tile_server_address_ref:
 * @address: an address
 *
 * Returns: (transfer full): @address
 */
UpscaleTileServerAddress *
upscale_tile_server_address_ref (UpscaleTileServerAddress *address)
{
  g_return_val_if_fail (address != NULL, NULL);

  return g_rc_box_acquire (address);
}

static void
address_clear (UpscaleTileServerAddress *address)
{
  g_uri_unref (address->base);
  g_object_unref (address->http);
  g_object_unref (address->clock);
}

/**
 * upscale_tile_server_address_unref:
 * @address: (transfer full): an address
 *
 * Drops a reference.
 */
void
upscale_tile_server_address_unref (UpscaleTileServerAddress *address)
{
  g_return_if_fail (address != NULL);

  g_rc_box_release_full (address, (GDestroyNotify) address_clear);
}

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
