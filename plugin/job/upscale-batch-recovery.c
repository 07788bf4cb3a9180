/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the logs of earlier runs for batches that were sent and have not ended. */
#include "upscale-batch-recovery.h"

#include "upscale-json-parse.h"
#include "upscale-json.h"
#include "upscale-orphaned-batch.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#define SUFFIX ".jsonl"
/* Endpoints keep results for an hour. */
#define MAX_AGE_S 3600
/* Limit for all logs together; a job of 100,000 tiles writes 40 MiB. */
#define MAX_BYTES (64 << 20)
/* The line of a batch of 10,000 tiles. */
#define MAX_LINE_BYTES (1 << 20)
/* Limit for the id that a server gives to a batch. */
#define MAX_REMOTE_BYTES 200
#define REMOTE_CHARS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_"

/* Batches that the logs read so far name. */
typedef struct
{
  GHashTable *sent;   /* id -> UpscaleOrphanedBatch */
  GHashTable *named;  /* id -> the server's own id */
  GHashTable *ended;  /* set of ids */
  gint64      n_left; /* bytes that may still be read */
} Findings;

static void
add_tiles (UpscaleOrphanedBatch *orphan, JsonArray *tiles)
{
  for (guint i = 0; i < json_array_get_length (tiles); i++)
    {
      JsonObject *tile = upscale_json_read_object (json_array_get_element (tiles, i));
      gint64      number = upscale_json_get_int (tile, "tile", 0, G_MAXINT);
      const char *key = upscale_json_get_string (tile, "key");

      if (key && number > 0)
        upscale_orphaned_batch_add_tile (orphan, (guint) number - 1, key);
    }
}

/* A batch id becomes part of an address. The plug-in makes UUIDs only, so every other id
 * is ignored. */
static void
note_sent (Findings *findings, JsonObject *line, const char *id)
{
  JsonArray  *tiles = upscale_json_get_array (line, "tiles");
  const char *endpoint = upscale_json_get_string (line, "endpoint");
  g_autoptr (UpscaleOrphanedBatch) orphan = NULL;

  if (!endpoint || !g_uuid_string_is_valid (id) || !tiles)
    return;
  orphan = upscale_orphaned_batch_new (endpoint, id);
  add_tiles (orphan, tiles);
  if (g_hash_table_size (orphan->keys) > 0)
    g_hash_table_replace (findings->sent, orphan->batch_id,
                          upscale_orphaned_batch_ref (orphan));
}

/* The server's id becomes part of an address, too. */
static void
note_named (Findings *findings, JsonObject *line, const char *id)
{
  const char *remote = upscale_json_get_string (line, "remote");
  gsize       length = remote ? strlen (remote) : 0;

  if (length > 0 && length <= MAX_REMOTE_BYTES && strspn (remote, REMOTE_CHARS) == length)
    g_hash_table_replace (findings->named, g_strdup (id), g_strdup (remote));
}

static void
read_line (Findings *findings, const char *text, gboolean is_alive)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (JsonObject) line = upscale_json_parse_object (bytes, NULL);
  const char *event = upscale_json_get_string (line, "event");
  const char *id = upscale_json_get_string (line, "batch");

  if (!id)
    return;
  if (g_strcmp0 (event, "sent") == 0 && !is_alive)
    note_sent (findings, line, id);
  else if (g_strcmp0 (event, "named") == 0 && !is_alive)
    note_named (findings, line, id);
  else if (g_strcmp0 (event, "batch-ended") == 0)
    g_hash_table_add (findings->ended, g_strdup (id));
}

/* Skips lines that are cut off, as the last one is after the disk was full. */
static void
read_lines (Findings *findings, FILE *log, gboolean is_alive)
{
  g_autofree char *line = g_malloc (MAX_LINE_BYTES);
  gboolean         is_rest = FALSE; /* the rest of a line that is too long */

  while (fgets (line, MAX_LINE_BYTES, log))
    {
      gboolean is_whole = strchr (line, '\n') != NULL;

      /* Most lines tell of tiles, and need not be parsed. */
      if (is_whole && !is_rest && strstr (line, "\"batch\""))
        read_line (findings, line, is_alive);
      is_rest = !is_whole;
    }
}

/* Opens regular files only: reading a FIFO would block, and a link may lead to a device
 * that never ends. */
static int
open_log (Findings *findings, const char *path)
{
  g_autofd int file =
      g_open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
  struct stat status;

  if (file < 0 || fstat (file, &status) != 0 || !S_ISREG (status.st_mode) ||
      status.st_size > findings->n_left ||
      status.st_mtime < g_get_real_time () / G_USEC_PER_SEC - MAX_AGE_S)
    return -1;
  findings->n_left -= status.st_size;
  return g_steal_fd (&file);
}

/* A running job locks its log, and collects its batches itself. */
static void
read_log (Findings *findings, const char *path)
{
  int   file = open_log (findings, path);
  FILE *log = file >= 0 ? fdopen (file, "r") : NULL;

  if (log)
    {
      read_lines (findings, log, flock (file, LOCK_SH | LOCK_NB) != 0);
      fclose (log);
    }
  else if (file >= 0)
    g_close (file, NULL);
}

static GPtrArray *
list_open (Findings *findings)
{
  GPtrArray *orphans =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_orphaned_batch_unref);
  GHashTableIter        iter;
  UpscaleOrphanedBatch *orphan;

  g_hash_table_iter_init (&iter, findings->sent);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &orphan))
    if (!g_hash_table_contains (findings->ended, orphan->batch_id))
      {
        orphan->remote_id =
            g_strdup (g_hash_table_lookup (findings->named, orphan->batch_id));
        g_ptr_array_add (orphans, upscale_orphaned_batch_ref (orphan));
      }
  return orphans;
}

/**
 * upscale_batch_recovery_find:
 * @folder: the folder of the job logs
 *
 * Finds the batches that killed runs of the last hour have sent: endpoints keep results
 * for an hour. Logs that can't be read are skipped. The content of a log is not trusted:
 * the scheduler checks whether its job has the tiles of a batch, and compares their cache
 * keys.
 *
 * Returns: (transfer full) (element-type UpscaleOrphanedBatch): the batches without an
 * end
 */
GPtrArray *
upscale_batch_recovery_find (GFile *folder)
{
  g_autoptr (GHashTable) sent =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                             (GDestroyNotify) upscale_orphaned_batch_unref);
  g_autoptr (GHashTable) ended =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) named =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Findings findings = { sent, named, ended, MAX_BYTES };
  g_autoptr (GDir) listing = NULL;
  const char *name;

  g_return_val_if_fail (G_IS_FILE (folder), NULL);

  listing = g_dir_open (g_file_peek_path (folder), 0, NULL);
  while (listing && (name = g_dir_read_name (listing)))
    if (g_str_has_suffix (name, SUFFIX))
      {
        g_autofree char *path = g_build_filename (g_file_peek_path (folder), name, NULL);

        read_log (&findings, path);
      }
  return list_open (&findings);
}
