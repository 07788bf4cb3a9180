/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-clock.h"
#include "upscale-http.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_TILE_BATCH_BACKEND (upscale_tile_batch_backend_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleTileBatchBackend,
                      upscale_tile_batch_backend,
                      UPSCALE,
                      TILE_BATCH_BACKEND,
                      GObject)

/**
 * UpscaleTileBatchDetector:
 * @detect_async: asks a server for its kind; calls back on the main thread
 * @detect_finish: returns the error that tells the user how to name the kind (transfer
 * full), or %NULL if the kind is unknown
 *
 * Finds the kind of a server that does not speak the tile-batch contract.
 */
typedef struct
{
  void (*detect_async) (GUri               *base,
                        UpscaleHttp        *http,
                        UpscaleClock       *clock,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data);
  GError *(*detect_finish) (GAsyncResult *result);
} UpscaleTileBatchDetector;

UpscaleTileBatchBackend *
upscale_tile_batch_backend_new (GUri                           *base,
                                UpscaleHttp                    *http,
                                UpscaleClock                   *clock,
                                const UpscaleTileBatchDetector *detector);

G_END_DECLS
