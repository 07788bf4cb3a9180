/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-batch-backend.h"

#include "upscale-error.h"
#include "upscale-http-status.h"
#include "upscale-tile-batch-codec.h"

/* The endpoint may hold its answer this long when it has no news; well below where
 * proxies cut. */
#define PREFER_WAIT "respond-async, wait=10"
/* A killed plug-in stops costing money after this; polls come far more often. */
#define LEASE_S 120
/* Between two questions, when the endpoint answers at once and names no time. */
#define POLL_WAIT_US (1 * G_USEC_PER_SEC)
/* A dozen pictures in one answer would lie in memory three times over while it is read.
 */
#define MAX_RESULTS 4
/* How long a cancelled batch waits for the endpoint's word that it has stopped. */
#define FAREWELL_US (1 * G_USEC_PER_SEC)

/**
 * UpscaleTileBatchBackend:
 *
 * Speaks our own wire contract: PUT a batch, GET what has come of it, DELETE it when it
 * is cancelled. Stateless but for its address; each batch carries its own state.
 */
struct _UpscaleTileBatchBackend
{
  GObject parent_instance;

  GUri         *base;
  UpscaleHttp  *http;
  UpscaleClock *clock;
};

/* One batch on its way. */
typedef struct
{
  UpscaleTileBatchBackend *backend;
  UpscaleBatch            *batch;
  UpscaleTileAnswerFunc    on_answer;
  gpointer                 answer_data;
  GBytes                  *body;
  guint                    n_results;
  gboolean is_submitted; /* the endpoint has said that it knows the batch */
  gboolean is_blocking;  /* the server has only the one blocking route */
  gboolean is_sent;      /* the endpoint may be at work, also when it never answered */
  gint64   asked_us;
  guint    timer;
} Process;

static void upscale_tile_batch_backend_iface_init (UpscaleBackendInterface *iface);
static void submit (GTask *task);
static void ask (GTask *task);

G_DEFINE_FINAL_TYPE_WITH_CODE (
    UpscaleTileBatchBackend,
    upscale_tile_batch_backend,
    G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (UPSCALE_TYPE_BACKEND, upscale_tile_batch_backend_iface_init))

static void
process_free (Process *process)
{
  upscale_batch_unref (process->batch);
  g_clear_pointer (&process->body, g_bytes_unref);
  g_free (process);
}

static GUri *
make_batch_uri (UpscaleTileBatchBackend *self,
                const UpscaleBatch      *batch,
                const char              *query)
{
  g_autofree char *path = g_strconcat ("/v1/batches/", batch->id, NULL);

  return upscale_http_make_uri (self->base, path, query);
}

static void
on_health (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UpscaleTileBatchBackend *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleHttpAnswer) answer =
      upscale_http_send_finish (UPSCALE_HTTP (object), result, &error);
  UpscaleCapabilities *capabilities = NULL;

  if (answer && answer->status != SOUP_STATUS_OK)
    error = upscale_http_status_to_error (answer->status, answer->body, answer->wait_us);
  else if (answer)
    capabilities = upscale_tile_batch_decode_health (answer->body, &error);
  if (!capabilities)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  capabilities->is_loopback = upscale_http_is_loopback (self->base);
  g_task_return_pointer (task, capabilities, (GDestroyNotify) upscale_capabilities_unref);
}

static void
upscale_tile_batch_backend_probe_async (UpscaleBackend     *backend,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data)
{
  UpscaleTileBatchBackend *self = UPSCALE_TILE_BATCH_BACKEND (backend);
  GTask                   *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GUri) uri = upscale_http_make_uri (self->base, "/v1/health", NULL);
  UpscaleHttpRequest request = { .method = "GET", .uri = uri };

  upscale_http_send_async (self->http, &request, cancellable, on_health, task);
}

static UpscaleCapabilities *
upscale_tile_batch_backend_probe_finish (UpscaleBackend *backend,
                                         GAsyncResult   *result,
                                         GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_farewell_over (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Process *process = g_task_get_task_data (task);

  process->timer = 0;
  g_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
}

static void
on_deleted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Process *process = g_task_get_task_data (task);
  g_autoptr (UpscaleHttpAnswer) answer =
      upscale_http_send_finish (UPSCALE_HTTP (object), result, NULL);

  /* Whatever it answered, there is nothing more to do; the lease ends what did not hear
   * of it. */
  if (process->timer)
    {
      upscale_clock_remove_timer (process->backend->clock, process->timer);
      on_farewell_over (task);
    }
}

/* Stops what costs money. Takes the task; waits a moment for the endpoint's word, as the
 * process may end right after. */
