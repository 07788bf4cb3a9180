/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-provider.h"

G_DEFINE_INTERFACE (UpscaleTileProvider, upscale_tile_provider, G_TYPE_OBJECT)

static void
upscale_tile_provider_default_init (UpscaleTileProviderInterface *iface)
{
}

/**
 * upscale_tile_provider_add_painter:
 * @provider: an provider
 * @capabilities: what an endpoint of the job can do
 *
 * Tells who may have painted what lies in the store.
 */
void
upscale_tile_provider_add_painter (UpscaleTileProvider *provider,
                                   UpscaleCapabilities *capabilities)
{
  UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->add_painter (provider, capabilities);
}

/**
 * upscale_tile_provider_prepare_async:
 * @provider: an provider
 * @tile_index: a tile that is not settled
 * @capabilities: who it is for
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Makes what is sent for a tile, or finds that nothing need be sent.
 */
void
upscale_tile_provider_prepare_async (UpscaleTileProvider *provider,
                                     guint                tile_index,
                                     UpscaleCapabilities *capabilities,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->prepare_async (provider, tile_index,
                                                             capabilities, cancellable,
                                                             callback, user_data);
}

/**
 * upscale_tile_provider_prepare_finish:
 * @provider: an provider
 * @result: what the callback got
 * @prepared: (out): what became of the tile
 * @message: (out) (transfer full) (nullable): what to send, with %UPSCALE_PREPARED_SEND
 * @error: return location for an error
 *
 * Returns: %FALSE on failure
 */
gboolean
upscale_tile_provider_prepare_finish (UpscaleTileProvider *provider,
                                      GAsyncResult        *result,
                                      UpscalePrepared     *prepared,
                                      UpscaleTileMessage **message,
                                      GError             **error)
{
  return UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->prepare_finish (provider, result,
                                                                     prepared, message,
                                                                     error);
}

/**
 * upscale_tile_provider_accept_async:
 * @provider: an provider
 * @message: what was sent
 * @image: the answered file, not yet looked at
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Checks an answer, keeps it, and settles its tile.
 */
void
upscale_tile_provider_accept_async (UpscaleTileProvider *provider,
                                    UpscaleTileMessage  *message,
                                    GBytes              *image,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->accept_async (provider, message, image,
                                                            cancellable, callback,
                                                            user_data);
}

/**
 * upscale_tile_provider_accept_finish:
 * @provider: an provider
 * @result: what the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE when the tile is settled; %FALSE with %UPSCALE_ERROR_BAD_PICTURE when
 * the picture is no good
 */
gboolean
upscale_tile_provider_accept_finish (UpscaleTileProvider *provider,
                                     GAsyncResult        *result,
                                     GError             **error)
{
  return UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->accept_finish (provider, result,
                                                                    error);
}

/**
 * upscale_tile_provider_give_up_async:
 * @provider: an provider
 * @tile_index: a tile that is not settled
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Settles a tile as the base.
 */
void
upscale_tile_provider_give_up_async (UpscaleTileProvider *provider,
                                     guint                tile_index,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->give_up_async (provider, tile_index,
                                                             callback, user_data);
}

/**
 * upscale_tile_provider_give_up_finish:
 * @provider: an provider
 * @result: what the callback got
 * @error: return location for an error
 *
 * Returns: %FALSE on failure
 */
gboolean
upscale_tile_provider_give_up_finish (UpscaleTileProvider *provider,
                                      GAsyncResult        *result,
                                      GError             **error)
{
  return UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->give_up_finish (provider, result,
                                                                     error);
}
