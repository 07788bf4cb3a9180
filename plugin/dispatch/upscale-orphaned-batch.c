/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-orphaned-batch.h"

/**
 * upscale_orphaned_batch_new:
 * @endpoint: name of the endpoint that the batch was sent to
 * @batch_id: id of the batch
 *
 * Returns: (transfer full): an orphaned batch without tiles
 */
UpscaleOrphanedBatch *
upscale_orphaned_batch_new (const char *endpoint, const char *batch_id)
{
  UpscaleOrphanedBatch *orphan;

  g_return_val_if_fail (endpoint != NULL, NULL);
  g_return_val_if_fail (batch_id != NULL, NULL);

  orphan = g_rc_box_new0 (UpscaleOrphanedBatch);
  orphan->endpoint = g_strdup (endpoint);
  orphan->batch_id = g_strdup (batch_id);
  orphan->keys = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return orphan;
}

/**
 * upscale_orphaned_batch_ref:
 * @orphan: an orphaned batch
 *
 * Returns: (transfer full): @orphan
 */
UpscaleOrphanedBatch *
upscale_orphaned_batch_ref (UpscaleOrphanedBatch *orphan)
{
  g_return_val_if_fail (orphan != NULL, NULL);

  return g_rc_box_acquire (orphan);
}

static void
free_members (gpointer data)
{
  UpscaleOrphanedBatch *orphan = data;

  g_free (orphan->endpoint);
  g_free (orphan->batch_id);
  g_free (orphan->remote_id);
  g_hash_table_unref (orphan->keys);
}

/**
 * upscale_orphaned_batch_unref:
 * @orphan: (transfer full): an orphaned batch
 *
 * Drops a reference.
 */
void
upscale_orphaned_batch_unref (UpscaleOrphanedBatch *orphan)
{
  g_return_if_fail (orphan != NULL);

  g_rc_box_release_full (orphan, free_members);
}

/**
 * upscale_orphaned_batch_add_tile:
 * @orphan: an orphaned batch that is being made
 * @tile_index: one of its tiles
 * @key: the tile's key in the tile cache
 */
void
upscale_orphaned_batch_add_tile (UpscaleOrphanedBatch *orphan,
                                 guint                 tile_index,
                                 const char           *key)
{
  g_return_if_fail (orphan != NULL);
  g_return_if_fail (key != NULL);

  g_hash_table_insert (orphan->keys, GUINT_TO_POINTER (tile_index), g_strdup (key));
}

/**
 * upscale_orphaned_batch_has:
 * @orphan: an orphaned batch
 * @tile_index: a tile of this run
 * @key: the tile's key in the tile cache
 *
 * Returns: %TRUE if the endpoint was sent this very tile: another picture, or other
 * parameters, make another key
 */
gboolean
upscale_orphaned_batch_has (const UpscaleOrphanedBatch *orphan,
                            guint                       tile_index,
                            const char                 *key)
{
  g_return_val_if_fail (orphan != NULL, FALSE);

  return g_strcmp0 (g_hash_table_lookup (orphan->keys, GUINT_TO_POINTER (tile_index)),
                    key) == 0;
}

static int
compare_indices (gconstpointer a, gconstpointer b)
{
  guint first = *(const guint *) a;
  guint second = *(const guint *) b;

  return (first > second) - (first < second);
}

/**
 * upscale_orphaned_batch_get_tiles:
 * @orphan: an orphaned batch
 *
 * Returns: (transfer full) (element-type guint): the tiles, in order. The earlier run may
 * have had more tiles than this one
 */
GArray *
upscale_orphaned_batch_get_tiles (const UpscaleOrphanedBatch *orphan)
{
  GArray        *tiles;
  GHashTableIter iter;
  gpointer       key;

  g_return_val_if_fail (orphan != NULL, NULL);

  tiles = g_array_new (FALSE, FALSE, sizeof (guint));
  g_hash_table_iter_init (&iter, orphan->keys);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      guint tile_index = GPOINTER_TO_UINT (key);

      g_array_append_val (tiles, tile_index);
    }
  g_array_sort (tiles, compare_indices);
  return tiles;
}

/**
 * upscale_orphaned_batch_make_batch:
 * @orphan: an orphaned batch
 * @gen_params: the parameters of the picture
 *
 * Returns: (transfer full): the batch to ask the endpoint for, without tiles
 */
UpscaleBatch *
upscale_orphaned_batch_make_batch (const UpscaleOrphanedBatch *orphan,
                                   UpscaleGenParams           *gen_params)
{
  UpscaleBatch *batch;

  g_return_val_if_fail (orphan != NULL, NULL);

  batch = upscale_batch_new (gen_params);
  g_set_str (&batch->id, orphan->batch_id);
  g_set_str (&batch->remote_id, orphan->remote_id);
  batch->sent_before = g_hash_table_ref (orphan->keys);
  batch->is_submitted = TRUE;
  return batch;
}
