/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the logs of earlier runs for batches of which nobody has seen the end. */
#include "upscale-leftover-search.h"

#include "upscale-json-parse.h"
#include "upscale-json.h"
#include "upscale-leftover.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>

#define SUFFIX ".jsonl"
/* Endpoints keep results for an hour. */
#define MAX_AGE_S 3600
/* A job of 100,000 tiles; what is larger ran for so long that it was no accident. */
#define MAX_LOG_BYTES (64 << 20)

/* What is known so far: batches that were sent and those that have ended. */
typedef struct
{
  GHashTable *sent;  /* id -> UpscaleLeftover */
  GHashTable *ended; /* of ids */
} Findings;

static void
add_tiles (UpscaleLeftover *leftover, JsonArray *tiles)
{
  for (guint i = 0; i < json_array_get_length (tiles); i++)
    {
      JsonObject *tile = upscale_json_read_object (json_array_get_element (tiles, i));
      gint64      number = upscale_json_get_int (tile, "tile", 0, G_MAXINT);

      if (number > 0)
        upscale_leftover_add_tile (leftover, (guint) number - 1,
                                   upscale_json_get_string (tile, "key"));
    }
}

static void
note_sent (Findings *findings, JsonObject *line)
{
  JsonArray       *tiles = upscale_json_get_array (line, "tiles");
  const char      *endpoint = upscale_json_get_string (line, "endpoint");
  const char      *id = upscale_json_get_string (line, "batch");
  UpscaleLeftover *leftover;

  if (!endpoint || !id || !tiles)
    return;
  leftover = upscale_leftover_new (endpoint, id);
  add_tiles (leftover, tiles);
  g_hash_table_replace (findings->sent, leftover->batch_id, leftover);
}

static void
read_line (Findings *findings, const char *text, gboolean is_alive)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (JsonObject) line = upscale_json_parse_object (bytes, NULL);
  const char *event = upscale_json_get_string (line, "event");
  const char *id = upscale_json_get_string (line, "batch");

  if (g_strcmp0 (event, "sent") == 0 && !is_alive)
    note_sent (findings, line);
  else if (g_strcmp0 (event, "batch-ended") == 0 && id)
    g_hash_table_add (findings->ended, g_strdup (id));
}

/* A log whose job still runs is locked; what that has sent is its own. */
static gboolean
is_locked (const char *path)
{
  g_autofd int file = g_open (path, O_RDONLY | O_CLOEXEC, 0);

  return file >= 0 && flock (file, LOCK_SH | LOCK_NB) != 0;
}

static void
read_log (Findings *findings, const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean is_alive = is_locked (path);
  GStatBuf status;

  if (g_stat (path, &status) != 0 || status.st_size > MAX_LOG_BYTES ||
      status.st_mtime < g_get_real_time () / G_USEC_PER_SEC - MAX_AGE_S ||
      !g_file_get_contents (path, &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line; line++)
    read_line (findings, *line, is_alive);
}

static GPtrArray *
choose_open (Findings *findings)
{
  GPtrArray *leftovers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_leftover_unref);
  GHashTableIter   iter;
  UpscaleLeftover *leftover;

  g_hash_table_iter_init (&iter, findings->sent);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &leftover))
    if (!g_hash_table_contains (findings->ended, leftover->batch_id))
      g_ptr_array_add (leftovers, upscale_leftover_ref (leftover));
  return leftovers;
}

/**
 * upscale_leftover_search:
 * @folder: where job logs lie
 *
 * Finds batches that runs of the last hour have sent and that nobody has seen the end of,
 * as the run was killed. A log that can't be read is as good as none.
 *
 * Returns: (transfer full) (element-type UpscaleLeftover): what was found
 */
GPtrArray *
upscale_leftover_search (GFile *folder)
{
  g_autoptr (GHashTable) sent =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                             (GDestroyNotify) upscale_leftover_unref);
  g_autoptr (GHashTable) ended =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Findings findings = { sent, ended };
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
