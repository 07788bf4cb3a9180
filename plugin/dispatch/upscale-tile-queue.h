/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-endpoint.h"

G_BEGIN_DECLS

typedef struct _UpscaleTileQueue UpscaleTileQueue;

UpscaleTileQueue *upscale_tile_queue_new (guint n_tiles);
void              upscale_tile_queue_free (UpscaleTileQueue *queue);

guint    upscale_tile_queue_get_n_pending (const UpscaleTileQueue *queue);
guint    upscale_tile_queue_get_n_in_flight (const UpscaleTileQueue *queue);
gboolean upscale_tile_queue_has_for (const UpscaleTileQueue *queue,
                                     UpscaleEndpoint        *endpoint,
                                     gboolean                has_others);
gboolean upscale_tile_queue_take (UpscaleTileQueue *queue,
                                  UpscaleEndpoint  *endpoint,
                                  gboolean          has_others,
                                  GArray           *beside,
                                  guint            *tile_index);
gboolean upscale_tile_queue_take_any (UpscaleTileQueue *queue, guint *tile_index);
void     upscale_tile_queue_return (UpscaleTileQueue *queue, guint tile_index);
void     upscale_tile_queue_settle (UpscaleTileQueue *queue, guint tile_index);
void
upscale_tile_queue_fail (UpscaleTileQueue *queue, guint tile_index, const char *reason);

void upscale_tile_queue_add_try (UpscaleTileQueue *queue, guint tile_index, int n);
void upscale_tile_queue_avoid (UpscaleTileQueue *queue,
                               guint             tile_index,
                               UpscaleEndpoint  *endpoint);
void upscale_tile_queue_isolate (UpscaleTileQueue *queue, guint tile_index);
int  upscale_tile_queue_get_n_tries (const UpscaleTileQueue *queue, guint tile_index);
const char *upscale_tile_queue_get_failure (const UpscaleTileQueue *queue,
                                            guint                   tile_index);
const char *upscale_tile_queue_get_first_failure (const UpscaleTileQueue *queue);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTileQueue, upscale_tile_queue_free)

G_END_DECLS
