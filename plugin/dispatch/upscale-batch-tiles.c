/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-batch-tiles.h"

#include "upscale-tile-status.h"

/**
 * UpscaleBatchTiles:
 *
 * The tiles of one batch request: those that were taken, in the order in which they are
 * painted, and the messages of those that have no answer yet. Belongs to the main thread.
 */
struct _UpscaleBatchTiles
{
  GArray     *order;      /* of guint: open and answered tiles */
  GHashTable *open;       /* tiles without an answer -> message, NULL until prepared */
  guint       n_prepared; /* of @order */
};

/* A tile that is not prepared yet has no message. */
static void
clear_message (gpointer message)
{
  if (message)
    upscale_tile_message_unref (message);
}

/**
 * upscale_batch_tiles_new:
 *
 * Returns: (transfer full): no tiles
 */
UpscaleBatchTiles *
upscale_batch_tiles_new (void)
{
  UpscaleBatchTiles *tiles = g_new0 (UpscaleBatchTiles, 1);

  tiles->order = g_array_new (FALSE, FALSE, sizeof (guint));
  tiles->open = g_hash_table_new_full (NULL, NULL, NULL, clear_message);
  return tiles;
}

/**
 * upscale_batch_tiles_free:
 * @tiles: (transfer full): tiles
 *
 * Frees the list.
 */
void
upscale_batch_tiles_free (UpscaleBatchTiles *tiles)
{
  g_return_if_fail (tiles != NULL);

  g_array_unref (tiles->order);
  g_hash_table_unref (tiles->open);
  g_free (tiles);
}

/**
 * upscale_batch_tiles_add:
 * @tiles: tiles
 * @tile_index: a tile to prepare
 */
void
upscale_batch_tiles_add (UpscaleBatchTiles *tiles, guint tile_index)
{
  g_return_if_fail (tiles != NULL);

  g_array_append_val (tiles->order, tile_index);
  g_hash_table_insert (tiles->open, GUINT_TO_POINTER (tile_index), NULL);
}

/**
 * upscale_batch_tiles_drop:
 * @tiles: tiles
 * @tile_index: a tile that fails, or that another request has painted. The same tile may
 * be added again
 *
 * Returns: %TRUE if the tile was open
 */
gboolean
upscale_batch_tiles_drop (UpscaleBatchTiles *tiles, guint tile_index)
{
  guint i = 0;

  g_return_val_if_fail (tiles != NULL, FALSE);

  if (!g_hash_table_remove (tiles->open, GUINT_TO_POINTER (tile_index)))
    return FALSE;
  while (g_array_index (tiles->order, guint, i) != tile_index)
    i++;
  g_array_remove_index (tiles->order, i);
  if (i < tiles->n_prepared)
    tiles->n_prepared--;
  return TRUE;
}

/**
 * upscale_batch_tiles_has:
 * @tiles: tiles
 * @tile_index: a tile
 *
 * Returns: %TRUE if the tile is open
 */
gboolean
upscale_batch_tiles_has (const UpscaleBatchTiles *tiles, guint tile_index)
{
  g_return_val_if_fail (tiles != NULL, FALSE);

  return g_hash_table_contains (tiles->open, GUINT_TO_POINTER (tile_index));
}

/**
 * upscale_batch_tiles_set_message:
 * @tiles: tiles
 * @tile_index: an open tile
 * @message: the tile as it is sent
 */
void
upscale_batch_tiles_set_message (UpscaleBatchTiles  *tiles,
                                 guint               tile_index,
                                 UpscaleTileMessage *message)
{
  g_return_if_fail (tiles != NULL);
  g_return_if_fail (message != NULL);

  g_hash_table_insert (tiles->open, GUINT_TO_POINTER (tile_index),
                       upscale_tile_message_ref (message));
}

/**
 * upscale_batch_tiles_answer:
 * @tiles: tiles
 * @tile_index: the number in an answer, which may be wrong
 *
 * Counts the tile as answered.
 *
 * Returns: (transfer full) (nullable): the tile's message; %NULL if the tile is not open
 */
UpscaleTileMessage *
upscale_batch_tiles_answer (UpscaleBatchTiles *tiles, guint tile_index)
{
  gpointer message = NULL;

  g_return_val_if_fail (tiles != NULL, NULL);

  g_hash_table_steal_extended (tiles->open, GUINT_TO_POINTER (tile_index), NULL,
                               &message);
  return message;
}

/**
 * upscale_batch_tiles_get_first:
 * @tiles: tiles
 *
 * Returns: the first tile, answered or not; %UPSCALE_NO_TILE if there is none
 */
guint
upscale_batch_tiles_get_first (const UpscaleBatchTiles *tiles)
{
  g_return_val_if_fail (tiles != NULL, UPSCALE_NO_TILE);

  return tiles->order->len > 0 ? g_array_index (tiles->order, guint, 0) : UPSCALE_NO_TILE;
}

/**
 * upscale_batch_tiles_get_unprepared:
 * @tiles: tiles
 *
 * Returns: the next tile to prepare, each once; %UPSCALE_NO_TILE after the last
 */
guint
upscale_batch_tiles_get_unprepared (UpscaleBatchTiles *tiles)
{
  g_return_val_if_fail (tiles != NULL, UPSCALE_NO_TILE);

  while (tiles->n_prepared < tiles->order->len)
    {
      guint tile_index = g_array_index (tiles->order, guint, tiles->n_prepared++);

      if (upscale_batch_tiles_has (tiles, tile_index))
        return tile_index;
    }
  return UPSCALE_NO_TILE;
}

/**
 * upscale_batch_tiles_count_open:
 * @tiles: tiles
 *
 * Returns: the number of tiles without an answer
 */
guint
upscale_batch_tiles_count_open (const UpscaleBatchTiles *tiles)
{
  g_return_val_if_fail (tiles != NULL, 0);

  return g_hash_table_size (tiles->open);
}

/**
 * upscale_batch_tiles_get_open:
 * @tiles: tiles
 *
 * Returns: (transfer full) (element-type guint): the tiles without an answer, in the
 * order in which they are painted
 */
GArray *
upscale_batch_tiles_get_open (const UpscaleBatchTiles *tiles)
{
  GArray *open;

  g_return_val_if_fail (tiles != NULL, NULL);

  open = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < tiles->order->len; i++)
    {
      guint tile_index = g_array_index (tiles->order, guint, i);

      if (upscale_batch_tiles_has (tiles, tile_index))
        g_array_append_val (open, tile_index);
    }
  return open;
}

/**
 * upscale_batch_tiles_get_messages:
 * @tiles: tiles that are all prepared
 *
 * Returns: (transfer full) (element-type UpscaleTileMessage): the messages of the open
 * tiles, in the order in which they are painted
 */
GPtrArray *
upscale_batch_tiles_get_messages (const UpscaleBatchTiles *tiles)
{
  g_autoptr (GArray) open = NULL;
  GPtrArray *messages;

  g_return_val_if_fail (tiles != NULL, NULL);

  open = upscale_batch_tiles_get_open (tiles);
  messages = g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_tile_message_unref);
  for (guint i = 0; i < open->len; i++)
    {
      gpointer            key = GUINT_TO_POINTER (g_array_index (open, guint, i));
      UpscaleTileMessage *message = g_hash_table_lookup (tiles->open, key);

      g_assert (message);
      g_ptr_array_add (messages, upscale_tile_message_ref (message));
    }
  return messages;
}
