/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-job.h"

#include "upscale-local-json.h"

/* A job without a result takes memory, too. */
#define JOB_BYTES ((gsize) 64 << 10)
/* A client that has heard of the end asks for the last results at once. */
#define COLLECTION_US (10 * (gint64) G_USEC_PER_SEC)

/**
 * UpscaleLocalJob:
 *
 * A batch, its results so far, and who still cares for it. The request itself is the
 * workers', and gone when they are done. Lives on the main thread; workers only ask
 * whether it is cancelled. Emits "changed" when there is something new to tell.
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
 * @request: what is to be painted
 * @memory: where what it keeps is counted
 * @now_us: the time
 *
 * Returns: (transfer full): the job
 */
UpscaleLocalJob *
upscale_local_job_new (const UpscaleLocalRequest *request,
                       UpscaleLocalMemory        *memory,
                       gint64                     now_us)
{
  UpscaleLocalJob *self = g_object_new (UPSCALE_LOCAL_TYPE_JOB, NULL);

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
 * Returns: (transfer none): the client's name for the batch
 */
const char *
upscale_local_job_get_batch_id (UpscaleLocalJob *job)
{
  return job->batch_id;
}

/**
 * upscale_local_job_get_checksum:
 * @job: a job
 *
 * Returns: (transfer none): of the request's body
 */
const char *
upscale_local_job_get_checksum (UpscaleLocalJob *job)
{
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
 * @now_us: the time
 *
 * Adds a result; the last one ends the job. What comes in after a cancellation is
 * dropped.
 */
void
upscale_local_job_add_result (UpscaleLocalJob *job, GBytes *result, gint64 now_us)
{
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
 * @reason: why, a sentence
 * @now_us: the time
 *
 * Ends a job that runs; workers leave out what they have not begun.
 */
void
upscale_local_job_cancel (UpscaleLocalJob *job, const char *reason, gint64 now_us)
{
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
 * @now_us: the time
 *
 * Renews the lease: somebody has asked about the job.
 */
void
upscale_local_job_touch (UpscaleLocalJob *job, gint64 now_us)
{
  job->asked_us = MAX (job->asked_us, now_us);
}

/**
 * upscale_local_job_hold:
 * @job: a job
 *
 * Somebody waits for it: the lease does not run out meanwhile.
 */
void
upscale_local_job_hold (UpscaleLocalJob *job)
{
  job->n_holders++;
}

/**
 * upscale_local_job_release:
 * @job: a job that is held
 * @now_us: the time
 *
 * Undoes one upscale_local_job_hold().
 */
void
upscale_local_job_release (UpscaleLocalJob *job, gint64 now_us)
{
  g_assert (job->n_holders > 0);
  job->n_holders--;
  upscale_local_job_touch (job, now_us);
}

/**
 * upscale_local_job_has_ended:
 * @job: a job
 *
 * Returns: whether nothing more will come
 */
gboolean
upscale_local_job_has_ended (UpscaleLocalJob *job)
{
  return job->ended_us != 0;
}

/**
 * upscale_local_job_is_cancelled:
 * @job: a job
 *
 * Returns: whether its tiles need not be painted any more. May be called from any thread
 */
gboolean
upscale_local_job_is_cancelled (UpscaleLocalJob *job)
{
  return g_atomic_int_get (&job->is_cancelled);
}

/**
 * upscale_local_job_is_abandoned:
 * @job: a job
 * @now_us: the time
 *
 * Returns: whether it runs although nobody has asked about it for the length of its lease
 */
gboolean
upscale_local_job_is_abandoned (UpscaleLocalJob *job, gint64 now_us)
{
  return !job->ended_us && job->n_holders == 0 &&
         now_us - job->asked_us > (gint64) job->lease_s * G_USEC_PER_SEC;
}

/**
 * upscale_local_job_get_ended:
 * @job: a job
 *
 * Returns: when it ended, 0 while it runs
 */
gint64
upscale_local_job_get_ended (UpscaleLocalJob *job)
{
  return job->ended_us;
}

/**
 * upscale_local_job_get_bytes:
 * @job: a job
 *
 * Returns: what it takes, with its results
 */
gsize
upscale_local_job_get_bytes (UpscaleLocalJob *job)
{
  return job->bytes;
}

/**
 * upscale_local_job_is_spare:
 * @job: a job
 * @now_us: the time
 *
 * Returns: %TRUE if it has ended and nobody is about to collect its results, so that it
 * may be forgotten where memory is short
 */
gboolean
upscale_local_job_is_spare (UpscaleLocalJob *job, gint64 now_us)
{
  return job->ended_us && job->n_holders == 0 && now_us - job->asked_us > COLLECTION_US;
}

/**
 * upscale_local_job_get_n_results:
 * @job: a job
 *
 * Returns: finished tiles, failed ones too
 */
guint
upscale_local_job_get_n_results (UpscaleLocalJob *job)
{
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
 * @results_from: the first result that is wanted
 * @max_results: how many are wanted
 *
 * Joins what the workers have written, without a copy: results are megabytes, and many
 * clients may ask for them at once.
 *
 * Returns: (transfer full) (element-type GBytes): the answer, in pieces
 */
GPtrArray *
upscale_local_job_to_json (UpscaleLocalJob *job, guint results_from, guint max_results)
{
  GPtrArray *pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autofree char *head = make_head (job);

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
