/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-leftover.h"

/**
 * upscale_leftover_new:
 * @endpoint: name of the endpoint that it was sent to
 * @batch_id: what it is called there
 *
 * Returns: (transfer full): a leftover without tiles
 */
UpscaleLeftover *
upscale_leftover_new (const char *endpoint, const char *batch_id)
{
  UpscaleLeftover *leftover;

  g_return_val_if_fail (endpoint != NULL && batch_id != NULL, NULL);

  leftover = g_rc_box_new0 (UpscaleLeftover);
  leftover->endpoint = g_strdup (endpoint);
  leftover->batch_id = g_strdup (batch_id);
  leftover->keys = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return leftover;
}

/**
 * upscale_leftover_ref:
 * @leftover: a leftover
 *
 * Returns: (transfer full): @leftover
 */
UpscaleLeftover *
upscale_leftover_ref (UpscaleLeftover *leftover)
{
  return g_rc_box_acquire (leftover);
}

static void
free_members (gpointer data)
{
  UpscaleLeftover *leftover = data;

  g_free (leftover->endpoint);
  g_free (leftover->batch_id);
  g_free (leftover->remote_id);
  g_hash_table_unref (leftover->keys);
}

/**
 * upscale_leftover_unref:
 * @leftover: (transfer full): a leftover
 *
 * Drops a reference.
 */
void
upscale_leftover_unref (UpscaleLeftover *leftover)
{
  g_rc_box_release_full (leftover, free_members);
}

/**
 * upscale_leftover_add_tile:
 * @leftover: a leftover that is being made
 * @tile_index: one of its tiles
 * @key: how that was called in the store
 */
void
upscale_leftover_add_tile (UpscaleLeftover *leftover, guint tile_index, const char *key)
{
  g_return_if_fail (key != NULL);

  g_hash_table_insert (leftover->keys, GUINT_TO_POINTER (tile_index), g_strdup (key));
}

/**
 * upscale_leftover_has:
 * @leftover: a leftover
 * @tile_index: a tile of this run
 * @key: how it is called in the store
 *
 * Returns: whether the endpoint was sent this very tile: another picture, or other
 * settings, make another key
 */
gboolean
upscale_leftover_has (const UpscaleLeftover *leftover, guint tile_index, const char *key)
{
  return g_strcmp0 (g_hash_table_lookup (leftover->keys, GUINT_TO_POINTER (tile_index)),
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
 * upscale_leftover_get_tiles:
 * @leftover: a leftover
 *
 * Returns: (transfer full) (element-type guint): its tiles, in order
 */
GArray *
upscale_leftover_get_tiles (const UpscaleLeftover *leftover)
{
  GArray        *tiles = g_array_new (FALSE, FALSE, sizeof (guint));
  GHashTableIter iter;
  gpointer       key;

  g_hash_table_iter_init (&iter, leftover->keys);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      guint tile_index = GPOINTER_TO_UINT (key);

      g_array_append_val (tiles, tile_index);
    }
  g_array_sort (tiles, compare_indices);
  return tiles;
}
