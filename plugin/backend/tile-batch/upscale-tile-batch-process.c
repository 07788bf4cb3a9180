/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One batch over HTTP: PUT, then GET until all results are there, DELETE when the batch
 * is cancelled. Each step takes the task and passes it on. */
#include "upscale-tile-batch-process.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-http-error.h"
#include "upscale-pause.h"
#include "upscale-tile-batch-decode.h"
#include "upscale-tile-batch-encode.h"

/* The endpoint holds an answer for 10 s at most until it has a result, as proxies cut a
 * connection near 100 s. A batch that is still queued is polled each second, so that the
 * start of the work is seen in time and the speed is measured right. */
#define PREFER_WAIT "respond-async, wait=10"
#define PREFER_WAIT_FOR_BEGIN "respond-async, wait=1"
/* The server stops a batch that nobody polls for this time, so that a killed plug-in
 * stops costing money. */
#define LEASE_S 120
/* Time between polls of an endpoint that answers at once and without Retry-After. */
#define POLL_WAIT_US (1 * G_USEC_PER_SEC)
/* Decoding an answer needs three times its pictures in memory. */
#define MAX_RESULTS 4
/* Longest wait of a cancelled batch for the answer to its DELETE. A busy endpoint needed
 * two seconds for the PUT before it. */
#define CANCEL_NOTIFY_US (5 * G_USEC_PER_SEC)
/* A DELETE may overtake the PUT of its batch, and is then sent again after this time. */
#define CANCEL_NOTIFY_RETRY_US (G_USEC_PER_SEC / 5)
/* A machine that starts behind a proxy may not answer a PUT for minutes. A poll is held
 * for 10 s at most. */
#define SUBMIT_SILENCE_US (200 * (gint64) G_USEC_PER_SEC)
#define POLL_SILENCE_US (60 * (gint64) G_USEC_PER_SEC)
/* The largest picture is noise in 16 bits with alpha, in base64. */
#define MOST_BYTES_PER_PIXEL 11
#define MOST_OTHER_BYTES (1 << 20)
#define KIB 1024

typedef struct
{
  UpscaleTileBatchAddress *address;
  UpscaleBatch            *batch;
  const UpscaleBatchFuncs *funcs;
  gpointer                 funcs_data;
  GBytes                  *body;
  gboolean                 is_blocking; /* the server has only the one blocking route */
  gboolean     is_sent; /* the endpoint may be at work, even if it never answered */
  UpscalePhase phase;
  gboolean     is_polled;    /* after its submission */
  gint64       sent_us;      /* the last request */
  gint64       told_wait_us; /* Retry-After of the last answer, 0 without it */
  guint        timer;
  guint        retry_timer;
} Process;

static void submit (GTask *task);
static void poll_results (GTask *task);
static void on_deleted (GObject *object, GAsyncResult *result, gpointer user_data);
static void send_delete (const UpscaleTileBatchAddress *address,
                         const UpscaleBatch            *batch,
                         GAsyncReadyCallback            callback,
                         gpointer                       user_data);

static void
process_free (Process *process)
{
  upscale_batch_unref (process->batch);
  g_clear_pointer (&process->body, g_bytes_unref);
  g_free (process);
}

