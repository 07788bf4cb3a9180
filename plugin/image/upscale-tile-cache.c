/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-cache.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>
#include <zlib.h>

/* Each file begins with the CRC-32 of the rest in hexadecimal digits, so that what a
 * crash or a bad disk left is known for it. It guards against accidents only: whoever can
 * write here can do worse. */
#define CHECKSUM_CHARS 8
#define SUFFIX ".tile"
/* Several times a tile of the largest side without compression. */
#define MAX_TILE_BYTES (256 * 1024 * 1024)
/* A half-written file of a killed process is this old at least before it is taken for
 * one. */
#define LEFTOVER_AGE_S 3600

/**
 * UpscaleTileCache:
 *
 * Painted tiles, named by all that they depend on: a crash, a retry and an edit of the
 * layer then cost only what is really missing. Files are written aside and renamed, so
 * several processes may share a folder. All functions may be called from any thread.
 */
struct _UpscaleTileCache
{
  char   *folder;
  guint64 max_bytes;

  GMutex lock;
  guint64
      bytes_until_trim; /* counted down, so that the folder is listed now and then only */
};

typedef struct
{
  char   *path;
  guint64 bytes;
  gint64  used_s;
} Entry;

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_free (entry->path);
}

/**
 * upscale_tile_cache_new:
 * @folder: where the files lie; made when the first is written
 * @max_bytes: how much they may take
 *
 * Returns: (transfer full): the store
 */
UpscaleTileCache *
upscale_tile_cache_new (GFile *folder, guint64 max_bytes)
{
  UpscaleTileCache *store = g_atomic_rc_box_new0 (UpscaleTileCache);

  store->folder = g_file_get_path (folder);
  store->max_bytes = max_bytes;
  g_mutex_init (&store->lock);
  return store;
}

/**
 * upscale_tile_cache_ref:
 * @store: a store
 *
 * Returns: (transfer full): @store
 */
UpscaleTileCache *
upscale_tile_cache_ref (UpscaleTileCache *store)
{
  return g_atomic_rc_box_acquire (store);
}

static void
free_members (gpointer data)
{
  UpscaleTileCache *store = data;

  g_free (store->folder);
  g_mutex_clear (&store->lock);
}

/**
 * upscale_tile_cache_unref:
 * @store: (transfer full): a store
 *
 * Drops a reference.
 */
void
upscale_tile_cache_unref (UpscaleTileCache *store)
{
  g_atomic_rc_box_release_full (store, free_members);
}

static char *
make_path (const UpscaleTileCache *store, const char *key)
{
  g_autofree char *name = g_strconcat (key, SUFFIX, NULL);

  return g_build_filename (store->folder, name, NULL);
}

static char *
compute_checksum (gconstpointer data, gsize size)
{
  return g_strdup_printf ("%08lx", crc32_z (crc32_z (0, NULL, 0), data, size));
}

static gboolean
is_whole (const char *contents, gsize length)
{
  g_autofree char *checksum = NULL;

  if (length <= CHECKSUM_CHARS)
    return FALSE;
  checksum = compute_checksum (contents + CHECKSUM_CHARS, length - CHECKSUM_CHARS);
  return memcmp (contents, checksum, CHECKSUM_CHARS) == 0;
}

/**
 * upscale_tile_cache_lookup:
 * @store: a store
 * @key: a tile's name
 *
 * Finds a tile. What can't be read or is damaged counts as missing; it is replaced when
 * the tile is painted again.
 *
 * Returns: (transfer full) (nullable): the tile's file
 */
GBytes *
upscale_tile_cache_lookup (UpscaleTileCache *store, const char *key)
{
  g_autofree char *path = make_path (store, key);
  g_autoptr (GBytes) whole = upscale_file_read (path, MAX_TILE_BYTES, NULL);
  gsize length = whole ? g_bytes_get_size (whole) : 0;

  if (!whole || !is_whole (g_bytes_get_data (whole, NULL), length))
    return NULL;
  /* The file's time says when it was last of use; nothing is lost when it can't be set.
   */
  (void) g_utime (path, NULL);
  return g_bytes_new_from_bytes (whole, CHECKSUM_CHARS, length - CHECKSUM_CHARS);
}

