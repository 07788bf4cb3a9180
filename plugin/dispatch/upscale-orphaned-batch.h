/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-batch.h"

G_BEGIN_DECLS

typedef struct _UpscaleOrphanedBatch UpscaleOrphanedBatch;

/**
 * UpscaleOrphanedBatch:
 * @endpoint: name of the endpoint that the batch was sent to
 * @batch_id: id of the batch
 * @remote_id: (nullable): the endpoint's own name for the batch, if it differs
 * @keys: (element-type guint utf8): the batch's tiles, and the key of each in the
 * tile cache
 *
 * A batch that an earlier run has sent and did not see the end of, because the run was
 * killed. The endpoint may have finished the batch since, and the work is paid for.
 * Filled by its maker, read-only once handed on.
 */
struct _UpscaleOrphanedBatch
{
  char       *endpoint;
  char       *batch_id;
  char       *remote_id;
  GHashTable *keys;
};

UpscaleOrphanedBatch *upscale_orphaned_batch_new (const char *endpoint,
                                                  const char *batch_id);
UpscaleOrphanedBatch *upscale_orphaned_batch_ref (UpscaleOrphanedBatch *orphan);
void                  upscale_orphaned_batch_unref (UpscaleOrphanedBatch *orphan);
void                  upscale_orphaned_batch_add_tile (UpscaleOrphanedBatch *orphan,
                                                       guint                 tile_index,
                                                       const char           *key);
gboolean              upscale_orphaned_batch_has (const UpscaleOrphanedBatch *orphan,
                                                  guint                       tile_index,
                                                  const char                 *key);
GArray       *upscale_orphaned_batch_get_tiles (const UpscaleOrphanedBatch *orphan);
UpscaleBatch *upscale_orphaned_batch_make_batch (const UpscaleOrphanedBatch *orphan,
                                                 UpscaleGenParams           *gen_params);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleOrphanedBatch, upscale_orphaned_batch_unref)

G_END_DECLS