static GUri *
make_batch_uri (const UpscaleTileBatchAddress *address,
                const UpscaleBatch            *batch,
                const char                    *query)
{
  /* The id of a recovered batch comes from a file. */
  g_autofree char *id = g_uri_escape_string (batch->id, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/v1/batches/", id, NULL);

  return upscale_http_make_uri (address->base, path, query);
}

static gsize
count_most_bytes (const UpscaleBatch *batch)
{
  const UpscaleTileMessage *tile = batch->tiles->pdata[0];

  return MOST_OTHER_BYTES + upscale_batch_count_tiles (batch) *
                                (gsize) tile->target_width_px *
                                (gsize) tile->target_height_px * MOST_BYTES_PER_PIXEL;
}

static void
on_cancel_notify_over (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Process *process = g_task_get_task_data (task);

  process->timer = 0;
  if (process->retry_timer)
    {
      upscale_clock_remove_timer (process->address->clock, process->retry_timer);
      g_object_unref (task);
    }
  g_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
}

static void
on_cancel_notify_retry_due (gpointer user_data)
{
  GTask   *task = user_data;
  Process *process = g_task_get_task_data (task);

  process->retry_timer = 0;
  send_delete (process->address, process->batch, on_deleted, task);
}

/* The endpoint does not know the batch, whose PUT may still be under way. */
static gboolean
has_overtaken_batch (const Process *process, const UpscaleHttpAnswer *answer)
{
  return answer && answer->status == SOUP_STATUS_NOT_FOUND &&
         !process->batch->is_submitted;
}

static void
on_deleted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Process *process = g_task_get_task_data (task);
  g_autoptr (UpscaleHttpAnswer) answer =
      upscale_http_send_finish (UPSCALE_HTTP (object), result, NULL);

  if (process->timer && has_overtaken_batch (process, answer))
    process->retry_timer =
        upscale_clock_add_timer (process->address->clock, CANCEL_NOTIFY_RETRY_US,
                                 on_cancel_notify_retry_due, g_steal_pointer (&task));
  /* Any other answer ends the notification: the lease stops a batch whose endpoint has
   * not got the DELETE. */
  else if (process->timer)
    {
      upscale_clock_remove_timer (process->address->clock, process->timer);
      on_cancel_notify_over (task);
    }
}

static void
send_delete (const UpscaleTileBatchAddress *address,
             const UpscaleBatch            *batch,
             GAsyncReadyCallback            callback,
             gpointer                       user_data)
{
  g_autoptr (GUri) uri = make_batch_uri (address, batch, NULL);
  UpscaleHttpRequest request = { .method = "DELETE",
                                 .uri = uri,
                                 .max_answer_bytes = MOST_OTHER_BYTES,
                                 .silence_us = POLL_SILENCE_US };

  upscale_http_send_async (address->http, &request, NULL, callback, user_data);
}

/* Tells the endpoint to stop, since its time costs money. Waits for the answer, as the
 * plug-in may end right after. Takes the task. */
static void
notify_cancel (GTask *task)
{
  Process *process = g_task_get_task_data (task);

  g_debug ("batch %s: cancelled, sending DELETE", process->batch->id);
  process->timer = upscale_clock_add_timer (process->address->clock, CANCEL_NOTIFY_US,
                                            on_cancel_notify_over, g_object_ref (task));
  send_delete (process->address, process->batch, on_deleted, task);
}

