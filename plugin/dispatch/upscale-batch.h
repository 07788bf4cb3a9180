/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-gen-params.h"
#include "upscale-tile-plan.h"

G_BEGIN_DECLS

typedef struct _UpscaleTileMessage UpscaleTileMessage;
typedef struct _UpscaleBatch       UpscaleBatch;

/**
 * UpscalePhase:
 * @UPSCALE_PHASE_AT_WORK: the endpoint is at work on it, or does not say
 * @UPSCALE_PHASE_QUEUED: it waits there
 * @UPSCALE_PHASE_STARTING: a machine is being started for it
 *
 * What an endpoint does with a batch that it has.
 */
typedef enum
{
  UPSCALE_PHASE_AT_WORK,
  UPSCALE_PHASE_QUEUED,
  UPSCALE_PHASE_STARTING,
} UpscalePhase;

/**
 * UpscaleTileMessage:
 * @tile: the tile
 * @image: PNG file, 8-bit sRGB
 * @width_px: width of @image
 * @height_px: height of @image
 * @target_width_px: width the answer must have
 * @target_height_px: height the answer must have
 * @inside: where in the answer the tile lies
 * @seed: this tile's seed, 0 to 2^53 - 1
 * @key: names the answer in the tile store: a digest of all that it depends on
 *
 * One tile as it is sent. Read-only once handed on.
 */
struct _UpscaleTileMessage
{
  UpscaleTile tile;
  GBytes     *image;
  int         width_px;
  int         height_px;
  int         target_width_px;
  int         target_height_px;
  UpscaleRect inside;
  gint64      seed;
  char       *key;
};

/**
 * UpscaleBatch:
 * @id: unique over all runs; the same id is the same work
 * @gen_params: how to paint
 * @tiles: (element-type UpscaleTileMessage): what to paint; all have the same target size
 * @sent_before: (nullable) (element-type guint): tiles that an earlier run has sent with
 * it; what is answered for those that are not in @tiles is passed over
 * @is_submitted: the endpoint has said that it knows the batch
 * @n_results: results of it that were read
 * @remote_id: (nullable): what the endpoint calls the work it may have at hand now, where
 * that is not @id
 *
 * What one request carries. Read-only once handed on, except for the last three, which
 * are the backend's, on the main thread: a batch that is processed again goes on where it
 * stood.
 */
struct _UpscaleBatch
{
  char             *id;
  UpscaleGenParams *gen_params;
  GPtrArray        *tiles;
  GHashTable       *sent_before;
  gboolean          is_submitted;
  guint             n_results;
  char             *remote_id;
};

UpscaleTileMessage *upscale_tile_message_new (const UpscaleTile *tile);
UpscaleTileMessage *upscale_tile_message_ref (UpscaleTileMessage *message);
void                upscale_tile_message_unref (UpscaleTileMessage *message);

UpscaleBatch *upscale_batch_new (UpscaleGenParams *gen_params);
UpscaleBatch *upscale_batch_ref (UpscaleBatch *batch);
void          upscale_batch_unref (UpscaleBatch *batch);
guint         upscale_batch_count_tiles (const UpscaleBatch *batch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTileMessage, upscale_tile_message_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleBatch, upscale_batch_unref)

G_END_DECLS
