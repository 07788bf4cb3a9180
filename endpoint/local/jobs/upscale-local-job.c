/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-job.h"

#include "upscale-local-json.h"

/* Memory of a job without results. */
#define JOB_BYTES ((gsize) 64 << 10)
/* A client that has received the end requests the last results at once. */
#define COLLECTION_US (10 * (gint64) G_USEC_PER_SEC)

/**
 * UpscaleLocalJob:
 *
 * A batch, its results so far, and its lease. The workers own the request and free it
 * when they are done. All functions are for the main thread, except
 * upscale_local_job_is_cancelled(). "changed" is emitted at each result and at the end.
 */
struct _UpscaleLocalJob
{
  GObject parent_instance;

  char      *batch_id;
  char      *checksum;
  guint      n_tiles;
  int        lease_s;
  GPtrArray *results; /* of GBytes, JSON objects */
  gsize      bytes;
  char      *failure;

  UpscaleLocalMemory *memory;

  int    is_cancelled; /* atomic */
  guint  n_holders;
  gint64 asked_us;
  gint64 ended_us; /* 0 while it runs */
};

G_DEFINE_FINAL_TYPE (UpscaleLocalJob, upscale_local_job, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
upscale_local_job_finalize (GObject *object)
{
  UpscaleLocalJob *self = UPSCALE_LOCAL_JOB (object);

  g_free (self->batch_id);
  g_free (self->checksum);
  g_ptr_array_unref (self->results);
  g_free (self->failure);
  upscale_local_memory_release (self->memory, self->bytes);
  upscale_local_memory_unref (self->memory);
  G_OBJECT_CLASS (upscale_local_job_parent_class)->finalize (object);
}

static void
upscale_local_job_class_init (UpscaleLocalJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_local_job_finalize;

  /**
   * UpscaleLocalJob::changed:
   *
   * Emitted when a result was added or the job has ended.
   */
  signals[SIGNAL_CHANGED] =
      g_signal_new ("changed", UPSCALE_LOCAL_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 0);
}

static void
upscale_local_job_init (UpscaleLocalJob *self)
{
  self->results = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

static const char *
get_status (UpscaleLocalJob *job)
{
  if (job->ended_us)
    return job->failure ? "cancelled" : "completed";
  return job->results->len > 0 ? "running" : "queued";
}

static void
log_status (UpscaleLocalJob *job)
{
  g_debug ("job %s: %s, %u of %u tiles%s%s", job->batch_id, get_status (job),
           job->results->len, job->n_tiles, job->failure ? ": " : "",
           job->failure ? job->failure : "");
}

/**
 * upscale_local_job_new:
 * @request: the batch to paint
 * @memory: the account that counts the job's memory
 * @now_us: the current time
 *
 * Returns: (transfer full): the job
 */
UpscaleLocalJob *
upscale_local_job_new (const UpscaleLocalRequest *request,
                       UpscaleLocalMemory        *memory,
                       gint64                     now_us)
{
  UpscaleLocalJob *self = g_object_new (UPSCALE_LOCAL_TYPE_JOB, NULL);

  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (memory != NULL, NULL);

  self->batch_id = g_strdup (request->batch_id);
  self->checksum = g_strdup (request->checksum);
  self->n_tiles = request->tiles->len;
  self->lease_s = request->lease_s;
  self->asked_us = now_us;
  self->memory = upscale_local_memory_ref (memory);
  self->bytes = JOB_BYTES;
  upscale_local_memory_hold (memory, JOB_BYTES);
  log_status (self);
  return self;
}

/**
 * upscale_local_job_get_batch_id:
 * @job: a job
 *
 * Returns: (transfer none): the id that the client chose
 */
const char *
upscale_local_job_get_batch_id (UpscaleLocalJob *job)
{
  g_return_val_if_fail (UPSCALE_LOCAL_IS_JOB (job), NULL);

  return job->batch_id;
}

/**
 * upscale_local_job_get_checksum:
 * @job: a job
 *
 * Returns: (transfer none): the checksum of the request's body
 */
const char *
upscale_local_job_get_checksum (UpscaleLocalJob *job)
{
  g_return_val_if_fail (UPSCALE_LOCAL_IS_JOB (job), NULL);

  return job->checksum;
}

static void
end (UpscaleLocalJob *job, gint64 now_us)
{
  job->ended_us = now_us;
  job->asked_us = now_us;
  log_status (job);
}

/**
 * upscale_local_job_add_result:
 * @job: a job
 * @result: a finished tile, as JSON
 * @now_us: the current time
 *
 * Adds a result. The last result ends the job. Results after a cancellation are dropped.
 */
void
upscale_local_job_add_result (UpscaleLocalJob *job, GBytes *result, gint64 now_us)
{
  g_return_if_fail (UPSCALE_LOCAL_IS_JOB (job));
  g_return_if_fail (result != NULL);

  if (job->ended_us)
    return;
  g_ptr_array_add (job->results, g_bytes_ref (result));
  job->bytes += g_bytes_get_size (result);
  upscale_local_memory_hold (job->memory, g_bytes_get_size (result));
  if (job->results->len == job->n_tiles)
    end (job, now_us);
  else if (job->results->len == 1)
    log_status (job);
  g_signal_emit (job, signals[SIGNAL_CHANGED], 0);
}

/**
 * upscale_local_job_cancel:
 * @job: a job
 * @reason: the reason, a sentence for the client
 * @now_us: the current time
 *
 * Ends a running job. Workers skip the tiles that they have not begun.
 */
void
upscale_local_job_cancel (UpscaleLocalJob *job, const char *reason, gint64 now_us)
{
  g_return_if_fail (UPSCALE_LOCAL_IS_JOB (job));
  g_return_if_fail (reason != NULL);

  if (job->ended_us)
    return;
  g_atomic_int_set (&job->is_cancelled, TRUE);
  job->failure = g_strdup (reason);
  end (job, now_us);
  g_signal_emit (job, signals[SIGNAL_CHANGED], 0);
}

/**
 * upscale_local_job_touch:
 * @job: a job
 * @now_us: the current time
 *
 * Renews the lease, as a client has asked about the job.
 */
void
upscale_local_job_touch (UpscaleLocalJob *job, gint64 now_us)
{
  g_return_if_fail (UPSCALE_LOCAL_IS_JOB (job));

  job->asked_us = MAX (job->asked_us, now_us);
}

/**
 * upscale_local_job_hold:
 * @job: a job
 *
 * Suspends the lease while a client waits for an answer.
 */
void
upscale_local_job_hold (UpscaleLocalJob *job)
{
  g_return_if_fail (UPSCALE_LOCAL_IS_JOB (job));

  job->n_holders++;
}

/**
 * upscale_local_job_release:
 * @job: a job after upscale_local_job_hold()
 * @now_us: the current time
 *
 * Undoes one upscale_local_job_hold().
 */
void
upscale_local_job_release (UpscaleLocalJob *job, gint64 now_us)
{
  g_return_if_fail (UPSCALE_LOCAL_IS_JOB (job));

  g_assert (job->n_holders > 0);
  job->n_holders--;
  upscale_local_job_touch (job, now_us);
}

/**
 * upscale_local_job_has_ended:
 * @job: a job
 *
 * Returns: %TRUE if no more results will come
 */
gboolean
upscale_local_job_has_ended (UpscaleLocalJob *job)
{
  g_return_val_if_fail (UPSCALE_LOCAL_IS_JOB (job), FALSE);

  return job->ended_us != 0;
}

/**
 * upscale_local_job_is_cancelled:
 * @job: a job
 *
 * Returns: %TRUE if the remaining tiles need not be painted. May be called from any
 * thread
 */
gboolean
upscale_local_job_is_cancelled (UpscaleLocalJob *job)
{
  g_return_val_if_fail (UPSCALE_LOCAL_IS_JOB (job), FALSE);

  return g_atomic_int_get (&job->is_cancelled);
}

/**
 * upscale_local_job_is_abandoned:
 * @job: a job
 * @now_us: the current time
 *
 * Returns: %TRUE if the job runs and its lease has expired
 */
gboolean
upscale_local_job_is_abandoned (UpscaleLocalJob *job, gint64 now_us)
{
  g_return_val_if_fail (UPSCALE_LOCAL_IS_JOB (job), FALSE);

  return !job->ended_us && job->n_holders == 0 &&
         now_us - job->asked_us > (gint64) job->lease_s * G_USEC_PER_SEC;
}

/**
 * upscale_local_job_get_ended:
 * @job: a job
 *
 * Returns: the time of the end in microseconds, 0 while the job runs
 */
gint64
upscale_local_job_get_ended (UpscaleLocalJob *job)
{
  g_return_val_if_fail (UPSCALE_LOCAL_IS_JOB (job), 0);

  return job->ended_us;
}

/**
 * upscale_local_job_get_bytes:
 * @job: a job
 *
 * Returns: the memory of the job with its results
 */
gsize
upscale_local_job_get_bytes (UpscaleLocalJob *job)
{
  g_return_val_if_fail (UPSCALE_LOCAL_IS_JOB (job), 0);

  return job->bytes;
}

/**
 * upscale_local_job_is_spare:
 * @job: a job
 * @now_us: the current time
 *
 * Returns: %TRUE if the job has ended and no client is collecting its results, so that
 * the job may be forgotten when memory is short
 */
gboolean
upscale_local_job_is_spare (UpscaleLocalJob *job, gint64 now_us)
{
  g_return_val_if_fail (UPSCALE_LOCAL_IS_JOB (job), FALSE);

  return job->ended_us && job->n_holders == 0 && now_us - job->asked_us > COLLECTION_US;
}

/**
 * upscale_local_job_get_n_results:
 * @job: a job
 *
 * Returns: the number of finished tiles, failed ones included
 */
guint
upscale_local_job_get_n_results (UpscaleLocalJob *job)
{
  g_return_val_if_fail (UPSCALE_LOCAL_IS_JOB (job), 0);

  return job->results->len;
}

static char *
make_head (UpscaleLocalJob *job)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  upscale_local_json_add_string (builder, "batch_id", job->batch_id);
  upscale_local_json_add_string (builder, "status", get_status (job));
  upscale_local_json_add_boolean (builder, "success", job->ended_us && !job->failure);
  upscale_local_json_add_int (builder, "tiles_processed", job->results->len);
  if (job->failure)
    upscale_local_json_add_string (builder, "error", job->failure);
  return upscale_local_json_end (builder);
}

static void
append_text (GPtrArray *pieces, const char *text)
{
  g_ptr_array_add (pieces, g_bytes_new (text, strlen (text)));
}

/**
 * upscale_local_job_to_json:
 * @job: a job
 * @results_from: the index of the first wanted result
 * @max_results: the number of wanted results
 *
 * Joins the texts of the workers without copying them: a result has megabytes, and many
 * clients may request results at once.
 *
 * Returns: (transfer full) (element-type GBytes): the pieces of the answer, in order
 */
GPtrArray *
upscale_local_job_to_json (UpscaleLocalJob *job, guint results_from, guint max_results)
{
  GPtrArray       *pieces;
  g_autofree char *head = NULL;

  g_return_val_if_fail (UPSCALE_LOCAL_IS_JOB (job), NULL);

  pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  head = make_head (job);
  head[strlen (head) - 1] = '\0';
  append_text (pieces, head);
  append_text (pieces, ",\"results\":[");
  for (guint i = results_from; i < job->results->len && i - results_from < max_results;
       i++)
    {
      if (i > results_from)
        append_text (pieces, ",");
      g_ptr_array_add (pieces, g_bytes_ref (job->results->pdata[i]));
    }
  append_text (pieces, "]}");
  return pieces;
}
