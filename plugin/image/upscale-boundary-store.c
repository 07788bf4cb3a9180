/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-boundary-store.h"

typedef struct
{
  guint first;
  guint second;
  int  *boundary;
  int   length;
} Entry;

/**
 * UpscaleBoundaryStore:
 *
 * The boundaries of pairs of tiles. Three cells share a boundary, which depends on the
 * whole border, so that the first of them finds it, and the others need no pixels beyond
 * their own. May be used from any thread.
 */
struct _UpscaleBoundaryStore
{
  GMutex      lock;
  GHashTable *entries; /* a set of Entry */
};

static guint
hash_entry (gconstpointer key)
{
  const Entry *entry = key;

  return entry->first * 31 + entry->second;
}

static gboolean
has_same_tiles (gconstpointer a, gconstpointer b)
{
  const Entry *one = a;
  const Entry *other = b;

  return one->first == other->first && one->second == other->second;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->boundary);
  g_free (entry);
}

/**
 * upscale_boundary_store_new:
 *
 * Returns: (transfer full): an empty store
 */
UpscaleBoundaryStore *
upscale_boundary_store_new (void)
{
  UpscaleBoundaryStore *store = g_new0 (UpscaleBoundaryStore, 1);

  g_mutex_init (&store->lock);
  store->entries = g_hash_table_new_full (hash_entry, has_same_tiles, entry_free, NULL);
  return store;
}

/**
 * upscale_boundary_store_free:
 * @store: (transfer full): a store
 *
 * Frees the store.
 */
void
upscale_boundary_store_free (UpscaleBoundaryStore *store)
{
  g_return_if_fail (store != NULL);

  g_hash_table_unref (store->entries);
  g_mutex_clear (&store->lock);
  g_free (store);
}

/* To be called with the lock held. */
static int *
dup_boundary (const UpscaleBoundaryStore *store, guint first, guint second)
{
  Entry        wanted = { .first = first, .second = second };
  const Entry *entry = g_hash_table_lookup (store->entries, &wanted);

  return entry ? g_memdup2 (entry->boundary, sizeof (int) * (gsize) entry->length) : NULL;
}

/**
 * upscale_boundary_store_add:
 * @store: a store
 * @first: the left or upper one of two neighbors
 * @second: the other one
 * @boundary: (array length=length) (transfer full): the boundary over the length of
 * their border
 * @length: the length of the border, px
 *
 * Threads may find the same boundary at the same time. The store keeps the first one, and
 * drops the others: as soon as the store has a boundary, the composer may drop pixels
 * that a slower thread still reads.
 *
 * Returns: (transfer full): the boundary that the store keeps
 */
int *
upscale_boundary_store_add (UpscaleBoundaryStore *store,
                            guint                 first,
                            guint                 second,
                            int                  *boundary,
                            int                   length)
{
  g_autofree int *own = boundary;
  int            *kept;
  Entry          *entry;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (store != NULL, NULL);
  g_return_val_if_fail (boundary != NULL, NULL);

  locker = g_mutex_locker_new (&store->lock);
  kept = dup_boundary (store, first, second);
  if (kept)
    return kept;
  entry = g_new (Entry, 1);
  *entry = (Entry) { first, second, g_steal_pointer (&own), length };
  g_hash_table_add (store->entries, entry);
  return dup_boundary (store, first, second);
}

/**
 * upscale_boundary_store_dup:
 * @store: a store
 * @first: the left or upper one of two neighbors
 * @second: the other one
 *
 * Returns: (transfer full) (nullable): the boundary over the length of their border;
 * %NULL if the store does not have it
 */
int *
upscale_boundary_store_dup (UpscaleBoundaryStore *store, guint first, guint second)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (store != NULL, NULL);

  locker = g_mutex_locker_new (&store->lock);
  return dup_boundary (store, first, second);
}

/**
 * upscale_boundary_store_has:
 * @store: a store
 * @first: the left or upper one of two neighbors
 * @second: the other one
 *
 * Returns: %TRUE if the store has the boundary of the two tiles
 */
gboolean
upscale_boundary_store_has (UpscaleBoundaryStore *store, guint first, guint second)
{
  Entry wanted = { .first = first, .second = second };
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (store != NULL, FALSE);

  locker = g_mutex_locker_new (&store->lock);
  return g_hash_table_contains (store->entries, &wanted);
}

static gboolean
is_of_tile (gpointer key, gpointer value, gpointer user_data)
{
  const Entry *entry = key;
  guint        tile_index = GPOINTER_TO_UINT (user_data);

  return entry->first == tile_index || entry->second == tile_index;
}

/**
 * upscale_boundary_store_forget:
 * @store: a store
 * @tile_index: a tile of which all cells are written
 *
 * Drops the boundaries of the tile, which no cell needs any more.
 */
void
upscale_boundary_store_forget (UpscaleBoundaryStore *store, guint tile_index)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_if_fail (store != NULL);

  locker = g_mutex_locker_new (&store->lock);
  g_hash_table_foreach_remove (store->entries, is_of_tile, GUINT_TO_POINTER (tile_index));
}