/* Takes the task. */
static void
fail (GTask *task, GError *error)
{
  Process *process = g_task_get_task_data (task);

  /* A server that has only the blocking route stops when the connection closes. */
  if (process->is_sent && !process->is_blocking &&
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      notify_cancel (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
deliver_results (Process *process, const UpscaleTileBatchAnswer *answer)
{
  for (guint i = 0; i < answer->results->len; i++)
    {
      const UpscaleTileBatchResult *result =
          &g_array_index (answer->results, UpscaleTileBatchResult, i);
      g_autoptr (GError) failure =
          result->image ? NULL : upscale_http_error_from_tile (result->failure);
      UpscaleTileAnswer tile = { result->tile_index, result->image, failure };

      process->batch->n_results++;
      process->funcs->on_answer (&tile, process->funcs_data);
    }
}

static void
note_phase (Process *process, const UpscaleTileBatchAnswer *answer)
{
  if (!process->batch->is_submitted)
    g_debug ("batch %s: accepted", process->batch->id);
  process->batch->is_submitted = TRUE;
  if (answer->phase != process->phase)
    {
      g_debug ("batch %s: phase %d", process->batch->id, (int) answer->phase);
      process->funcs->on_phase (answer->phase, process->funcs_data);
    }
  process->phase = answer->phase;
}

static GError *
describe_failed_batch (const UpscaleTileBatchAnswer *answer)
{
  if (answer->is_cancelled)
    return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED,
                        _ ("it has stopped the batch: %s"), answer->failure);
  return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_SERVER, _ ("it gave the batch up: %s"),
                      answer->failure);
}

static void
on_poll_due (gpointer task)
{
  poll_results (task);
}

/* An endpoint that holds its answers is polled again at once, any other after a pause.
 * The first poll shows which of both it is. */
static gint64
choose_poll_wait (const Process *process, guint n_news)
{
  gint64 passed_us = upscale_clock_get_now (process->address->clock) - process->sent_us;

  if (n_news > 0 || passed_us >= POLL_WAIT_US)
    return 0;
  if (process->told_wait_us > 0)
    return MIN (process->told_wait_us, POLL_WAIT_US);
  return process->is_polled ? POLL_WAIT_US : 0;
}

/* Finished results that the last answer left out. Endpoints keep answers small, so these
 * are fetched before the batch ends. */
static gboolean
has_more (const Process *process, const UpscaleTileBatchAnswer *answer)
{
  return answer->results->len > 0 && answer->n_processed > process->batch->n_results;
}

/* Takes the task. */
static void
conclude (GTask *task, const UpscaleTileBatchAnswer *answer)
{
  Process *process = g_task_get_task_data (task);

  if (answer->failure)
    fail (task, describe_failed_batch (answer));
  else if (answer->has_ended)
    {
      g_debug ("batch %s: ended with %u results", process->batch->id,
               process->batch->n_results);
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
  else
    upscale_pause (process->address->clock,
                   choose_poll_wait (process, answer->results->len),
                   g_task_get_cancellable (task), on_poll_due, task);
}

static void
on_decoded (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask   *task = user_data;
  Process *process = g_task_get_task_data (task);
  GError  *error = NULL;
  g_autoptr (UpscaleTileBatchAnswer) answer =
      upscale_tile_batch_decode_finish (result, &error);

  if (!answer)
    {
      fail (task, error);
      return;
    }
  note_phase (process, answer);
  deliver_results (process, answer);
  if (has_more (process, answer))
    poll_results (task);
  else
    conclude (task, answer);
}

static gboolean
lacks_put_route (const Process *process, guint status)
{
  return !process->batch->is_submitted && !process->is_blocking &&
         (status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_METHOD_NOT_ALLOWED);
}

static void
on_answered (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask   *task = user_data;
  Process *process = g_task_get_task_data (task);
  GError  *error = NULL;
  g_autoptr (UpscaleHttpAnswer) answer =
      upscale_http_send_finish (UPSCALE_HTTP (object), result, &error);

  if (!answer)
    fail (task, error);
  else if (answer->status == SOUP_STATUS_OK || answer->status == SOUP_STATUS_ACCEPTED)
    {
      g_clear_pointer (&process->body, g_bytes_unref);
      process->address->is_blocking = process->is_blocking;
      process->told_wait_us = answer->wait_us;
      upscale_tile_batch_decode_async (answer->body, process->batch, on_decoded, task);
    }
  else if (lacks_put_route (process, answer->status))
    {
      g_debug ("batch %s: no route for PUT, using the blocking route",
               process->batch->id);
      process->is_blocking = TRUE;
      submit (task);
    }
  else
    fail (task,
          upscale_http_error_from_status (answer->status, answer->body, answer->wait_us));
}

/* Takes the task. */
static void
send (GTask *task, UpscaleHttpRequest *request)
{
  Process *process = g_task_get_task_data (task);

  process->sent_us = upscale_clock_get_now (process->address->clock);
  request->max_answer_bytes = count_most_bytes (process->batch);
  request->is_sent = &process->is_sent;
  upscale_http_send_async (process->address->http, request, g_task_get_cancellable (task),
                           on_answered, task);
}

/* Takes the task. */
static void
submit (GTask *task)
{
  Process *process = g_task_get_task_data (task);
  g_autoptr (GUri) uri =
      process->is_blocking
          ? upscale_http_make_uri (process->address->base, "/process_tile_batch", NULL)
          : make_batch_uri (process->address, process->batch, NULL);
  UpscaleHttpRequest request = { .method = process->is_blocking ? "POST" : "PUT",
                                 .uri = uri,
                                 .body = process->body,
                                 .prefer = process->is_blocking ? NULL : PREFER_WAIT,
                                 .silence_us = process->is_blocking ? G_MAXINT64 / 4
                                                                    : SUBMIT_SILENCE_US };

  send (task, &request);
}

/* Takes the task. */
static void
poll_results (GTask *task)
{
  Process         *process = g_task_get_task_data (task);
  g_autofree char *query = g_strdup_printf ("results_from=%u&max_results=%d",
                                            process->batch->n_results, MAX_RESULTS);
  g_autoptr (GUri) uri = make_batch_uri (process->address, process->batch, query);
  UpscaleHttpRequest request = { .method = "GET",
                                 .uri = uri,
                                 .prefer = process->phase == UPSCALE_PHASE_AT_WORK
                                               ? PREFER_WAIT
                                               : PREFER_WAIT_FOR_BEGIN,
                                 .silence_us = POLL_SILENCE_US };
  GError            *error = NULL;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      fail (task, error);
      return;
    }
  process->is_polled = TRUE;
  send (task, &request);
}

static void
encode_in_thread (GTask        *task,
                  gpointer      source_object,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  g_task_return_pointer (task, upscale_tile_batch_encode (task_data, LEASE_S),
                         (GDestroyNotify) g_bytes_unref);
}

static gboolean
fits (const Process *process)
{
  gint64 most = process->address->max_body_bytes;

  return most == 0 || (gint64) g_bytes_get_size (process->body) <= most;
}

static GError *
describe_size (const Process *process)
{
  int size_kib = (int) ((g_bytes_get_size (process->body) + KIB - 1) / KIB);
  int most_kib = (int) (process->address->max_body_bytes / KIB);

  if (process->batch->tiles->len > 1)
    return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_TOO_LARGE,
                        _ ("the batch takes %d KiB, and the server takes %d KiB at most"),
                        size_kib, most_kib);
  return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_TOO_LARGE,
                      _ ("a single tile takes %d KiB, and the server takes %d KiB at "
                         "most: use smaller tiles, or raise its limit (max_body_bytes)"),
                      size_kib, most_kib);
}

