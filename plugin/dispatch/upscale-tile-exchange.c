/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-exchange.h"

G_DEFINE_INTERFACE (UpscaleTileExchange, upscale_tile_exchange, G_TYPE_OBJECT)

static void
upscale_tile_exchange_default_init (UpscaleTileExchangeInterface *iface)
{
}

/**
 * upscale_tile_exchange_add_painter:
 * @exchange: an exchange
 * @capabilities: what an endpoint of the job can do
 *
 * Tells who may have painted what lies in the store.
 */
void
upscale_tile_exchange_add_painter (UpscaleTileExchange *exchange,
                                   UpscaleCapabilities *capabilities)
{
  UPSCALE_TILE_EXCHANGE_GET_IFACE (exchange)->add_painter (exchange, capabilities);
}

/**
 * upscale_tile_exchange_prepare_async:
 * @exchange: an exchange
 * @tile_index: a tile that is not settled
 * @capabilities: who it is for
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Makes what is sent for a tile, or finds that nothing need be sent.
 */
void
upscale_tile_exchange_prepare_async (UpscaleTileExchange *exchange,
                                     guint                tile_index,
                                     UpscaleCapabilities *capabilities,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  UPSCALE_TILE_EXCHANGE_GET_IFACE (exchange)->prepare_async (exchange, tile_index,
                                                             capabilities, cancellable,
                                                             callback, user_data);
}

/**
 * upscale_tile_exchange_prepare_finish:
 * @exchange: an exchange
 * @result: what the callback got
 * @prepared: (out): what became of the tile
 * @message: (out) (transfer full) (nullable): what to send, with %UPSCALE_PREPARED_SEND
 * @error: return location for an error
 *
 * Returns: %FALSE on failure
 */
gboolean
upscale_tile_exchange_prepare_finish (UpscaleTileExchange *exchange,
                                      GAsyncResult        *result,
                                      UpscalePrepared     *prepared,
                                      UpscaleTileMessage **message,
                                      GError             **error)
{
  return UPSCALE_TILE_EXCHANGE_GET_IFACE (exchange)->prepare_finish (exchange, result,
                                                                     prepared, message,
                                                                     error);
}

/**
 * upscale_tile_exchange_accept_async:
 * @exchange: an exchange
 * @message: what was sent
 * @image: the answered file, not yet looked at
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Checks an answer, keeps it, and settles its tile.
 */
void
upscale_tile_exchange_accept_async (UpscaleTileExchange *exchange,
                                    UpscaleTileMessage  *message,
                                    GBytes              *image,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  UPSCALE_TILE_EXCHANGE_GET_IFACE (exchange)->accept_async (exchange, message, image,
                                                            cancellable, callback,
                                                            user_data);
}

/**
 * upscale_tile_exchange_accept_finish:
 * @exchange: an exchange
 * @result: what the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE when the tile is settled; %FALSE with %UPSCALE_ERROR_BAD_PICTURE when
 * the picture is no good
 */
gboolean
upscale_tile_exchange_accept_finish (UpscaleTileExchange *exchange,
                                     GAsyncResult        *result,
                                     GError             **error)
{
  return UPSCALE_TILE_EXCHANGE_GET_IFACE (exchange)->accept_finish (exchange, result,
                                                                    error);
}

/**
 * upscale_tile_exchange_give_up_async:
 * @exchange: an exchange
 * @tile_index: a tile that is not settled
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Settles a tile as the base.
 */
void
upscale_tile_exchange_give_up_async (UpscaleTileExchange *exchange,
                                     guint                tile_index,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  UPSCALE_TILE_EXCHANGE_GET_IFACE (exchange)->give_up_async (exchange, tile_index,
                                                             callback, user_data);
}

/**
 * upscale_tile_exchange_give_up_finish:
 * @exchange: an exchange
 * @result: what the callback got
 * @error: return location for an error
 *
 * Returns: %FALSE on failure
 */
gboolean
upscale_tile_exchange_give_up_finish (UpscaleTileExchange *exchange,
                                      GAsyncResult        *result,
                                      GError             **error)
{
  return UPSCALE_TILE_EXCHANGE_GET_IFACE (exchange)->give_up_finish (exchange, result,
                                                                     error);
}