static gint
compare_use (gconstpointer a, gconstpointer b)
{
  const Entry *first = a;
  const Entry *second = b;

  return (first->used_s > second->used_s) - (first->used_s < second->used_s);
}

static GArray *
list_entries (const UpscaleTileCache *store)
{
  g_autoptr (GDir) folder = g_dir_open (store->folder, 0, NULL);
  GArray     *entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  const char *name;

  g_array_set_clear_func (entries, entry_clear);
  while (folder && (name = g_dir_read_name (folder)))
    {
      g_autofree char *path = g_build_filename (store->folder, name, NULL);
      GStatBuf         status;

      if (g_stat (path, &status) == 0 && S_ISREG (status.st_mode))
        {
          Entry entry = { g_steal_pointer (&path), (guint64) status.st_size,
                          status.st_mtime };

          g_array_append_val (entries, entry);
        }
    }
  return entries;
}

static guint64
remove_leftovers (GArray *entries)
{
  gint64  now_s = g_get_real_time () / G_USEC_PER_SEC;
  guint64 total = 0;

  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = &g_array_index (entries, Entry, i);

      if (!g_str_has_suffix (entry->path, SUFFIX) &&
          now_s - entry->used_s > LEFTOVER_AGE_S)
        {
          (void) g_unlink (entry->path);
          entry->bytes = 0;
        }
      total += entry->bytes;
    }
  return total;
}

/* Oldest use first out, down to three quarters, so that it need not be done again at
 * once. */
static void
trim (UpscaleTileCache *store)
{
  g_autoptr (GArray) entries = list_entries (store);
  guint64 total = remove_leftovers (entries);
  guint64 goal = store->max_bytes / 4 * 3;

  if (total > store->max_bytes)
    {
      g_array_sort (entries, compare_use);
      for (guint i = 0; i < entries->len && total > goal; i++)
        {
          const Entry *entry = &g_array_index (entries, Entry, i);

          (void) g_unlink (entry->path);
          total -= entry->bytes;
        }
    }
  store->bytes_until_trim =
      MAX (store->max_bytes - MIN (total, store->max_bytes), goal / 16);
}

/* The first insertion looks too: other runs have written as well. */
static void
trim_when_due (UpscaleTileCache *store, guint64 bytes)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&store->lock);

  if (bytes >= store->bytes_until_trim)
    trim (store);
  else
    store->bytes_until_trim -= bytes;
}

static gboolean
write_file (const char *path, GBytes *tile, GError **error)
{
  gsize            size = 0;
  gconstpointer    data = g_bytes_get_data (tile, &size);
  g_autofree char *checksum = compute_checksum (data, size);
  g_autofree char *contents = g_malloc (CHECKSUM_CHARS + size);

  memcpy (contents, checksum, CHECKSUM_CHARS);
  if (size > 0)
    memcpy (contents + CHECKSUM_CHARS, data, size);
  return g_file_set_contents_full (path, contents, (gssize) (CHECKSUM_CHARS + size),
                                   G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/**
 * upscale_tile_cache_insert:
 * @store: a store
 * @key: a tile's name
 * @tile: its file
 * @error: return location for an error
 *
 * Keeps a tile; one of the same name is replaced.
 *
 * Returns: %TRUE, or %FALSE with %UPSCALE_ERROR_STORAGE
 */
gboolean
upscale_tile_cache_insert (UpscaleTileCache *store,
                           const char       *key,
                           GBytes           *tile,
                           GError          **error)
{
  g_autofree char *path = make_path (store, key);
  g_autoptr (GError) cause = NULL;

  if (g_mkdir_with_parents (store->folder, 0700) != 0)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE,
                   _ ("Finished tiles can't be kept: the folder %s can't be made (%s). "
                      "Free or correct it to be able to resume."),
                   store->folder, g_strerror (errno));
      return FALSE;
    }
  if (!write_file (path, tile, &cause))
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE,
                   _ ("Finished tiles can't be kept in %s: %s. Free or correct it to be "
                      "able to resume."),
                   store->folder, cause->message);
      return FALSE;
    }
  trim_when_due (store, g_bytes_get_size (tile));
  return TRUE;
}
