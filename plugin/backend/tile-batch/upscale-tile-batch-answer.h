/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-phase.h"

G_BEGIN_DECLS

/**
 * UpscaleTileBatchResult:
 * @tile_index: index of the tile in the plan
 * @image: (nullable): the painted file, or the text if captions were wanted
 * @failure: (nullable): the reason if there is neither
 * @seconds: time that the endpoint spent on the tile, 0 if it did not say
 *
 * The result of one tile.
 */
typedef struct
{
  guint   tile_index;
  GBytes *image;
  char   *failure;
  double  seconds;
} UpscaleTileBatchResult;

/**
 * UpscaleTileBatchAnswer:
 * @phase: %UPSCALE_PHASE_AT_WORK while tiles are painted, else the reason to wait
 * @has_ended: no more tiles will be painted
 * @is_cancelled: the batch was cancelled by a client or by its lease
 * @n_processed: number of finished tiles, with those that @results leaves out
 * @failure: (nullable): the reason why the batch as a whole has failed
 * @results: (element-type UpscaleTileBatchResult): finished tiles, from the one that was
 * asked for on
 *
 * The state of a batch, as an endpoint answers it.
 */
typedef struct
{
  UpscalePhase phase;
  gboolean     has_ended;
  gboolean     is_cancelled;
  guint        n_processed;
  char        *failure;
  GArray      *results;
} UpscaleTileBatchAnswer;

UpscaleTileBatchAnswer *upscale_tile_batch_answer_new (void);
void                    upscale_tile_batch_answer_free (UpscaleTileBatchAnswer *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTileBatchAnswer, upscale_tile_batch_answer_free)

G_END_DECLS
