/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-gen-params.h"
#include "upscale-tile-message.h"

G_BEGIN_DECLS

typedef struct _UpscaleBatch UpscaleBatch;

/**
 * UpscaleBatch:
 * @id: unique over all runs; the same id is the same work
 * @gen_params: the parameters of the picture
 * @tiles: (element-type UpscaleTileMessage): the tiles, all of the same target size
 * @sent_before: (nullable) (element-type guint): the tiles that an earlier run has sent
 * with the batch; answers for those that are not in @tiles are passed over
 * @is_submitted: the endpoint has acknowledged the batch
 * @n_results: number of the batch's results that were read
 * @remote_id: (nullable): the endpoint's own name for the work under way, if it differs
 * from @id
 *
 * The content of one request. Read-only once handed on, except for the last three fields,
 * which the backend writes on the main thread, so that a batch which is processed again
 * goes on where it stopped.
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

UpscaleBatch *upscale_batch_new (UpscaleGenParams *gen_params);
UpscaleBatch *upscale_batch_ref (UpscaleBatch *batch);
void          upscale_batch_unref (UpscaleBatch *batch);
guint         upscale_batch_count_tiles (const UpscaleBatch *batch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleBatch, upscale_batch_unref)

G_END_DECLS
