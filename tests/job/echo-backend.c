/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "echo-backend.h"

#include <string.h>

#include "upscale-error.h"
#include "upscale-png.h"

/* An endpoint that answers every tile with what it was sent, and counts. */
struct _EchoBackend
{
  GObject parent_instance;

  guint    n_tiles;
  gboolean fails;
  guint    failing_tile;
  gboolean enlarges;
};

static void echo_backend_iface_init (UpscaleBackendInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EchoBackend,
                               echo_backend,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UPSCALE_TYPE_BACKEND,
                                                      echo_backend_iface_init))

static void
echo_backend_probe_async (UpscaleBackend     *backend,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (backend, cancellable, callback, user_data);
  UpscaleCapabilities *capabilities = upscale_capabilities_new ("echo");

  capabilities->keeps_batches = TRUE;
  capabilities->multiple_of = ECHO_BACKEND (backend)->enlarges ? 1 : 8;
  capabilities->resizes = ECHO_BACKEND (backend)->enlarges;
  g_task_return_pointer (task, capabilities, (GDestroyNotify) upscale_capabilities_unref);
}

static UpscaleCapabilities *
echo_backend_probe_finish (UpscaleBackend *backend, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Each pixel becomes a block of pixels. */
static GBytes *
enlarge (const UpscaleTileMessage *message)
{
  g_autoptr (UpscalePixels) from =
      upscale_png_decode_sized (message->image, message->width_px, message->height_px,
                                NULL);
  g_autoptr (UpscalePixels) to =
      upscale_pixels_new (message->target_width_px, message->target_height_px);

  for (int y = 0; y < to->height_px; y++)
    for (int x = 0; x < to->width_px; x++)
      memcpy (to->data + (y * to->width_px + x) * UPSCALE_PIXELS_CHANNELS,
              from->data + (y * from->height_px / to->height_px * from->width_px +
                            x * from->width_px / to->width_px) *
                               UPSCALE_PIXELS_CHANNELS,
              UPSCALE_PIXELS_CHANNELS);
  return upscale_png_encode (to, 0, NULL);
}

static void
echo_backend_process_async (UpscaleBackend          *backend,
                            UpscaleBatch            *batch,
                            const UpscaleBatchFuncs *funcs,
                            gpointer                 funcs_data,
                            GCancellable            *cancellable,
                            GAsyncReadyCallback      callback,
                            gpointer                 user_data)
{
  g_autoptr (GError) failure =
      g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_SERVER, "made to fail");
  EchoBackend *self = ECHO_BACKEND (backend);
  g_autoptr (GTask) task = g_task_new (backend, cancellable, callback, user_data);

  for (guint i = 0; i < batch->tiles->len; i++)
    {
      UpscaleTileMessage *message = batch->tiles->pdata[i];
      gboolean fails = self->fails && message->tile.index == self->failing_tile;
      g_autoptr (GBytes) image =
          self->enlarges ? enlarge (message) : g_bytes_ref (message->image);
      UpscaleTileAnswer answer = { message->tile.index, fails ? NULL : image,
                                   fails ? failure : NULL };

      self->n_tiles++;
      funcs->on_answer (&answer, funcs_data);
    }
  g_task_return_boolean (task, TRUE);
}

static gboolean
echo_backend_process_finish (UpscaleBackend *backend,
                             GAsyncResult   *result,
                             GError        **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
echo_backend_iface_init (UpscaleBackendInterface *iface)
{
  iface->probe_async = echo_backend_probe_async;
  iface->probe_finish = echo_backend_probe_finish;
  iface->process_async = echo_backend_process_async;
  iface->process_finish = echo_backend_process_finish;
}

static void
echo_backend_class_init (EchoBackendClass *klass)
{
}

static void
echo_backend_init (EchoBackend *self)
{
}

/**
 * echo_backend_new:
 *
 * Returns: (transfer full): the backend
 */
EchoBackend *
echo_backend_new (void)
{
  return g_object_new (ECHO_TYPE_BACKEND, NULL);
}

/**
 * echo_backend_fail_tile:
 * @backend: a backend
 * @tile_index: a tile that it never paints
 */
void
echo_backend_fail_tile (EchoBackend *backend, guint tile_index)
{
  backend->fails = TRUE;
  backend->failing_tile = tile_index;
}

/**
 * echo_backend_enlarge:
 * @backend: a backend
 *
 * From now on it takes tiles of any size and enlarges them itself, pixel by pixel.
 */
void
echo_backend_enlarge (EchoBackend *backend)
{
  backend->enlarges = TRUE;
}

/**
 * echo_backend_get_n_tiles:
 * @backend: a backend
 *
 * Returns: how many tiles it was sent so far
 */
guint
echo_backend_get_n_tiles (EchoBackend *backend)
{
  return backend->n_tiles;
}
