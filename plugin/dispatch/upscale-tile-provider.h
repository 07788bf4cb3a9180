/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "upscale-batch.h"
#include "upscale-capabilities.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_TILE_PROVIDER (upscale_tile_provider_get_type ())
G_DECLARE_INTERFACE (UpscaleTileProvider,
                     upscale_tile_provider,
                     UPSCALE,
                     TILE_PROVIDER,
                     GObject)

/**
 * UpscalePrepared:
 * @UPSCALE_PREPARED_SEND: a message was made; the tile must be painted
 * @UPSCALE_PREPARED_STORED: the tile was found in the tile cache, and is settled
 * @UPSCALE_PREPARED_SKIPPED: the tile holds nothing to paint, and is settled as the base
 *
 * The results of preparing a tile.
 */
typedef enum
{
  UPSCALE_PREPARED_SEND,
  UPSCALE_PREPARED_STORED,
  UPSCALE_PREPARED_SKIPPED,
} UpscalePrepared;

/**
 * UpscaleTileProviderInterface:
 * @add_painter: names an endpoint whose painted tiles may be taken from the tile
 * cache
 * @prepare_async: makes the message for one tile, in the form that the endpoint takes, or
 * finds that nothing needs to be sent
 * @prepare_finish: ends the preparation; sets @message with %UPSCALE_PREPARED_SEND
 * @accept_async: checks the picture or the text that answers a message, stores it, and
 * settles the tile. Fails with %UPSCALE_ERROR_BAD_PICTURE if the picture can't be used
 * @accept_finish: ends the acceptance
 * @give_up_async: settles the tile as the base, after its last try
 * @give_up_finish: ends the settling
 *
 * The source and the destination of tiles, so that the scheduler needs to know no pixels.
 * All calls and callbacks are on the main thread; the work is done in worker threads.
 */
struct _UpscaleTileProviderInterface
{
  GTypeInterface parent_iface;

  void (*add_painter) (UpscaleTileProvider *provider, UpscaleCapabilities *capabilities);
  void (*prepare_async) (UpscaleTileProvider *provider,
                         guint                tile_index,
                         UpscaleCapabilities *capabilities,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data);
  gboolean (*prepare_finish) (UpscaleTileProvider *provider,
                              GAsyncResult        *result,
                              UpscalePrepared     *prepared,
                              UpscaleTileMessage **message,
                              GError             **error);

  void (*accept_async) (UpscaleTileProvider *provider,
                        UpscaleTileMessage  *message,
                        GBytes              *image,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data);
  gboolean (*accept_finish) (UpscaleTileProvider *provider,
                             GAsyncResult        *result,
                             GError             **error);

  void (*give_up_async) (UpscaleTileProvider *provider,
                         guint                tile_index,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data);
  gboolean (*give_up_finish) (UpscaleTileProvider *provider,
                              GAsyncResult        *result,
                              GError             **error);
};

void     upscale_tile_provider_add_painter (UpscaleTileProvider *provider,
                                            UpscaleCapabilities *capabilities);
void     upscale_tile_provider_prepare_async (UpscaleTileProvider *provider,
                                              guint                tile_index,
                                              UpscaleCapabilities *capabilities,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             user_data);
gboolean upscale_tile_provider_prepare_finish (UpscaleTileProvider *provider,
                                               GAsyncResult        *result,
                                               UpscalePrepared     *prepared,
                                               UpscaleTileMessage **message,
                                               GError             **error);
void     upscale_tile_provider_accept_async (UpscaleTileProvider *provider,
                                             UpscaleTileMessage  *message,
                                             GBytes              *image,
                                             GCancellable        *cancellable,
                                             GAsyncReadyCallback  callback,
                                             gpointer             user_data);
gboolean upscale_tile_provider_accept_finish (UpscaleTileProvider *provider,
                                              GAsyncResult        *result,
                                              GError             **error);
void     upscale_tile_provider_give_up_async (UpscaleTileProvider *provider,
                                              guint                tile_index,
                                              GAsyncReadyCallback  callback,
                                              gpointer             user_data);
gboolean upscale_tile_provider_give_up_finish (UpscaleTileProvider *provider,
                                               GAsyncResult        *result,
                                               GError             **error);

G_END_DECLS
