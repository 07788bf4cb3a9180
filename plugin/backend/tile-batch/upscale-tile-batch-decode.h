/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "upscale-batch.h"
#include "upscale-capabilities.h"
#include "upscale-tile-batch-answer.h"

G_BEGIN_DECLS

UpscaleTileBatchAnswer      *
upscale_tile_batch_decode (GBytes *body, const UpscaleBatch *batch, GError **error);
void upscale_tile_batch_decode_async (GBytes             *body,
                                      UpscaleBatch       *batch,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
UpscaleTileBatchAnswer *upscale_tile_batch_decode_finish (GAsyncResult *result,
                                                          GError      **error);
UpscaleCapabilities    *upscale_tile_batch_decode_health (GBytes *body, GError **error);

G_END_DECLS
