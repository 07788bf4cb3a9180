/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-backend.h"

#include "upscale-error.h"

G_DEFINE_INTERFACE (UpscaleBackend, upscale_backend, G_TYPE_OBJECT)

static void
upscale_backend_default_init (UpscaleBackendInterface *iface)
{
}

/* Tidies the texts of servers here, so that no kind of backend can forget to. */
static void
propagate (GError *cause, GError **error)
{
  upscale_error_tidy (cause);
  g_propagate_error (error, cause);
}

/**
 * upscale_backend_probe_async:
 * @backend: a backend
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Asks an endpoint for its capabilities. A backend that owns its server starts the
 * server first.
 */
void
upscale_backend_probe_async (UpscaleBackend     *backend,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_return_if_fail (UPSCALE_IS_BACKEND (backend));

  UPSCALE_BACKEND_GET_IFACE (backend)->probe_async (backend, cancellable, callback,
                                                    user_data);
}

/**
 * upscale_backend_probe_finish:
 * @backend: a backend
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Returns: (transfer full): the capabilities, with texts that are fit to be shown, and
 * not shared with anybody; %NULL with any #UpscaleError
 */
UpscaleCapabilities *
upscale_backend_probe_finish (UpscaleBackend *backend,
                              GAsyncResult   *result,
                              GError        **error)
{
  GError              *cause = NULL;
  UpscaleCapabilities *capabilities;

  g_return_val_if_fail (UPSCALE_IS_BACKEND (backend), NULL);

  capabilities =
      UPSCALE_BACKEND_GET_IFACE (backend)->probe_finish (backend, result, &cause);
  if (capabilities)
    upscale_capabilities_tidy (capabilities);
  else
    propagate (cause, error);
  return capabilities;
}

/**
 * upscale_backend_process_async:
 * @backend: a backend
 * @batch: a batch; sending the same batch twice is the same work
 * @funcs: called as reports come in; static
 * @funcs_data: for @funcs
 * @cancellable: (nullable): a cancellable, which stops the endpoint too
 * @callback: called on the main thread, after the last answer
 * @user_data: for @callback
 *
 * Sends a batch and follows it to its end.
 */
void
upscale_backend_process_async (UpscaleBackend          *backend,
                               UpscaleBatch            *batch,
                               const UpscaleBatchFuncs *funcs,
                               gpointer                 funcs_data,
                               GCancellable            *cancellable,
                               GAsyncReadyCallback      callback,
                               gpointer                 user_data)
{
  g_return_if_fail (UPSCALE_IS_BACKEND (backend));
  g_return_if_fail (batch != NULL);
  g_return_if_fail (funcs != NULL);

  UPSCALE_BACKEND_GET_IFACE (backend)->process_async (backend, batch, funcs, funcs_data,
                                                      cancellable, callback, user_data);
}

/**
 * upscale_backend_process_finish:
 * @backend: a backend
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE if the endpoint ended the batch, or %FALSE with any #UpscaleError
 */
gboolean
upscale_backend_process_finish (UpscaleBackend *backend,
                                GAsyncResult   *result,
                                GError        **error)
{
  GError  *cause = NULL;
  gboolean has_ended;

  g_return_val_if_fail (UPSCALE_IS_BACKEND (backend), FALSE);

  has_ended =
      UPSCALE_BACKEND_GET_IFACE (backend)->process_finish (backend, result, &cause);
  if (!has_ended)
    propagate (cause, error);
  return has_ended;
}

/**
 * upscale_backend_abandon:
 * @backend: a backend
 * @batch: a batch that was processed, and has failed
 *
 * Tells the endpoint to stop the batch, so that no work is paid for whose results are not
 * fetched.
 */
void
upscale_backend_abandon (UpscaleBackend *backend, UpscaleBatch *batch)
{
  g_return_if_fail (UPSCALE_IS_BACKEND (backend));
  g_return_if_fail (batch != NULL);

  if (UPSCALE_BACKEND_GET_IFACE (backend)->abandon)
    UPSCALE_BACKEND_GET_IFACE (backend)->abandon (backend, batch);
}
