/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-provider.h"

G_DEFINE_INTERFACE (UpscaleTileProvider, upscale_tile_provider, G_TYPE_OBJECT)

static void
upscale_tile_provider_default_init (UpscaleTileProviderInterface *iface)
{
}

/**
 * upscale_tile_provider_add_painter:
 * @provider: a provider
 * @capabilities: the capabilities of an endpoint of the job
 *
 * Names an endpoint whose painted tiles may be taken from the tile
 * cache.
 */
void
upscale_tile_provider_add_painter (UpscaleTileProvider *provider,
                                   UpscaleCapabilities *capabilities)
{
  g_return_if_fail (UPSCALE_IS_TILE_PROVIDER (provider));

  UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->add_painter (provider, capabilities);
}

/**
 * upscale_tile_provider_prepare_async:
 * @provider: a provider
 * @tile_index: a tile that is not settled
 * @capabilities: the capabilities of the endpoint that the tile is for
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Makes the message for a tile, or finds that nothing needs to be sent.
 */
void
upscale_tile_provider_prepare_async (UpscaleTileProvider *provider,
                                     guint                tile_index,
                                     UpscaleCapabilities *capabilities,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  g_return_if_fail (UPSCALE_IS_TILE_PROVIDER (provider));

  UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->prepare_async (provider, tile_index,
                                                             capabilities, cancellable,
                                                             callback, user_data);
}

/**
 * upscale_tile_provider_prepare_finish:
 * @provider: a provider
 * @result: the result that the callback got
 * @prepared: (out): the result
 * @message: (out) (transfer full) (nullable): the message, with %UPSCALE_PREPARED_SEND
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
  g_return_val_if_fail (UPSCALE_IS_TILE_PROVIDER (provider), FALSE);

  return UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->prepare_finish (provider, result,
                                                                     prepared, message,
                                                                     error);
}

/**
 * upscale_tile_provider_accept_async:
 * @provider: a provider
 * @message: the message that was sent
 * @image: the answered file, not checked yet
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Checks a picture, stores it, and settles its tile.
 */
void
upscale_tile_provider_accept_async (UpscaleTileProvider *provider,
                                    UpscaleTileMessage  *message,
                                    GBytes              *image,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  g_return_if_fail (UPSCALE_IS_TILE_PROVIDER (provider));

  UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->accept_async (provider, message, image,
                                                            cancellable, callback,
                                                            user_data);
}

/**
 * upscale_tile_provider_accept_finish:
 * @provider: a provider
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE if the tile is settled; %FALSE with %UPSCALE_ERROR_BAD_PICTURE if the
 * picture can't be used
 */
gboolean
upscale_tile_provider_accept_finish (UpscaleTileProvider *provider,
                                     GAsyncResult        *result,
                                     GError             **error)
{
  g_return_val_if_fail (UPSCALE_IS_TILE_PROVIDER (provider), FALSE);

  return UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->accept_finish (provider, result,
                                                                    error);
}

/**
 * upscale_tile_provider_give_up_async:
 * @provider: a provider
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
  g_return_if_fail (UPSCALE_IS_TILE_PROVIDER (provider));

  UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->give_up_async (provider, tile_index,
                                                             callback, user_data);
}

/**
 * upscale_tile_provider_give_up_finish:
 * @provider: a provider
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Returns: %FALSE on failure
 */
gboolean
upscale_tile_provider_give_up_finish (UpscaleTileProvider *provider,
                                      GAsyncResult        *result,
                                      GError             **error)
{
  g_return_val_if_fail (UPSCALE_IS_TILE_PROVIDER (provider), FALSE);

  return UPSCALE_TILE_PROVIDER_GET_IFACE (provider)->give_up_finish (provider, result,
                                                                     error);
}
