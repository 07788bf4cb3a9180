/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-server-backend.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-tile-server-process.h"
#include "upscale-tile-server-probe.h"

/**
 * UpscaleTileServerBackend:
 *
 * The backend of all servers that paint one tile a request. The protocol of each kind is
 * in its #UpscaleTileServer.
 */
struct _UpscaleTileServerBackend
{
  GObject parent_instance;

  UpscaleTileServerAddress *address;
  UpscaleTileServerInfo    *info; /* NULL until the server was probed */
};

static void upscale_tile_server_backend_iface_init (UpscaleBackendInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (
    UpscaleTileServerBackend,
    upscale_tile_server_backend,
    G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (UPSCALE_TYPE_BACKEND, upscale_tile_server_backend_iface_init))

static void
drop_info (UpscaleTileServerBackend *self)
{
  if (self->info)
    upscale_tile_server_info_unref (self->address->server, self->info);
  self->info = NULL;
}

static void
upscale_tile_server_backend_probe_async (UpscaleBackend     *backend,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data)
{
  UpscaleTileServerBackend *self = UPSCALE_TILE_SERVER_BACKEND (backend);

  upscale_tile_server_probe_start (g_task_new (self, cancellable, callback, user_data),
                                   self->address);
}

static UpscaleCapabilities *
upscale_tile_server_backend_probe_finish (UpscaleBackend *backend,
                                          GAsyncResult   *result,
                                          GError        **error)
{
  UpscaleTileServerBackend *self = UPSCALE_TILE_SERVER_BACKEND (backend);
  UpscaleCapabilities *capabilities = g_task_propagate_pointer (G_TASK (result), error);

  if (!capabilities)
    return NULL;
  drop_info (self);
  self->info = upscale_tile_server_probe_ref_info (G_TASK (result));
  return capabilities;
}

static void
upscale_tile_server_backend_process_async (UpscaleBackend          *backend,
                                           UpscaleBatch            *batch,
                                           const UpscaleBatchFuncs *funcs,
                                           gpointer                 funcs_data,
                                           GCancellable            *cancellable,
                                           GAsyncReadyCallback      callback,
                                           gpointer                 user_data)
{
  UpscaleTileServerBackend *self = UPSCALE_TILE_SERVER_BACKEND (backend);
  GTask                    *task = g_task_new (self, cancellable, callback, user_data);

  if (self->info)
    {
      upscale_tile_server_process_start (task, self->address, self->info, batch, funcs,
                                         funcs_data);
      return;
    }
  g_task_return_new_error (task, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                           _ ("it was not asked yet what it can do"));
  g_object_unref (task);
}

static gboolean
upscale_tile_server_backend_process_finish (UpscaleBackend *backend,
                                            GAsyncResult   *result,
                                            GError        **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
upscale_tile_server_backend_abandon (UpscaleBackend *backend, UpscaleBatch *batch)
{
  UpscaleTileServerBackend *self = UPSCALE_TILE_SERVER_BACKEND (backend);

  if (self->info)
    upscale_tile_server_process_abandon (self->address, self->info, batch);
}

static void
upscale_tile_server_backend_finalize (GObject *object)
{
  UpscaleTileServerBackend *self = UPSCALE_TILE_SERVER_BACKEND (object);

  drop_info (self);
  g_clear_pointer (&self->address, upscale_tile_server_address_unref);
  G_OBJECT_CLASS (upscale_tile_server_backend_parent_class)->finalize (object);
}

static void
upscale_tile_server_backend_iface_init (UpscaleBackendInterface *iface)
{
  iface->probe_async = upscale_tile_server_backend_probe_async;
  iface->probe_finish = upscale_tile_server_backend_probe_finish;
  iface->process_async = upscale_tile_server_backend_process_async;
  iface->process_finish = upscale_tile_server_backend_process_finish;
  iface->abandon = upscale_tile_server_backend_abandon;
}

static void
upscale_tile_server_backend_class_init (UpscaleTileServerBackendClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_tile_server_backend_finalize;
}

static void
upscale_tile_server_backend_init (UpscaleTileServerBackend *self)
{
}

/**
 * upscale_tile_server_backend_new:
 * @server: the protocol that is spoken; static
 * @base: address that routes are relative to
 * @http: sends requests, with the headers of the server
 * @clock: measures waits before requests
 *
 * Returns: (transfer full): the backend
 */
UpscaleBackend *
upscale_tile_server_backend_new (const UpscaleTileServer *server,
                                 GUri                    *base,
                                 UpscaleHttp             *http,
                                 UpscaleClock            *clock)
{
  UpscaleTileServerBackend *self;

  g_return_val_if_fail (server != NULL, NULL);
  g_return_val_if_fail (base != NULL, NULL);
  g_return_val_if_fail (UPSCALE_IS_HTTP (http), NULL);
  g_return_val_if_fail (UPSCALE_IS_CLOCK (clock), NULL);

  self = g_object_new (UPSCALE_TYPE_TILE_SERVER_BACKEND, NULL);
  self->address = upscale_tile_server_address_new (server, base, http, clock);
  return UPSCALE_BACKEND (self);
}

/**
 * upscale_tile_server_backend_get_address:
 * @backend: a backend
 *
 * Returns: (transfer none): the server and the protocol that is spoken there
 */
const UpscaleTileServerAddress *
upscale_tile_server_backend_get_address (UpscaleTileServerBackend *backend)
{
  g_return_val_if_fail (UPSCALE_IS_TILE_SERVER_BACKEND (backend), NULL);

  return backend->address;
}
