/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-job-table.h"

#include "upscale-local-problem.h"

#define KEPT_US (3600 * (gint64) G_USEC_PER_SEC)

#define UNPROCESSABLE 422
#define TOO_MANY_REQUESTS 429

/**
 * UpscaleLocalJobTable:
 *
 * All jobs by batch id. The number of running jobs is limited. Ended jobs are kept for an
 * hour, or until their results take too much memory, when the oldest is removed first.
 * Callers pass the time.
 */
struct _UpscaleLocalJobTable
{
  GHashTable *jobs; /* batch id, owned by the job -> job */
  guint       max_running;
  gsize       max_kept_bytes;

  UpscaleLocalMemory *memory;
};

/**
 * upscale_local_job_table_new:
 * @max_running: the most jobs that run or wait at once
 * @max_kept_bytes: the most memory that ended jobs may keep
 * @memory: the account that counts the jobs' memory
 *
 * Returns: (transfer full): an empty table
 */
UpscaleLocalJobTable *
upscale_local_job_table_new (guint               max_running,
                             gsize               max_kept_bytes,
                             UpscaleLocalMemory *memory)
{
  UpscaleLocalJobTable *table = g_new (UpscaleLocalJobTable, 1);

  g_return_val_if_fail (memory != NULL, NULL);

  table->jobs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  table->max_running = max_running;
  table->max_kept_bytes = max_kept_bytes;
  table->memory = upscale_local_memory_ref (memory);
  return table;
}

/**
 * upscale_local_job_table_free:
 * @table: (transfer full): a table
 */
void
upscale_local_job_table_free (UpscaleLocalJobTable *table)
{
  g_return_if_fail (table != NULL);

  g_hash_table_unref (table->jobs);
  upscale_local_memory_unref (table->memory);
  g_free (table);
}

/**
 * upscale_local_job_table_lookup:
 * @table: a table
 * @batch_id: a batch's id
 *
 * Returns: (transfer none) (nullable): its job
 */
UpscaleLocalJob *
upscale_local_job_table_lookup (UpscaleLocalJobTable *table, const char *batch_id)
{
  g_return_val_if_fail (table != NULL, NULL);
  g_return_val_if_fail (batch_id != NULL, NULL);

  return g_hash_table_lookup (table->jobs, batch_id);
}

static guint
count_running (UpscaleLocalJobTable *table)
{
  GHashTableIter iter;
  gpointer       job;
  guint          n = 0;

  g_hash_table_iter_init (&iter, table->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &job))
    if (!upscale_local_job_has_ended (job))
      n++;
  return n;
}

static UpscaleLocalJob *
insert (UpscaleLocalJobTable *table, UpscaleLocalRequest *request, gint64 now_us)
{
  UpscaleLocalJob *job = upscale_local_job_new (request, table->memory, now_us);

  /* Replaces a cancelled job of the same id. The key belongs to the job, so it is
   * replaced too. */
  g_hash_table_replace (table->jobs, (gpointer) upscale_local_job_get_batch_id (job),
                        job);
  return job;
}

/**
 * upscale_local_job_table_submit:
 * @table: a table
 * @request: a request
 * @now_us: the current time
 * @is_new: (out): set to %TRUE if the tiles must be given to the workers
 * @error: return location for an error
 *
 * The same id with the same body is the same job, however often it is sent. A cancelled
 * job begins anew. Memory for the tiles of a new job is reserved.
 *
 * Returns: (transfer none): the job, or %NULL with the problem 422 (same id, other body),
 * 413 (larger than the limit), 429 or 503 (no room now)
 */
