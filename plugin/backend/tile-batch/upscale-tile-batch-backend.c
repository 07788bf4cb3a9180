/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-batch-backend.h"

#include "upscale-error.h"
#include "upscale-http-error.h"
#include "upscale-http-origin.h"
#include "upscale-tile-batch-decode.h"
#include "upscale-tile-batch-process.h"

#define MOST_HEALTH_BYTES (1 << 20)
/* A service that scales to zero may start a machine before it answers. */
#define HEALTH_SILENCE_US (200 * (gint64) G_USEC_PER_SEC)

/**
 * UpscaleTileBatchBackend:
 *
 * Speaks the tile-batch contract of `endpoint/README.md`: PUT a batch, GET its results,
 * DELETE it when it is cancelled. Each batch has its own state; the backend has only an
 * address.
 */
struct _UpscaleTileBatchBackend
{
  GObject parent_instance;

  UpscaleTileBatchAddress         address;
  const UpscaleTileBatchDetector *detector; /* or NULL */
};

static void upscale_tile_batch_backend_iface_init (UpscaleBackendInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (
    UpscaleTileBatchBackend,
    upscale_tile_batch_backend,
    G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (UPSCALE_TYPE_BACKEND, upscale_tile_batch_backend_iface_init))

static void
on_kind_detected (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UpscaleTileBatchBackend *self = g_task_get_source_object (task);
  GError                  *refusal = g_task_get_task_data (task);
  GError                  *advice = self->detector->detect_finish (result);

  g_task_return_error (task, advice ? advice : g_error_copy (refusal));
}

/* Takes the task and the error. A server that answers in another way than the contract
 * demands is likely to be of another kind. */
static void
fail_probe (GTask *task, GError *error)
{
  UpscaleTileBatchBackend *self = g_task_get_source_object (task);

  if (!self->detector ||
      (!g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED) &&
       !g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL)))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  g_task_set_task_data (task, error, (GDestroyNotify) g_error_free);
  self->detector->detect_async (self->address.base, self->address.http,
                                self->address.clock, g_task_get_cancellable (task),
                                on_kind_detected, task);
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
    error =
        upscale_http_error_from_status (answer->status, answer->body, answer->wait_us);
  else if (answer)
    capabilities = upscale_tile_batch_decode_health (answer->body, &error);
  if (!capabilities)
    {
      fail_probe (g_steal_pointer (&task), g_steal_pointer (&error));
      return;
    }
  self->address.max_body_bytes = capabilities->max_body_bytes;
  capabilities->is_loopback = upscale_http_origin_is_loopback (self->address.base);
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
  g_autoptr (GUri) uri = upscale_http_make_uri (self->address.base, "/v1/health", NULL);
  UpscaleHttpRequest request = { .method = "GET",
                                 .uri = uri,
                                 .max_answer_bytes = MOST_HEALTH_BYTES,
                                 .silence_us = HEALTH_SILENCE_US };

  upscale_http_send_async (self->address.http, &request, cancellable, on_health, task);
}

static UpscaleCapabilities *
upscale_tile_batch_backend_probe_finish (UpscaleBackend *backend,
                                         GAsyncResult   *result,
                                         GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
upscale_tile_batch_backend_process_async (UpscaleBackend          *backend,
                                          UpscaleBatch            *batch,
                                          const UpscaleBatchFuncs *funcs,
                                          gpointer                 funcs_data,
                                          GCancellable            *cancellable,
                                          GAsyncReadyCallback      callback,
                                          gpointer                 user_data)
{
  UpscaleTileBatchBackend *self = UPSCALE_TILE_BATCH_BACKEND (backend);

  upscale_tile_batch_process_start (g_task_new (self, cancellable, callback, user_data),
                                    &self->address, batch, funcs, funcs_data);
}

static gboolean
upscale_tile_batch_backend_process_finish (UpscaleBackend *backend,
                                           GAsyncResult   *result,
                                           GError        **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
upscale_tile_batch_backend_abandon (UpscaleBackend *backend, UpscaleBatch *batch)
{
  upscale_tile_batch_process_abandon (&UPSCALE_TILE_BATCH_BACKEND (backend)->address,
                                      batch);
}

static void
upscale_tile_batch_backend_finalize (GObject *object)
{
  UpscaleTileBatchBackend *self = UPSCALE_TILE_BATCH_BACKEND (object);

  g_clear_pointer (&self->address.base, g_uri_unref);
  g_clear_object (&self->address.http);
  g_clear_object (&self->address.clock);
  G_OBJECT_CLASS (upscale_tile_batch_backend_parent_class)->finalize (object);
}

static void
upscale_tile_batch_backend_iface_init (UpscaleBackendInterface *iface)
{
  iface->probe_async = upscale_tile_batch_backend_probe_async;
  iface->probe_finish = upscale_tile_batch_backend_probe_finish;
  iface->process_async = upscale_tile_batch_backend_process_async;
  iface->process_finish = upscale_tile_batch_backend_process_finish;
  iface->abandon = upscale_tile_batch_backend_abandon;
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
 * @base: the address that routes are relative to
 * @http: sends the requests, with the endpoint's own headers
 * @clock: measures the time between polls
 * @detector: (nullable): finds the kind of a server that does not speak the contract;
 * outlives the backend
 *
 * Returns: (transfer full): a backend for one server, for the main thread
 */
UpscaleTileBatchBackend *
upscale_tile_batch_backend_new (GUri                           *base,
                                UpscaleHttp                    *http,
                                UpscaleClock                   *clock,
                                const UpscaleTileBatchDetector *detector)
{
  UpscaleTileBatchBackend *self;

  g_return_val_if_fail (base, NULL);
  g_return_val_if_fail (UPSCALE_IS_HTTP (http), NULL);
  g_return_val_if_fail (UPSCALE_IS_CLOCK (clock), NULL);

  self = g_object_new (UPSCALE_TYPE_TILE_BATCH_BACKEND, NULL);
  self->address.base = g_uri_ref (base);
  self->address.http = g_object_ref (http);
  self->address.clock = g_object_ref (clock);
  self->detector = detector;
  return self;
}
