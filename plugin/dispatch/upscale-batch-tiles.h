/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-tile-message.h"

G_BEGIN_DECLS

typedef struct _UpscaleBatchTiles UpscaleBatchTiles;

UpscaleBatchTiles *upscale_batch_tiles_new (void);
void               upscale_batch_tiles_free (UpscaleBatchTiles *tiles);

void     upscale_batch_tiles_add (UpscaleBatchTiles *tiles, guint tile_index);
gboolean upscale_batch_tiles_drop (UpscaleBatchTiles *tiles, guint tile_index);
gboolean upscale_batch_tiles_has (const UpscaleBatchTiles *tiles, guint tile_index);
void     upscale_batch_tiles_set_message (UpscaleBatchTiles  *tiles,
                                          guint               tile_index,
                                          UpscaleTileMessage *message);
UpscaleTileMessage *upscale_batch_tiles_answer (UpscaleBatchTiles *tiles,
                                                guint              tile_index);

guint      upscale_batch_tiles_get_first (const UpscaleBatchTiles *tiles);
guint      upscale_batch_tiles_get_unprepared (UpscaleBatchTiles *tiles);
guint      upscale_batch_tiles_count_open (const UpscaleBatchTiles *tiles);
GArray    *upscale_batch_tiles_get_open (const UpscaleBatchTiles *tiles);
GPtrArray *upscale_batch_tiles_get_messages (const UpscaleBatchTiles *tiles);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleBatchTiles, upscale_batch_tiles_free)

G_END_DECLS
