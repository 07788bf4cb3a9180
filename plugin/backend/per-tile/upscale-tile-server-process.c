/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One batch at a server that paints one tile a call: a talk for each, one after the
 * other. Each step takes the task and hands it to the next. */
#include "upscale-tile-server-process.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"

/* How long a cancelled batch waits until the server has heard of it. */
#define FAREWELL_US (2 * (gint64) G_USEC_PER_SEC)

typedef struct
{
  const UpscaleTileServerAddress *address;
  gpointer                        facts;
  UpscaleBatch                   *batch;
  const UpscaleBatchFuncs        *funcs;
  gpointer                        funcs_data;
  UpscaleTileRequest             *talk;
  UpscaleTileRequestPhase         told;
  GCancellable                   *farewell;
  guint                           timer;
} Process;

static void paint_next (GTask *task);

static void
process_free (Process *process)
{
  g_clear_pointer (&process->talk, upscale_tile_request_free);
  upscale_facts_unref (process->address->kind, process->facts);
  upscale_batch_unref (process->batch);
  g_clear_object (&process->farewell);
  g_free (process);
}

static void
on_farewell_over (gpointer user_data)
{
  Process *process = user_data;

  process->timer = 0;
  g_cancellable_cancel (process->farewell);
}

/* Whatever it answered, there is nothing more to do. */
static void
on_stopped (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Process *process = g_task_get_task_data (task);

  if (process->timer)
    upscale_clock_remove_timer (process->address->clock, process->timer);
  upscale_request_loop_run_finish (result, NULL);
  g_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
}

/* Stops what costs money; waits a moment for the server's word, as the plug-in may end
 * right after. */
static void
say_farewell (GTask *task)
{
  Process *process = g_task_get_task_data (task);

  process->farewell = g_cancellable_new ();
  process->timer = upscale_clock_add_timer (process->address->clock, FAREWELL_US,
                                            on_farewell_over, process);
  upscale_tile_request_stop_async (process->talk, process->address, process->farewell,
                                   on_stopped, task);
}

static void
fail (GTask *task, GError *error)
{
  Process *process = g_task_get_task_data (task);

  process->batch->is_submitted =
      process->batch->is_submitted || (process->talk && process->talk->is_accepted);
  /* What the server has lost is not asked for again. */
  if (g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED))
    g_clear_pointer (&process->batch->remote_id, g_free);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && process->talk &&
      process->talk->remote_id && process->talk->kind->stop)
    {
      g_error_free (error);
      say_farewell (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
hand_out (Process *process)
{
  UpscaleTileRequest *talk = process->talk;
  UpscaleTileAnswer   answer = { talk->tile->tile.index, talk->picture, NULL };

  if (!talk->picture && !talk->failure)
    talk->failure = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                                 _ ("it says it painted the tile, but sent no picture"));
  answer.failure = talk->picture ? NULL : talk->failure;
  process->batch->n_results++;
  g_clear_pointer (&process->batch->remote_id, g_free);
  process->funcs->on_answer (&answer, process->funcs_data);
}

static void
on_talked (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask   *task = user_data;
  Process *process = g_task_get_task_data (task);
  GError  *error = NULL;

  if (!upscale_request_loop_run_finish (result, &error))
    {
      fail (task, error);
      return;
    }
  hand_out (process);
  g_clear_pointer (&process->talk, upscale_tile_request_free);
  paint_next (task);
}

static void
on_request_built (gpointer user_data)
{
  Process            *process = g_task_get_task_data (user_data);
  UpscaleTileRequest *talk = process->talk;
  gboolean            is_new = talk->is_accepted && !process->batch->is_submitted;

  g_set_str (&process->batch->remote_id, talk->remote_id);
  process->batch->is_submitted = talk->is_accepted;
  if (is_new && process->funcs->on_named)
    process->funcs->on_named (process->funcs_data);
  if (talk->phase == process->told)
    return;
  process->told = talk->phase;
  process->funcs->on_phase (talk->phase == UPSCALE_TILE_REQUEST_WAITING
                                ? UPSCALE_PHASE_QUEUED
                                : UPSCALE_PHASE_AT_WORK,
                            process->funcs_data);
}

/* An earlier run has sent the batch, or its answer was not heard. Work that the server
 * has lost is not looked for again under its id. */
static void
name_work (UpscaleTileRequest *talk, const UpscaleBatch *batch)
{
  gboolean is_lost = batch->is_submitted && !batch->remote_id && !batch->sent_before;

  talk->remote_id = g_strdup (batch->remote_id);
  talk->is_accepted = batch->remote_id && batch->is_submitted;
  if (!talk->kind->takes_ids || batch->tiles->len > 1 || is_lost)
    return;
  talk->work_id = g_strdup (batch->id);
  if (batch->sent_before && !batch->remote_id)
    {
      talk->remote_id = g_strdup (batch->id);
      talk->is_accepted = TRUE;
    }
}

static UpscaleTileRequest *
make_talk (const UpscaleTileServerAddress *address, gpointer facts, UpscaleBatch *batch)
{
  UpscaleTileRequest *talk =
      upscale_tile_request_new (address->kind, facts, batch->gen_params,
                                batch->tiles->pdata[batch->n_results]);

  name_work (talk, batch);
  return talk;
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
  process->talk = make_talk (process->address, process->facts, process->batch);
  upscale_tile_request_run_async (process->talk, process->address, on_request_built,
                                  g_task_get_cancellable (task), on_talked, task);
}

/**
 * upscale_tile_server_process_start:
 * @task: (transfer full): returns %TRUE when every tile was answered; gets the process as
 * its task data
 * @address: where to
 * @facts: what the server has said of itself
 * @batch: what to paint
 * @funcs: called as news come in
 * @funcs_data: for @funcs
 *
 * Sees a batch through, from the first tile that was not answered.
 */
void
upscale_tile_server_process_start (GTask                          *task,
                                   const UpscaleTileServerAddress *address,
                                   gpointer                        facts,
                                   UpscaleBatch                   *batch,
                                   const UpscaleBatchFuncs        *funcs,
                                   gpointer                        funcs_data)
{
  Process *process = g_new0 (Process, 1);

  *process = (Process) { .address = address,
                         .facts = upscale_facts_ref (facts),
                         .batch = upscale_batch_ref (batch),
                         .funcs = funcs,
                         .funcs_data = funcs_data };
  g_task_set_task_data (task, process, (GDestroyNotify) process_free);
  g_task_set_check_cancellable (task, FALSE);
  paint_next (task);
}

static void
on_abandoned (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleTileRequest) talk = user_data;

  upscale_request_loop_run_finish (result, NULL);
}

/**
 * upscale_tile_server_process_abandon:
 * @address: where it was sent
 * @facts: what the server has said of itself
 * @batch: a batch that has failed
 *
 * Stops the tile that the server may still be at; nothing is waited for.
 */
void
upscale_tile_server_process_abandon (const UpscaleTileServerAddress *address,
                                     gpointer                        facts,
                                     UpscaleBatch                   *batch)
{
  UpscaleTileRequest *talk;

  if (!batch->remote_id || !address->kind->stop || batch->n_results >= batch->tiles->len)
    return;
  talk = make_talk (address, facts, batch);
  /* The batch may go before the server has answered, and the tile with it. */
  talk->tile = NULL;
  upscale_tile_request_stop_async (talk, address, NULL, on_abandoned, talk);
}
