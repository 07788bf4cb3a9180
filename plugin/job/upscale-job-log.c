/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-job-log.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <sys/file.h>

#define SUFFIX ".jsonl"
#define MAX_LOGS 50

/**
 * UpscaleJobLog:
 *
 * A file with one JSON object a line for each event of a job. The log tells why a tile
 * failed, and lets a later run collect the batches of a killed one. write() hands each
 * line to the system before the job goes on, so a line outlives the process. The file is
 * locked as long as its job lives, and holds no pixels and no secrets.
 *
 * A job whose log can't be written ends with a warning, and is otherwise unharmed.
 */
struct _UpscaleJobLog
{
  GObject parent_instance;

  char             *path;
  int               file;
  UpscaleScheduler *scheduler;
  int               write_error; /* errno of the first lost line, or 0 */
};

G_DEFINE_FINAL_TYPE (UpscaleJobLog, upscale_job_log, G_TYPE_OBJECT)

static void
upscale_job_log_finalize (GObject *object)
{
  UpscaleJobLog *self = UPSCALE_JOB_LOG (object);

  if (self->scheduler)
    g_signal_handlers_disconnect_by_data (self->scheduler, self);
  g_clear_object (&self->scheduler);
  g_clear_fd (&self->file, NULL);
  g_free (self->path);
  G_OBJECT_CLASS (upscale_job_log_parent_class)->finalize (object);
}

static void
upscale_job_log_class_init (UpscaleJobLogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_job_log_finalize;
}

static void
upscale_job_log_init (UpscaleJobLog *self)
{
  self->file = -1;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The names of logs begin with the date, so they sort by age. */
static void
delete_old_logs (const char *folder)
{
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (listing && (name = g_dir_read_name (listing)))
    if (g_str_has_suffix (name, SUFFIX))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i + MAX_LOGS < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);

      g_unlink (path);
    }
}

static char *
make_path (const char *folder)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = g_date_time_format (now, "%Y%m%dT%H%M%S");
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *name = g_strdup_printf ("%s-%.8s" SUFFIX, date, id);

  return g_build_filename (folder, name, NULL);
}

/* A run that looks for orphaned batches locks each log for a moment, so wait. */
static gboolean
lock (int file)
{
  while (flock (file, LOCK_EX) != 0)
    if (errno != EINTR)
      return FALSE;
  return TRUE;
}

/**
 * upscale_job_log_new:
 * @folder: the folder of the logs, which is made if it does not exist
 * @error: return location for an error
 *
 * Opens a new log, and deletes the oldest ones.
 *
 * Returns: (transfer full): the log, or %NULL with %UPSCALE_ERROR_STORAGE
 */
UpscaleJobLog *
upscale_job_log_new (GFile *folder, GError **error)
{
  g_autoptr (UpscaleJobLog) self = NULL;
  const char *path;

  g_return_val_if_fail (G_IS_FILE (folder), NULL);

  self = g_object_new (UPSCALE_TYPE_JOB_LOG, NULL);
  path = g_file_peek_path (folder);
  if (g_mkdir_with_parents (path, 0700) == 0)
    {
      delete_old_logs (path);
      self->path = make_path (path);
      self->file =
          g_open (self->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    }
  if (self->file >= 0 && lock (self->file))
    return g_steal_pointer (&self);
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE,
               _ ("The job's log can't be written in '%s': %s."), path,
               g_strerror (errno));
  return NULL;
}

/**
 * upscale_job_log_get_path:
 * @log: a log
 *
 * Returns: (transfer none): the path of the file
 */
const char *
upscale_job_log_get_path (UpscaleJobLog *log)
{
  g_return_val_if_fail (UPSCALE_IS_JOB_LOG (log), NULL);

  return log->path;
}

/* Takes ownership of @line. */
static void
write_line (UpscaleJobLog *self, JsonObject *line)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  g_autofree char *whole = NULL;
  gsize            length;

  json_node_take_object (node, line);
  text = json_to_string (node, FALSE);
  whole = g_strconcat (text, "\n", NULL);
  length = strlen (whole);
  if (write (self->file, whole, length) != (gssize) length && self->write_error == 0)
    self->write_error = errno ? errno : ENOSPC;
}

static JsonObject *
begin_line (const char *event)
{
  JsonObject *line = json_object_new ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format_iso8601 (now);

  json_object_set_string_member (line, "time", time);
  json_object_set_string_member (line, "event", event);
  return line;
}

