/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stops the work on one tile at a server. */
#include "upscale-tile-cancel.h"

#include "upscale-request-loop.h"

typedef struct
{
  UpscaleTileServerAddress *address;
  UpscaleTileServerInfo    *info;
  char                     *remote_id;
  UpscaleTileServerCancel  *cancel;
} Cancel;

static void
cancel_free (Cancel *cancel)
{
  cancel->address->server->cancel_free (cancel->cancel);
  upscale_tile_server_info_unref (cancel->address->server, cancel->info);
  upscale_tile_server_address_unref (cancel->address);
  g_free (cancel->remote_id);
  g_free (cancel);
}

static gboolean
build_next (gpointer                 data,
            const UpscaleHttpAnswer *answer,
            UpscaleApiRequest       *next,
            GError                 **error)
{
  Cancel *cancel = data;

  return cancel->address->server->cancel_build_next (cancel->cancel, answer, next, error);
}

static void
on_run (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (!upscale_request_loop_run_finish (result, &error))
    g_debug ("a cancellation did not reach the server: error %d", error->code);
  g_task_return_boolean (task, TRUE);
}

/**
 * upscale_tile_cancel_run_async:
 * @address: the server
 * @info: the answers of the server about itself
 * @remote_id: the server's name for the work
 * @cancellable: (nullable): ends the cancellation early
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Stops the work at the server, as far as the server allows it.
 */
void
upscale_tile_cancel_run_async (UpscaleTileServerAddress *address,
                               UpscaleTileServerInfo    *info,
                               const char               *remote_id,
                               GCancellable             *cancellable,
                               GAsyncReadyCallback       callback,
                               gpointer                  user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Cancel                *cancel;
  UpscaleRequestLoopPlan plan = { 0 };

  g_return_if_fail (address != NULL);
  g_return_if_fail (info != NULL);
  g_return_if_fail (remote_id != NULL);

  cancel = g_new0 (Cancel, 1);
  cancel->address = upscale_tile_server_address_ref (address);
  cancel->info = upscale_tile_server_info_ref (info);
  cancel->remote_id = g_strdup (remote_id);
  cancel->cancel = address->server->cancel_new (cancel->info, cancel->remote_id);
  g_task_set_task_data (task, cancel, (GDestroyNotify) cancel_free);
  g_debug ("job %s: cancelled", remote_id);
  plan = (UpscaleRequestLoopPlan) {
    .http = address->http,
    .base = address->base,
    .clock = address->clock,
    .build_next = build_next,
    .state = cancel,
    .max_answer_bytes = UPSCALE_TILE_SERVER_MAX_LIST_BYTES,
  };
  upscale_request_loop_run_async (&plan, cancellable, on_run, g_steal_pointer (&task));
}

/**
 * upscale_tile_cancel_run_finish:
 * @result: the result that the callback got
 *
 * Ends the call. Failures are not reported, since the client can do no more.
 */
void
upscale_tile_cancel_run_finish (GAsyncResult *result)
{
  g_return_if_fail (G_IS_TASK (result));

  g_task_propagate_boolean (G_TASK (result), NULL);
}