UpscaleLocalJob *
upscale_local_job_table_submit (UpscaleLocalJobTable *table,
                                UpscaleLocalRequest  *request,
                                gint64                now_us,
                                gboolean             *is_new,
                                GError              **error)
{
  UpscaleLocalJob *known;

  g_return_val_if_fail (table != NULL && request != NULL && is_new != NULL, NULL);

  known = upscale_local_job_table_lookup (table, request->batch_id);
  if (known && !g_str_equal (upscale_local_job_get_checksum (known), request->checksum))
    {
      upscale_local_problem_set (
          error, UNPROCESSABLE,
          "the batch id was used for another request: choose a new one");
      return NULL;
    }
  if (known && !upscale_local_job_is_cancelled (known))
    {
      upscale_local_job_touch (known, now_us);
      *is_new = FALSE;
      return known;
    }
  if (count_running (table) >= table->max_running)
    {
      upscale_local_problem_set (error, TOO_MANY_REQUESTS,
                                 "%u batches are waiting already: send this one later",
                                 table->max_running);
      return NULL;
    }
  if (!upscale_local_memory_reserve (table->memory,
                                     upscale_local_request_get_bytes (request), error))
    return NULL;
  *is_new = TRUE;
  return insert (table, request, now_us);
}

static gboolean
forget_if_outdated (gpointer key, gpointer value, gpointer user_data)
{
  gint64 now_us = *(const gint64 *) user_data;
  gint64 ended_us = upscale_local_job_get_ended (value);

  if (ended_us == 0 || now_us - ended_us <= KEPT_US)
    return FALSE;
  g_debug ("job %s: forgotten, as it ended an hour ago", (const char *) key);
  return TRUE;
}

static int
compare_ends (gconstpointer one, gconstpointer other)
{
  gint64 first_us = upscale_local_job_get_ended (*(UpscaleLocalJob *const *) one);
  gint64 second_us = upscale_local_job_get_ended (*(UpscaleLocalJob *const *) other);

  return (first_us > second_us) - (first_us < second_us);
}

/* Returns the jobs that may be forgotten, the oldest first. */
static GPtrArray *
find_spare (UpscaleLocalJobTable *table, gint64 now_us, gsize *bytes)
{
  GPtrArray     *spare = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       job;

  g_hash_table_iter_init (&iter, table->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &job))
    if (upscale_local_job_is_spare (job, now_us))
      {
        g_ptr_array_add (spare, job);
        *bytes += upscale_local_job_get_bytes (job);
      }
  g_ptr_array_sort (spare, compare_ends);
  return spare;
}

static void
forget_oldest (UpscaleLocalJobTable *table, gint64 now_us)
{
  gsize bytes = 0;
  g_autoptr (GPtrArray) spare = find_spare (table, now_us, &bytes);

  for (guint i = 0; i < spare->len && bytes > table->max_kept_bytes; i++)
    {
      bytes -= upscale_local_job_get_bytes (spare->pdata[i]);
      g_debug ("job %s: forgotten, as memory is short",
               upscale_local_job_get_batch_id (spare->pdata[i]));
      g_hash_table_remove (table->jobs, upscale_local_job_get_batch_id (spare->pdata[i]));
    }
}

/**
 * upscale_local_job_table_cancel_all:
 * @table: a table
 * @now_us: the current time
 *
 * Cancels all running jobs when the endpoint ends.
 */
void
upscale_local_job_table_cancel_all (UpscaleLocalJobTable *table, gint64 now_us)
{
  GHashTableIter iter;
  gpointer       job;

  g_return_if_fail (table != NULL);

  g_hash_table_iter_init (&iter, table->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &job))
    upscale_local_job_cancel (job, "the endpoint ends", now_us);
}

static void
cancel_abandoned (UpscaleLocalJobTable *table, gint64 now_us)
{
  GHashTableIter iter;
  gpointer       job;

  g_hash_table_iter_init (&iter, table->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &job))
    if (upscale_local_job_is_abandoned (job, now_us))
      upscale_local_job_cancel (
          job, "the lease has expired, as no client has asked about the batch", now_us);
}

/**
 * upscale_local_job_table_sweep:
 * @table: a table
 * @now_us: the current time
 *
 * Cancels jobs with an expired lease. Forgets ended jobs that are an hour old, and those
 * not being collected while results take too much memory. Call once a second or so.
 */
void
upscale_local_job_table_sweep (UpscaleLocalJobTable *table, gint64 now_us)
{
  g_return_if_fail (table != NULL);

  cancel_abandoned (table, now_us);
  g_hash_table_foreach_remove (table->jobs, forget_if_outdated, &now_us);
  forget_oldest (table, now_us);
}
