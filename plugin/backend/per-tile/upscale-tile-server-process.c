/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One batch at a server that paints one tile a request: a call for each tile, one after
 * the other. Each step takes the task and hands it to the next. */
#include "upscale-tile-server-process.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-tile-call.h"
#include "upscale-tile-cancel.h"

/* The plug-in may end right after a cancellation, so a cancelled batch waits until the
 * server was told to stop, but not longer than this. */
#define MAX_CANCEL_US (2 * (gint64) G_USEC_PER_SEC)

typedef struct
{
  UpscaleTileServerAddress *address;
  UpscaleTileServerInfo    *info;
  UpscaleBatch             *batch;
  const UpscaleBatchFuncs  *funcs;
  gpointer                  funcs_data;
  UpscaleTileCall          *call;
  UpscaleTilePhase          told_phase;
  GCancellable             *cancel_notify;
  guint                     cancel_timer;
} Process;

static void paint_next (GTask *task);

static void
process_free (Process *process)
{
  g_clear_pointer (&process->call, upscale_tile_call_free);
  upscale_tile_server_info_unref (process->address->server, process->info);
  upscale_tile_server_address_unref (process->address);
  upscale_batch_unref (process->batch);
  g_clear_object (&process->cancel_notify);
  g_free (process);
}

static void
on_cancel_timeout (gpointer user_data)
{
  Process *process = user_data;

  process->cancel_timer = 0;
  g_cancellable_cancel (process->cancel_notify);
}

static void
on_cancel_notified (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Process *process = g_task_get_task_data (task);

  upscale_tile_cancel_run_finish (result);
  if (process->cancel_timer)
    upscale_clock_remove_timer (process->address->clock, process->cancel_timer);
  g_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
}

/* Work that goes on at the server costs money. */
static void
notify_cancel (GTask *task, const char *remote_id)
{
  Process *process = g_task_get_task_data (task);

  process->cancel_notify = g_cancellable_new ();
  process->cancel_timer = upscale_clock_add_timer (process->address->clock, MAX_CANCEL_US,
                                                   on_cancel_timeout, process);
  upscale_tile_cancel_run_async (process->address, process->info, remote_id,
                                 process->cancel_notify, on_cancel_notified, task);
}

static void
fail (GTask *task, GError *error)
{
  Process                *process = g_task_get_task_data (task);
  const UpscaleTileReply *reply =
      process->call ? upscale_tile_call_get_reply (process->call) : NULL;

  process->batch->is_submitted =
      process->batch->is_submitted || (reply && reply->is_accepted);
  /* A lost job can't be collected under its name. */
  if (g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED))
    g_clear_pointer (&process->batch->remote_id, g_free);
  g_debug ("batch %s: ended with error %d", process->batch->id, error->code);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && reply &&
      reply->remote_id)
    {
      g_error_free (error);
      notify_cancel (task, reply->remote_id);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
hand_out_reply (Process *process)
{
  const UpscaleTileReply *reply = upscale_tile_call_get_reply (process->call);
  UpscaleTileAnswer       answer = {
          .tile_index = upscale_tile_call_get_tile (process->call)->index,
          .image = reply->picture,
  };
  g_autoptr (GError) missing = NULL;

  if (!reply->picture && !reply->failure)
    missing = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                           _ ("it says it painted the tile, but sent no picture"));
  if (!reply->picture)
    answer.failure = reply->failure ? reply->failure : missing;
  process->batch->n_results++;
  g_clear_pointer (&process->batch->remote_id, g_free);
  g_debug ("batch %s: tile %u %s", process->batch->id, answer.tile_index + 1,
           reply->picture ? "is painted" : "has failed");
  process->funcs->on_answer (&answer, process->funcs_data);
}

static void
on_call_run (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask   *task = user_data;
  Process *process = g_task_get_task_data (task);
  GError  *error = NULL;

  if (!upscale_tile_call_run_finish (result, &error))
    {
      fail (task, error);
      return;
    }
  hand_out_reply (process);
  g_clear_pointer (&process->call, upscale_tile_call_free);
  paint_next (task);
}