static void
on_encoded (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask   *task = user_data;
  Process *process = g_task_get_task_data (task);

  process->body = g_task_propagate_pointer (G_TASK (result), NULL);
  if (fits (process))
    submit (task);
  else
    fail (task, describe_size (process));
}

/**
 * upscale_tile_batch_process_start:
 * @task: (transfer full): returns %TRUE when the endpoint has ended the batch; its task
 * data must be unset
 * @address: address of the endpoint
 * @batch: the batch
 * @funcs: called for results and phases
 * @funcs_data: for @funcs
 *
 * Sends a batch and polls until it ends. Only polls a batch that is submitted already.
 */
void
upscale_tile_batch_process_start (GTask                   *task,
                                  UpscaleTileBatchAddress *address,
                                  UpscaleBatch            *batch,
                                  const UpscaleBatchFuncs *funcs,
                                  gpointer                 funcs_data)
{
  Process *process;
  g_autoptr (GTask) encoding = NULL;

  g_return_if_fail (G_IS_TASK (task));
  g_return_if_fail (address && batch && funcs);

  process = g_new0 (Process, 1);
  *process = (Process) { .address = address,
                         .batch = upscale_batch_ref (batch),
                         .is_blocking = address->is_blocking,
                         .funcs = funcs,
                         .funcs_data = funcs_data };
  g_task_set_task_data (task, process, (GDestroyNotify) process_free);
  g_task_set_check_cancellable (task, FALSE);
  if (batch->is_submitted)
    {
      process->is_sent = TRUE;
      poll_results (task);
      return;
    }
  encoding = g_task_new (g_task_get_source_object (task), NULL, on_encoded, task);
  g_task_set_task_data (encoding, upscale_batch_ref (batch),
                        (GDestroyNotify) upscale_batch_unref);
  g_task_run_in_thread (encoding, encode_in_thread);
}

/**
 * upscale_tile_batch_process_abandon:
 * @address: address of the endpoint
 * @batch: a batch that has failed
 *
 * Tells the endpoint to stop a batch, without waiting for an answer.
 */
void
upscale_tile_batch_process_abandon (const UpscaleTileBatchAddress *address,
                                    const UpscaleBatch            *batch)
{
  g_return_if_fail (address && batch);

  if (batch->is_submitted)
    send_delete (address, batch, NULL, NULL);
}