static void
say_farewell (GTask *task)
{
  Process *process = g_task_get_task_data (task);
  g_autoptr (GUri) uri = make_batch_uri (process->backend, process->batch, NULL);
  UpscaleHttpRequest request = { .method = "DELETE", .uri = uri };

  process->timer = upscale_clock_add_timer (process->backend->clock, FAREWELL_US,
                                            on_farewell_over, g_object_ref (task));
  upscale_http_send_async (process->backend->http, &request, NULL, on_deleted, task);
}

/* Takes the task. */
static void
fail (GTask *task, GError *error)
{
  Process *process = g_task_get_task_data (task);

  if (process->is_sent && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      say_farewell (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
hand_out (Process *process, const UpscaleWireAnswer *answer)
{
  for (guint i = 0; i < answer->results->len; i++)
    {
      const UpscaleWireResult *result =
          &g_array_index (answer->results, UpscaleWireResult, i);
      UpscaleTileAnswer tile = { result->tile_index, result->image, result->failure,
                                 result->seconds };

      process->n_results++;
      process->on_answer (&tile, process->answer_data);
    }
}

static GError *
describe_failed_batch (const UpscaleWireAnswer *answer)
{
  return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_SERVER, "it gave the batch up: %s",
                      answer->failure);
}

static void
on_poll_due (gpointer user_data)
{
  GTask   *task = user_data;
  Process *process = g_task_get_task_data (task);

  process->timer = 0;
  ask (task);
}

/* An endpoint that holds its answer until there is news is asked again at once; another
 * only now and then. */
static gint64
choose_poll_wait (const Process *process, gint64 asked_for_us, guint n_news)
{
  gint64 passed_us = upscale_clock_get_now (process->backend->clock) - process->asked_us;

  if (n_news > 0 || passed_us >= POLL_WAIT_US)
    return 0;
  return asked_for_us > 0 ? MIN (asked_for_us, POLL_WAIT_US) : POLL_WAIT_US;
}

typedef struct
{
  GTask  *process_task;
  GBytes *body;
  gint64  wait_us;
} Decoding;

static void
decoding_free (Decoding *decoding)
{
  g_clear_object (&decoding->process_task);
  g_bytes_unref (decoding->body);
  g_free (decoding);
}

static void
decode_in_thread (GTask        *task,
                  gpointer      source_object,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  Decoding          *decoding = task_data;
  Process           *process = g_task_get_task_data (decoding->process_task);
  GError            *error = NULL;
  UpscaleWireAnswer *answer =
      upscale_tile_batch_decode (decoding->body, process->batch, &error);

  if (answer)
    g_task_return_pointer (task, answer, (GDestroyNotify) upscale_wire_answer_free);
  else
    g_task_return_error (task, error);
}

/* An endpoint may hold results back to keep its answers small; what is finished is
 * fetched before anything is concluded. */
static gboolean
has_more (const Process *process, const UpscaleWireAnswer *answer)
{
  return answer->results->len > 0 && answer->n_processed > process->n_results;
}

/* Takes the task. */
static void
conclude (GTask *task, const UpscaleWireAnswer *answer, gint64 wait_us)
{
  Process *process = g_task_get_task_data (task);

  if (answer->failure)
    fail (task, describe_failed_batch (answer));
  else if (answer->has_ended)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
  else
    process->timer = upscale_clock_add_timer (process->backend->clock,
                                              choose_poll_wait (process, wait_us,
                                                                answer->results->len),
                                              on_poll_due, task);
}

static void
on_decoded (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Decoding *decoding = g_task_get_task_data (G_TASK (result));
  GTask    *task = g_steal_pointer (&decoding->process_task);
  Process  *process = g_task_get_task_data (task);
  GError   *error = NULL;
  g_autoptr (UpscaleWireAnswer) answer =
      g_task_propagate_pointer (G_TASK (result), &error);

  if (!answer)
    {
      fail (task, error);
      return;
    }
  hand_out (process, answer);
  if (has_more (process, answer))
    ask (task);
  else
    conclude (task, answer, decoding->wait_us);
}

/* Takes the task. The thread reads the batch, which nobody changes. */
static void
decode (GTask *process_task, const UpscaleHttpAnswer *answer)
{
  Decoding *decoding = g_new0 (Decoding, 1);
  g_autoptr (GTask) task =
      g_task_new (g_task_get_source_object (process_task), NULL, on_decoded, NULL);

  decoding->process_task = process_task;
  decoding->body = g_bytes_ref (answer->body);
  decoding->wait_us = answer->wait_us;
  g_task_set_task_data (task, decoding, (GDestroyNotify) decoding_free);
  g_task_run_in_thread (task, decode_in_thread);
}

static gboolean
lacks_put_route (const Process *process, guint status)
{
  return !process->is_submitted && !process->is_blocking &&
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
      process->is_submitted = TRUE;
      g_clear_pointer (&process->body, g_bytes_unref);
      decode (task, answer);
    }
  else if (lacks_put_route (process, answer->status))
    {
      process->is_blocking = TRUE;
      submit (task);
    }
  else
    fail (task,
          upscale_http_status_to_error (answer->status, answer->body, answer->wait_us));
}

/* Takes the task. From here on the endpoint may be at work, also when its answer is lost.
 */
static void
submit (GTask *task)
{
  Process *process = g_task_get_task_data (task);
  g_autoptr (GUri) uri =
      process->is_blocking
          ? upscale_http_make_uri (process->backend->base, "/process_tile_batch", NULL)
          : make_batch_uri (process->backend, process->batch, NULL);
  UpscaleHttpRequest request = { .method = process->is_blocking ? "POST" : "PUT",
                                 .uri = uri,
                                 .body = process->body,
                                 .prefer = process->is_blocking ? NULL : PREFER_WAIT };

  process->is_sent = TRUE;
  process->asked_us = upscale_clock_get_now (process->backend->clock);
  upscale_http_send_async (process->backend->http, &request,
                           g_task_get_cancellable (task), on_answered, task);
}

/* Takes the task. */
static void
ask (GTask *task)
{
  Process         *process = g_task_get_task_data (task);
  g_autofree char *query =
      g_strdup_printf ("results_from=%u&max_results=%d", process->n_results, MAX_RESULTS);
  g_autoptr (GUri) uri = make_batch_uri (process->backend, process->batch, query);
  UpscaleHttpRequest request = { .method = "GET", .uri = uri, .prefer = PREFER_WAIT };
  GError            *error = NULL;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      fail (task, error);
      return;
    }
  process->asked_us = upscale_clock_get_now (process->backend->clock);
  upscale_http_send_async (process->backend->http, &request,
                           g_task_get_cancellable (task), on_answered, task);
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

static void
on_encoded (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask   *task = user_data;
  Process *process = g_task_get_task_data (task);

  process->body = g_task_propagate_pointer (G_TASK (result), NULL);
  submit (task);
}

static void
upscale_tile_batch_backend_process_async (UpscaleBackend       *backend,
                                          UpscaleBatch         *batch,
                                          UpscaleTileAnswerFunc on_answer,
                                          gpointer              answer_data,
                                          GCancellable         *cancellable,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data)
{
  UpscaleTileBatchBackend *self = UPSCALE_TILE_BATCH_BACKEND (backend);
  GTask                   *task = g_task_new (self, cancellable, callback, user_data);
  Process                 *process = g_new0 (Process, 1);
  g_autoptr (GTask) encoding = g_task_new (self, NULL, on_encoded, task);

  process->backend = self;
  process->batch = upscale_batch_ref (batch);
  process->on_answer = on_answer;
  process->answer_data = answer_data;
  g_task_set_task_data (task, process, (GDestroyNotify) process_free);
  g_task_set_task_data (encoding, upscale_batch_ref (batch),
                        (GDestroyNotify) upscale_batch_unref);
  g_task_run_in_thread (encoding, encode_in_thread);
}

static gboolean
upscale_tile_batch_backend_process_finish (UpscaleBackend *backend,
                                           GAsyncResult   *result,
                                           GError        **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
upscale_tile_batch_backend_finalize (GObject *object)
{
  UpscaleTileBatchBackend *self = UPSCALE_TILE_BATCH_BACKEND (object);

  g_clear_pointer (&self->base, g_uri_unref);
  g_clear_object (&self->http);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (upscale_tile_batch_backend_parent_class)->finalize (object);
}

static void
upscale_tile_batch_backend_iface_init (UpscaleBackendInterface *iface)
{
  iface->probe_async = upscale_tile_batch_backend_probe_async;
  iface->probe_finish = upscale_tile_batch_backend_probe_finish;
  iface->process_async = upscale_tile_batch_backend_process_async;
  iface->process_finish = upscale_tile_batch_backend_process_finish;
}

static void
upscale_tile_batch_backend_class_init (UpscaleTileBatchBackendClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_tile_batch_backend_finalize;
}

static void
upscale_tile_batch_backend_init (UpscaleTileBatchBackend *self)
{
}

/**
 * upscale_tile_batch_backend_new:
 * @base: where its routes begin
 * @http: how to send, with the endpoint's own headers
 * @clock: the time between polls
 *
 * Returns: (transfer full): the backend
 */
UpscaleTileBatchBackend *
upscale_tile_batch_backend_new (GUri *base, UpscaleHttp *http, UpscaleClock *clock)
{
  UpscaleTileBatchBackend *self = g_object_new (UPSCALE_TYPE_TILE_BATCH_BACKEND, NULL);

  self->base = g_uri_ref (base);
  self->http = g_object_ref (http);
  self->clock = g_object_ref (clock);
  return self;
}