static void
on_reply_changed (gpointer user_data)
{
  Process                *process = g_task_get_task_data (user_data);
  const UpscaleTileReply *reply = upscale_tile_call_get_reply (process->call);
  gboolean                is_new = reply->is_accepted && !process->batch->is_submitted;

  g_set_str (&process->batch->remote_id, reply->remote_id);
  process->batch->is_submitted = reply->is_accepted;
  if (is_new && process->funcs->on_named)
    process->funcs->on_named (process->funcs_data);
  if (reply->phase == process->told_phase)
    return;
  g_debug ("batch %s: %s %s", process->batch->id,
           reply->remote_id ? reply->remote_id : "a tile",
           reply->phase == UPSCALE_TILE_PHASE_WAITING ? "waits" : "is at work");
  process->told_phase = reply->phase;
  process->funcs->on_phase (reply->phase == UPSCALE_TILE_PHASE_WAITING
                                ? UPSCALE_PHASE_QUEUED
                                : UPSCALE_PHASE_AT_WORK,
                            process->funcs_data);
}

/* A batch of one tile is known to the server under the batch's id, where the server takes
 * ids. Work that the server has lost gets another one. */
static gboolean
is_known_by_batch_id (const Process *process)
{
  const UpscaleBatch *batch = process->batch;
  gboolean is_lost = batch->is_submitted && !batch->remote_id && !batch->sent_before;

  return process->address->server->takes_ids && batch->tiles->len == 1 && !is_lost;
}

static UpscaleTileCall *
make_call (const Process *process)
{
  UpscaleBatch       *batch = process->batch;
  UpscaleTileRequest *request =
      upscale_tile_request_new (batch->gen_params, batch->tiles->pdata[batch->n_results]);
  UpscaleTileCall *call;

  if (is_known_by_batch_id (process))
    request->work_id = g_strdup (batch->id);
  call = upscale_tile_call_new (process->address, process->info, request);
  if (batch->remote_id)
    upscale_tile_call_resume (call, batch->remote_id, batch->is_submitted);
  else if (request->work_id && batch->sent_before)
    upscale_tile_call_resume (call, batch->id, TRUE);
  return call;
}

static void
paint_next (GTask *task)
{
  Process *process = g_task_get_task_data (task);
  GError  *error = NULL;

  if (process->batch->n_results == process->batch->tiles->len)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      fail (task, error);
      return;
    }
  process->call = make_call (process);
  upscale_tile_call_run_async (process->call, on_reply_changed,
                               g_task_get_cancellable (task), on_call_run, task);
}

/**
 * upscale_tile_server_process_start:
 * @task: (transfer full): returns %TRUE when every tile was answered; gets the process as
 * its task data
 * @address: the server
 * @info: the answers of the server about itself
 * @batch: the tiles to paint
 * @funcs: called for each change
 * @funcs_data: for @funcs
 *
 * Processes a batch from the first tile that has no answer.
 */
void
upscale_tile_server_process_start (GTask                    *task,
                                   UpscaleTileServerAddress *address,
                                   UpscaleTileServerInfo    *info,
                                   UpscaleBatch             *batch,
                                   const UpscaleBatchFuncs  *funcs,
                                   gpointer                  funcs_data)
{
  Process *process;

  g_return_if_fail (G_IS_TASK (task));
  g_return_if_fail (address != NULL);
  g_return_if_fail (info != NULL);
  g_return_if_fail (batch != NULL);
  g_return_if_fail (funcs != NULL);

  process = g_new0 (Process, 1);
  *process = (Process) { .address = upscale_tile_server_address_ref (address),
                         .info = upscale_tile_server_info_ref (info),
                         .batch = upscale_batch_ref (batch),
                         .funcs = funcs,
                         .funcs_data = funcs_data };
  g_task_set_task_data (task, process, (GDestroyNotify) process_free);
  g_task_set_check_cancellable (task, FALSE);
  paint_next (task);
}

/**
 * upscale_tile_server_process_abandon:
 * @address: the server
 * @info: the answers of the server about itself
 * @batch: a batch that has failed
 *
 * Stops the tile that the server may still paint, without waiting for the answer.
 */
void
upscale_tile_server_process_abandon (UpscaleTileServerAddress *address,
                                     UpscaleTileServerInfo    *info,
                                     UpscaleBatch             *batch)
{
  g_return_if_fail (address != NULL);
  g_return_if_fail (info != NULL);
  g_return_if_fail (batch != NULL);

  if (batch->remote_id && batch->n_results < batch->tiles->len)
    upscale_tile_cancel_run_async (address, info, batch->remote_id, NULL, NULL, NULL);
}
