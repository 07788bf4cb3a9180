/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _UpscaleOrphanedBatch UpscaleOrphanedBatch;

/**
 * UpscaleOrphanedBatch:
 * @endpoint: name of the endpoint that it was sent to
 * @batch_id: what it is called there
 * @remote_id: (nullable): the endpoint's own name for it, where that is not @batch_id
 * @keys: (element-type guint utf8): its tiles, and how each was called in the store
 *
 * A batch that an earlier run has sent and did not see the end of, as it was killed. The
 * endpoint may have finished it since, which is paid for. Filled by its maker, read-only
 * once handed on.
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
GArray *upscale_orphaned_batch_get_tiles (const UpscaleOrphanedBatch *orphan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleOrphanedBatch, upscale_orphaned_batch_unref)

G_END_DECLS
