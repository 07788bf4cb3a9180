/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the logs of earlier runs for batches of which nobody has seen the end. */
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
/* Of all logs together; a job of 100,000 tiles writes 40 MiB. */
#define MAX_BYTES (64 << 20)
/* A batch of 10,000 tiles. */
#define MAX_LINE_BYTES (1 << 20)
/* Of the name that a server has for its work. */
#define MAX_REMOTE_BYTES 200
#define REMOTE_CHARS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_"

/* What is known so far: batches that were sent and those that have ended. */
typedef struct
{
  GHashTable *sent;   /* id -> UpscaleOrphanedBatch */
  GHashTable *named;  /* id -> the endpoint's own name */
  GHashTable *ended;  /* of ids */
  gint64      n_left; /* bytes to read at most */
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

/* Batches are called by UUIDs. Anything else is no batch of ours, and its name would
 * become part of an address. */
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

/* The name becomes part of an address, too. */
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

/* On a full disk a line may be cut off; it is passed over. */
static void
read_lines (Findings *findings, FILE *log, gboolean is_alive)
{
  g_autofree char *line = g_malloc (MAX_LINE_BYTES);
  gboolean         is_rest = FALSE; /* of a line that is too long */

  while (fgets (line, MAX_LINE_BYTES, log))
    {
      gboolean is_whole = strchr (line, '\n') != NULL;

      /* Most lines are of tiles, and need not be parsed. */
      if (is_whole && !is_rest && strstr (line, "\"batch\""))
        read_line (findings, line, is_alive);
      is_rest = !is_whole;
    }
}

/* A FIFO would be waited for, and a link may lead to a device that never ends. */
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

/* A log whose job still runs is locked; what that has sent is its own. */
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
choose_open (Findings *findings)
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
 * upscale_batch_recovery:
 * @folder: where job logs lie
 *
 * Finds batches that runs of the last hour have sent and that nobody has seen the end of,
 * as the run was killed. A log that can't be read is as good as none. Nothing that stands
 * in a log is believed: whether this run has such tiles, and whether they are the same,
 * is for the scheduler to find out.
 *
 * Returns: (transfer full) (element-type UpscaleOrphanedBatch): what was found
 */
GPtrArray *
upscale_batch_recovery (GFile *folder)
{
  g_autoptr (GHashTable) sent =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                             (GDestroyNotify) upscale_orphaned_batch_unref);
  g_autoptr (GHashTable) ended =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) named =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Findings findings = { sent, named, ended, MAX_BYTES };
  g_autoptr (GDir) listing = g_dir_open (g_file_peek_path (folder), 0, NULL);
  const char *name;

  while (listing && (name = g_dir_read_name (listing)))
    if (g_str_has_suffix (name, SUFFIX))
      {
        g_autofree char *path = g_build_filename (g_file_peek_path (folder), name, NULL);

        read_log (&findings, path);
      }
  return choose_open (&findings);
}
