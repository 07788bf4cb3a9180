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
 * @UPSCALE_PREPARED_STORED: a finished tile was found in the store; it is settled
 * @UPSCALE_PREPARED_SKIPPED: the tile holds nothing to paint; it is settled as the base
 */
typedef enum
{
  UPSCALE_PREPARED_SEND,
  UPSCALE_PREPARED_STORED,
  UPSCALE_PREPARED_SKIPPED,
} UpscalePrepared;

/**
 * UpscaleTileProviderInterface:
 * @add_painter: tells who may have painted what lies in the store; from then on its
 * tiles are found
 * @prepare_async: makes what is sent for one tile, in the form the endpoint takes, or
 * finds that nothing need be sent
 * @prepare_finish: its end; on %UPSCALE_PREPARED_SEND sets @message
 * @accept_async: checks the file answered to a message, keeps it, and settles the tile.
 * Fails with %UPSCALE_ERROR_BAD_PICTURE when it can't be used
 * @accept_finish: its end
 * @give_up_async: settles the tile as the base, after its last try
 * @give_up_finish: its end
 *
 * Where tiles come from and go to. The scheduler knows no pixels; it trades them here.
 * Everything is called on the main thread and answers there; the work happens in threads.
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
