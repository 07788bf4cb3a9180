/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-endpoint-pool.h"
#include "upscale-tile-status.h"

G_BEGIN_DECLS

typedef struct _UpscaleTileQueue UpscaleTileQueue;

UpscaleTileQueue *upscale_tile_queue_new (guint                      n_tiles,
                                          GArray                    *order,
                                          GArray                    *groups,
                                          const UpscaleEndpointPool *pool);
void              upscale_tile_queue_free (UpscaleTileQueue *queue);

gboolean upscale_tile_queue_has (const UpscaleTileQueue *queue, guint tile_index);
guint    upscale_tile_queue_count (const UpscaleTileQueue *queue, UpscaleTileState state);
guint    upscale_tile_queue_count_expected (const UpscaleTileQueue *queue,
                                            UpscaleTileState        state);
guint    upscale_tile_queue_count_open (const UpscaleTileQueue *queue);
gboolean upscale_tile_queue_has_for (const UpscaleTileQueue *queue,
                                     UpscaleEndpoint        *endpoint);

guint    upscale_tile_queue_take (UpscaleTileQueue *queue,
                                  UpscaleEndpoint  *endpoint,
                                  guint             beside);
gboolean upscale_tile_queue_take_this (UpscaleTileQueue *queue, guint tile_index);
guint    upscale_tile_queue_take_any (UpscaleTileQueue *queue);
GArray  *upscale_tile_queue_take_orphaned (UpscaleTileQueue *queue, GArray *sent);
void     upscale_tile_queue_expect (UpscaleTileQueue *queue,
                                    guint             tile_index,
                                    UpscaleTileState  state);
void     upscale_tile_queue_send (UpscaleTileQueue *queue, guint tile_index);
void     upscale_tile_queue_return (UpscaleTileQueue *queue, guint tile_index);
void     upscale_tile_queue_settle (UpscaleTileQueue *queue,
                                    guint             tile_index,
                                    UpscaleTileState  state,
                                    gint64            now_us);
void
upscale_tile_queue_fail (UpscaleTileQueue *queue, guint tile_index, const char *reason);

void upscale_tile_queue_carry (UpscaleTileQueue *queue,
                               guint             tile_index,
                               gpointer          carrier,
                               UpscaleEndpoint  *endpoint,
                               gint64            now_us);
gboolean
upscale_tile_queue_release (UpscaleTileQueue *queue, guint tile_index, gpointer carrier);
void     upscale_tile_queue_claim (UpscaleTileQueue *queue, guint tile_index);
gboolean upscale_tile_queue_can_be_duplicated (const UpscaleTileQueue *queue,
                                               guint                   tile_index);
gpointer upscale_tile_queue_get_other_carrier (const UpscaleTileQueue *queue,
                                               guint                   tile_index,
                                               gpointer                carrier);

void     upscale_tile_queue_add_try (UpscaleTileQueue *queue, guint tile_index, int n);
void     upscale_tile_queue_avoid (UpscaleTileQueue *queue,
                                   guint             tile_index,
                                   UpscaleEndpoint  *endpoint);
void     upscale_tile_queue_isolate (UpscaleTileQueue *queue, guint tile_index);
gboolean upscale_tile_queue_note_failure (UpscaleTileQueue *queue,
                                          guint             tile_index,
                                          const char       *message);
int      upscale_tile_queue_get_n_tries (const UpscaleTileQueue *queue, guint tile_index);
int      upscale_tile_queue_get_most_tries (const UpscaleTileQueue *queue, GArray *tiles);
UpscaleTileStatus upscale_tile_queue_get_status (const UpscaleTileQueue *queue,
                                                 guint                   tile_index,
                                                 gint64                  now_us);
const char       *upscale_tile_queue_get_first_failure (const UpscaleTileQueue *queue);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTileQueue, upscale_tile_queue_free)

G_END_DECLS