/* A later run compares the keys, and collects only tiles that it would send alike. */
static JsonArray *
list_tiles (const UpscaleBatch *batch)
{
  JsonArray *tiles = json_array_new ();

  for (guint i = 0; i < batch->tiles->len; i++)
    {
      const UpscaleTileMessage *message = batch->tiles->pdata[i];
      JsonObject               *tile = json_object_new ();

      json_object_set_int_member (tile, "tile", message->tile.index + 1);
      json_object_set_string_member (tile, "key", message->key);
      json_array_add_object_element (tiles, tile);
    }
  return tiles;
}

static void
on_event (UpscaleScheduler *scheduler, const UpscaleEvent *event, gpointer user_data)
{
  UpscaleJobLog *self = user_data;
  JsonObject    *line = begin_line (upscale_event_kind_get_name (event->kind));

  if (event->endpoint)
    json_object_set_string_member (line, "endpoint",
                                   upscale_endpoint_get_name (event->endpoint));
  if (event->batch)
    json_object_set_string_member (line, "batch", event->batch->id);
  if (event->tile_index != UPSCALE_NO_TILE)
    json_object_set_int_member (line, "tile", (gint64) event->tile_index + 1);
  if (event->text)
    json_object_set_string_member (line, "text", event->text);
  if (event->kind == UPSCALE_EVENT_NAMED)
    json_object_set_string_member (line, "remote", event->batch->remote_id);
  if (event->kind == UPSCALE_EVENT_SENT)
    json_object_set_array_member (line, "tiles", list_tiles (event->batch));
  write_line (self, line);
}

/**
 * upscale_job_log_follow:
 * @log: a log that follows no scheduler yet
 * @scheduler: a scheduler with its endpoints
 *
 * Writes the events of @scheduler until the log is freed.
 */
void
upscale_job_log_follow (UpscaleJobLog *log, UpscaleScheduler *scheduler)
{
  const UpscaleDispatchStatus *run;
  const UpscaleEndpointPool   *pool;
  JsonArray                   *names;
  JsonObject                  *line;

  g_return_if_fail (UPSCALE_IS_JOB_LOG (log));
  g_return_if_fail (UPSCALE_IS_SCHEDULER (scheduler));
  g_return_if_fail (log->scheduler == NULL);

  run = upscale_scheduler_get_status (scheduler);
  pool = upscale_dispatch_status_get_pool (run);
  names = json_array_new ();
  line = begin_line ("begun");
  for (guint i = 0; i < upscale_endpoint_pool_get_length (pool); i++)
    json_array_add_string_element (names, upscale_endpoint_get_name (
                                              upscale_endpoint_pool_get (pool, i)));
  json_object_set_string_member (line, "version", UPSCALE_VERSION);
  json_object_set_int_member (line, "tiles",
                              upscale_dispatch_status_get_progress (run).n_tiles);
  json_object_set_array_member (line, "endpoints", names);
  write_line (log, line);
  log->scheduler = g_object_ref (scheduler);
  g_signal_connect (scheduler, "event", G_CALLBACK (on_event), log);
}

/**
 * upscale_job_log_note_border:
 * @log: a log
 * @border: a border that shows in the result
 *
 * Writes a line with the two tiles and the score.
 */
void
upscale_job_log_note_border (UpscaleJobLog *log, const UpscaleBorder *border)
{
  JsonObject *line;

  g_return_if_fail (UPSCALE_IS_JOB_LOG (log));
  g_return_if_fail (border != NULL);

  line = begin_line ("bad-border");
  json_object_set_int_member (line, "tile", (gint64) border->first + 1);
  json_object_set_int_member (line, "neighbor", (gint64) border->second + 1);
  json_object_set_double_member (line, "score", border->score);
  write_line (log, line);
}

/**
 * upscale_job_log_end:
 * @log: a log
 * @summary: the outcome of the job, a sentence
 *
 * Writes the last line.
 */
void
upscale_job_log_end (UpscaleJobLog *log, const char *summary)
{
  JsonObject *line;

  g_return_if_fail (UPSCALE_IS_JOB_LOG (log));
  g_return_if_fail (summary != NULL);

  line = begin_line ("ended");
  json_object_set_string_member (line, "text", summary);
  write_line (log, line);
}

/**
 * upscale_job_log_dup_warning:
 * @log: a log
 *
 * Returns: (transfer full) (nullable): the reason why lines are missing, a sentence;
 * %NULL if none are
 */
char *
upscale_job_log_dup_warning (UpscaleJobLog *log)
{
  g_return_val_if_fail (UPSCALE_IS_JOB_LOG (log), NULL);

  if (log->write_error == 0)
    return NULL;
  return g_strdup_printf (_ ("The job's log '%s' could not be written: %s."), log->path,
                          g_strerror (log->write_error));
}
