/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-cache.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>
#include <xxhash.h>

/* Each file begins with the XXH3 of the rest in hexadecimal digits, which detects
 * files damaged by a crash or a bad disk. An attacker who can write to this folder can
 * do worse than forge a checksum. */
#define CHECKSUM_CHARS 16
#define SUFFIX ".tile"
/* Several times the size of an uncompressed tile of the largest side. */
#define MAX_TILE_BYTES (256 * 1024 * 1024)
/* Age from which a temporary file counts as left by a killed process. */
#define ABANDONED_AGE_S 3600

/**
 * UpscaleTileCache:
 *
 * A cache of painted tiles on disk. The key of a tile covers everything that affects its
 * pixels, so a job that continues after a crash, a retry or an edit of the layer pays
 * only for missing tiles. Files are written aside and renamed, so several processes may
 * share a folder. All functions may be called from any thread.
 */
struct _UpscaleTileCache
{
  char   *folder;
  guint64 max_bytes;

  GMutex  lock;
  guint64 bytes_until_trim; /* counted down, so that the folder is rarely listed */
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
 * @folder: the folder of the files; made when the first tile is inserted
 * @max_bytes: the most bytes of all files
 *
 * Returns: (transfer full): the cache
 */
UpscaleTileCache *
upscale_tile_cache_new (GFile *folder, guint64 max_bytes)
{
  UpscaleTileCache *cache = g_atomic_rc_box_new0 (UpscaleTileCache);

  g_return_val_if_fail (G_IS_FILE (folder), NULL);

  cache->folder = g_file_get_path (folder);
  cache->max_bytes = max_bytes;
  g_mutex_init (&cache->lock);
  return cache;
}

/**
 * upscale_tile_cache_ref:
 * @cache: a cache
 *
 * Returns: (transfer full): @cache
 */
UpscaleTileCache *
upscale_tile_cache_ref (UpscaleTileCache *cache)
{
  g_return_val_if_fail (cache != NULL, NULL);

  return g_atomic_rc_box_acquire (cache);
}

static void
free_members (gpointer data)
{
  UpscaleTileCache *cache = data;

  g_free (cache->folder);
  g_mutex_clear (&cache->lock);
}

/**
 * upscale_tile_cache_unref:
 * @cache: (transfer full): a cache
 *
 * Drops a reference.
 */
void
upscale_tile_cache_unref (UpscaleTileCache *cache)
{
  g_return_if_fail (cache != NULL);

  g_atomic_rc_box_release_full (cache, free_members);
}

static char *
make_path (const UpscaleTileCache *cache, const char *key)
{
  g_autofree char *name = g_strconcat (key, SUFFIX, NULL);

  return g_build_filename (cache->folder, name, NULL);
}

static char *
compute_checksum (gconstpointer data, gsize size)
{
  return g_strdup_printf ("%016" PRIx64, XXH3_64bits (data, size));
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
 * @cache: a cache
 * @key: the key of a tile
 *
 * Finds a tile. A damaged or unreadable file counts as missing, and is replaced when the
 * tile is painted again.
 *
 * Returns: (transfer full) (nullable): the tile's file
 */
GBytes *
upscale_tile_cache_lookup (UpscaleTileCache *cache, const char *key)
{
  g_autofree char *path = NULL;
  g_autoptr (GBytes) whole = NULL;
  gsize length;

  g_return_val_if_fail (cache != NULL && key != NULL, NULL);

  path = make_path (cache, key);
  whole = upscale_file_read (path, MAX_TILE_BYTES, NULL);
  length = whole ? g_bytes_get_size (whole) : 0;
  if (!whole || !is_whole (g_bytes_get_data (whole, NULL), length))
    return NULL;
  /* The modification time records the last use. Ignore a failure to set it. */
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
list_entries (const UpscaleTileCache *cache)
{
  g_autoptr (GDir) folder = g_dir_open (cache->folder, 0, NULL);
  GArray     *entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  const char *name;

  g_array_set_clear_func (entries, entry_clear);
  while (folder && (name = g_dir_read_name (folder)))
    {
      g_autofree char *path = g_build_filename (cache->folder, name, NULL);
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
remove_abandoned (GArray *entries)
{
  gint64  now_s = g_get_real_time () / G_USEC_PER_SEC;
  guint64 total = 0;

  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = &g_array_index (entries, Entry, i);

      if (!g_str_has_suffix (entry->path, SUFFIX) &&
          now_s - entry->used_s > ABANDONED_AGE_S)
        {
          (void) g_unlink (entry->path);
          entry->bytes = 0;
        }
      total += entry->bytes;
    }
  return total;
}

/* Removes the least recently used files, down to three quarters of the limit, so that
 * trimming is rare. */
static void
trim (UpscaleTileCache *cache)
{
  g_autoptr (GArray) entries = list_entries (cache);
  guint64 total = remove_abandoned (entries);
  guint64 goal = cache->max_bytes / 4 * 3;

  if (total > cache->max_bytes)
    {
      g_array_sort (entries, compare_use);
      for (guint i = 0; i < entries->len && total > goal; i++)
        {
          const Entry *entry = &g_array_index (entries, Entry, i);

          (void) g_unlink (entry->path);
          total -= entry->bytes;
        }
    }
  cache->bytes_until_trim =
      MAX (cache->max_bytes - MIN (total, cache->max_bytes), goal / 16);
}

/* Trims at the first insertion too, as other runs may have filled the folder. */
static void
trim_when_due (UpscaleTileCache *cache, guint64 bytes)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&cache->lock);

  if (bytes >= cache->bytes_until_trim)
    trim (cache);
  else
    cache->bytes_until_trim -= bytes;
}

static gboolean
write_all (int file, const char *data, gsize size)
{
  while (size > 0)
    {
      gssize n = write (file, data, size);

      if (n < 0 && errno != EINTR)
        return FALSE;
      n = MAX (n, 0);
      data += n;
      size -= (gsize) n;
    }
  return TRUE;
}

/* Closes @file in any case. */
static gboolean
write_and_close (int file, GBytes *tile)
{
  gsize            size = 0;
  gconstpointer    data = g_bytes_get_data (tile, &size);
  g_autofree char *checksum = compute_checksum (data, size);
  gboolean         is_written =
      write_all (file, checksum, CHECKSUM_CHARS) && write_all (file, data, size);

  return g_close (file, NULL) && is_written;
}

/* Writes aside and renames, so that nobody reads half a tile. Does without
 * g_file_set_contents(), which takes one block: joining checksum and tile would copy the
 * tile. A file that a power cut leaves damaged counts as missing. */
static gboolean
write_file (const char *path, GBytes *tile, GError **error)
{
  g_autofree char *aside = g_strconcat (path, ".XXXXXX", NULL);
  int              file = g_mkstemp_full (aside, O_WRONLY | O_CLOEXEC, 0600);
  int              cause;

  if (file >= 0 && write_and_close (file, tile) && g_rename (aside, path) == 0)
    return TRUE;
  cause = errno;
  if (file >= 0)
    (void) g_unlink (aside);
  g_set_error_literal (error, G_FILE_ERROR, (int) g_file_error_from_errno (cause),
                       g_strerror (cause));
  return FALSE;
}

/**
 * upscale_tile_cache_insert:
 * @cache: a cache
 * @key: the key of a tile
 * @tile: the file of the tile
 * @error: return location for an error
 *
 * Stores a tile, and replaces one with the same key.
 *
 * Returns: %TRUE, or %FALSE with %UPSCALE_ERROR_STORAGE
 */
gboolean
upscale_tile_cache_insert (UpscaleTileCache *cache,
                           const char       *key,
                           GBytes           *tile,
                           GError          **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) cause = NULL;

  g_return_val_if_fail (cache != NULL && key != NULL && tile != NULL, FALSE);

  path = make_path (cache, key);
  if (g_mkdir_with_parents (cache->folder, 0700) != 0)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE,
                   _ ("Finished tiles can't be kept: the folder %s can't be made (%s). "
                      "Free or correct it to be able to resume."),
                   cache->folder, g_strerror (errno));
      return FALSE;
    }
  if (!write_file (path, tile, &cause))
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE,
                   _ ("Finished tiles can't be kept in %s: %s. Free or correct it to be "
                      "able to resume."),
                   cache->folder, cause->message);
      return FALSE;
    }
  trim_when_due (cache, g_bytes_get_size (tile));
  return TRUE;
}
