/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-batch-request-private.h"

#include <glib/gi18n-lib.h>

static void prepare_next (UpscaleBatchRequest *request);

static void
clear_timer (UpscaleBatchRequest *request, guint *timer)
{
  if (*timer)
    upscale_clock_remove_timer (request->plan.clock, *timer);
  *timer = 0;
}

static void
end_when_quiet (UpscaleBatchRequest *request)
{
  g_autoptr (UpscaleBatchRequest) alive = upscale_batch_request_ref (request);

  if (!request->is_answered || request->n_accepting > 0)
    return;
  request->funcs->on_ended (request, request->error, request->owner);
}

static void
fail_tile (UpscaleBatchRequest *request, guint tile_index, const GError *error)
{
  g_hash_table_remove (request->carried, GUINT_TO_POINTER (tile_index));
  request->funcs->on_tile_failed (request, tile_index, error, request->owner);
}

static void
on_accepted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree UpscaleTileWork *work = user_data;
  g_autoptr (UpscaleBatchRequest) request = work->request;
  g_autoptr (GError) error = NULL;

  request->n_accepting--;
  if (upscale_tile_provider_accept_finish (UPSCALE_TILE_PROVIDER (object), result,
                                           &error))
    request->funcs->on_settled (request, work->tile_index, UPSCALE_PREPARED_SEND,
                                request->owner);
  else
    fail_tile (request, work->tile_index, error);
  end_when_quiet (request);
}

/* What was paid for is kept, also when the job is cancelled meanwhile: no cancellable
 * here. */
static void
accept_image (UpscaleBatchRequest *request, UpscaleTileMessage *message, GBytes *image)
{
  UpscaleTileWork *work = upscale_tile_work_new (request, message->tile.index);

  request->n_accepting++;
  request->funcs->on_claimed (request, message->tile.index, request->owner);
  upscale_tile_provider_accept_async (request->plan.provider, message, image, NULL,
                                      on_accepted, work);
}

static void
on_answer (const UpscaleTileAnswer *answer, gpointer user_data)
{
  UpscaleBatchRequest *request = user_data;
  g_autoptr (UpscaleTileMessage) message = NULL;
  g_autoptr (GError) failure = NULL;

  if (!g_hash_table_steal_extended (request->carried,
                                    GUINT_TO_POINTER (answer->tile_index), NULL,
                                    (gpointer *) &message))
    return;
  request->n_answered++;
  request->n_resends = 0;
  request->news_us = upscale_clock_get_now (request->plan.clock);
  if (answer->image)
    {
      accept_image (request, message, answer->image);
      return;
    }
  failure = g_error_copy (answer->failure);
  upscale_error_tidy (failure);
  fail_tile (request, answer->tile_index, failure);
}

static void
fail_missing_tiles (UpscaleBatchRequest *request)
{
  g_autoptr (GArray) missing = upscale_batch_request_get_open_tiles (request);
  g_autoptr (GError) error =
      g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                   _ ("the endpoint ended the batch without an answer for it"));

  for (guint i = 0; i < missing->len; i++)
    fail_tile (request, g_array_index (missing, guint, i), error);
}

/* Our own deadline shows as a cancellation below; above it has its own name. */
static void
rename_lateness (UpscaleBatchRequest *request)
{
  if (!request->is_late ||
      !g_error_matches (request->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_error (&request->error);
  request->error =
      g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_TIMED_OUT,
                   _ ("the batch took longer than %d s; raise the batch timeout or "
                      "use smaller batches"),
                   (int) (request->plan.timeout_us / G_USEC_PER_SEC));
}

/* The speed is measured over what really came back, from when work began. When that was
 * nobody knows of a orphan. */
static void
note_speed (UpscaleBatchRequest *request)
{
  gint64 passed_us = request->news_us - request->work_began_us;

  if (request->n_answered == request->n_measured || request->plan.orphan)
    return;
  request->n_measured = request->n_answered;
  upscale_endpoint_note_success (request->plan.endpoint, (double) MAX (passed_us, 1) /
                                                             G_USEC_PER_SEC /
                                                             request->n_answered);
}

static void
on_processed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleBatchRequest) request = user_data;

  clear_timer (request, &request->deadline);
  if (upscale_backend_process_finish (UPSCALE_BACKEND (object), result, &request->error))
    fail_missing_tiles (request);
  else
    rename_lateness (request);
  note_speed (request);
  request->is_answered = TRUE;
  end_when_quiet (request);
}

static void
on_deadline (gpointer user_data)
{
  UpscaleBatchRequest *request = user_data;

  request->deadline = 0;
  request->is_late = TRUE;
  g_cancellable_cancel (request->cancellable);
}

static void
arm_deadline (UpscaleBatchRequest *request)
{
  clear_timer (request, &request->deadline);
  request->deadline =
      upscale_clock_add_timer (request->plan.clock, request->plan.timeout_us, on_deadline,
                               request);
}

/* Time spent in a queue or on a machine's start is no work. */
static void
on_phase (UpscalePhase phase, gpointer user_data)
{
  UpscaleBatchRequest *request = user_data;

  if (request->phase != UPSCALE_PHASE_AT_WORK && phase == UPSCALE_PHASE_AT_WORK &&
      request->n_answered == 0)
    request->work_began_us = request->news_us =
        upscale_clock_get_now (request->plan.clock);
  request->phase = phase;
  request->funcs->on_phase_changed (request, request->owner);
}

static void
on_named (gpointer user_data)
{
  UpscaleBatchRequest *request = user_data;

  request->funcs->on_named (request, request->owner);
}

static const UpscaleBatchFuncs batch_funcs = { .on_answer = on_answer,
                                               .on_phase = on_phase,
                                               .on_named = on_named };

static void
send_batch (UpscaleBatchRequest *request)
{
  arm_deadline (request);
  request->is_late = FALSE;
  request->sent_us = upscale_clock_get_now (request->plan.clock);
  if (request->work_began_us == 0)
    {
      request->work_began_us = upscale_clock_get_now (request->plan.clock);
      request->news_us = request->work_began_us;
      request->funcs->on_sent (request, request->owner);
    }
  upscale_backend_process_async (upscale_endpoint_get_backend (request->plan.endpoint),
                                 request->batch, &batch_funcs, request,
                                 request->cancellable, on_processed,
                                 upscale_batch_request_ref (request));
}

static void
end_early (UpscaleBatchRequest *request)
{
  request->is_answered = TRUE;
  end_when_quiet (request);
}

static gboolean
has_changed (UpscaleBatchRequest *request, const UpscaleTileMessage *message)
{
  return request->plan.orphan &&
         !upscale_orphaned_batch_has (request->plan.orphan, message->tile.index,
                                      message->key);
}

/* A tile whose preparation was cancelled is still open; any other failure is the tile's
 * own. */
static void
note_prepared (UpscaleBatchRequest *request,
               guint                tile_index,
               UpscalePrepared      prepared,
               UpscaleTileMessage  *message,
               const GError        *error)
{
  gpointer key = GUINT_TO_POINTER (tile_index);

  if (!g_hash_table_contains (request->carried, key) ||
      (error && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    return;
  if (error)
    fail_tile (request, tile_index, error);
  else if (prepared != UPSCALE_PREPARED_SEND)
    {
      g_hash_table_remove (request->carried, key);
      request->funcs->on_settled (request, tile_index, prepared, request->owner);
    }
  else if (has_changed (request, message))
    {
      g_hash_table_remove (request->carried, key);
      request->funcs->on_tile_changed (request, tile_index, request->owner);
    }
  else
    {
      g_hash_table_insert (request->carried, key, upscale_tile_message_ref (message));
      g_ptr_array_add (request->batch->tiles, upscale_tile_message_ref (message));
    }
}

static void
on_prepared (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree UpscaleTileWork *work = user_data;
  g_autoptr (UpscaleBatchRequest) request = work->request;
  g_autoptr (UpscaleTileMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  UpscalePrepared prepared = UPSCALE_PREPARED_SEND;

  (void) upscale_tile_provider_prepare_finish (UPSCALE_TILE_PROVIDER (object), result,
                                               &prepared, &message, &error);
  note_prepared (request, work->tile_index, prepared, message, error);
  prepare_next (request);
}

static void
carry (UpscaleBatchRequest *request, guint tile_index)
{
  g_array_append_val (request->taken, tile_index);
  g_hash_table_insert (request->carried, GUINT_TO_POINTER (tile_index), NULL);
}

/* All tiles are taken before the first is prepared, or requests that start together would
 * share them out one by one. */
static void
reserve (UpscaleBatchRequest *request)
{
  guint tile_index;

  while (!request->plan.copies &&
         g_hash_table_size (request->carried) < request->plan.n_wanted)
    {
      guint beside = request->taken->len > 0 ? g_array_index (request->taken, guint, 0)
                                             : UPSCALE_NO_TILE;

      tile_index = request->funcs->take_tile (request, beside, request->owner);
      if (tile_index == UPSCALE_NO_TILE)
        return;
      carry (request, tile_index);
    }
}

/* No cancellable: a tile that was found in the store is settled, and must be counted. All
 * tiles of a batch have one size, also when the endpoint is asked anew meanwhile. */
static void
prepare_tile (UpscaleBatchRequest *request, guint tile_index)
{
  UpscaleTileWork *work = upscale_tile_work_new (request, tile_index);

  upscale_tile_provider_prepare_async (request->plan.provider, tile_index,
                                       request->capabilities, NULL, on_prepared, work);
}

static guint
find_unprepared (UpscaleBatchRequest *request)
{
  while (request->n_prepared < request->taken->len)
    {
      guint tile_index = g_array_index (request->taken, guint, request->n_prepared++);

      if (g_hash_table_contains (request->carried, GUINT_TO_POINTER (tile_index)))
        return tile_index;
    }
  return UPSCALE_NO_TILE;
}

/* What is settled already does not count into the batch, so that a batch is as full as it
 * was meant to be. */
static void
prepare_next (UpscaleBatchRequest *request)
{
  guint tile_index;

  if (g_cancellable_set_error_if_cancelled (request->cancellable, &request->error))
    {
      end_early (request);
      return;
    }
  reserve (request);
  tile_index = find_unprepared (request);
  if (tile_index != UPSCALE_NO_TILE)
    prepare_tile (request, tile_index);
  else if (g_hash_table_size (request->carried) > 0)
    send_batch (request);
  else
    end_early (request);
}

/**
 * upscale_batch_request_start:
 * @request: a request
 *
 * Sets out. Everything else is told through its funcs.
 */
void
upscale_batch_request_start (UpscaleBatchRequest *request)
{
  for (guint i = 0; request->plan.copies && i < request->plan.copies->len; i++)
    carry (request, g_array_index (request->plan.copies, guint, i));
  prepare_next (request);
}

static void
on_pause_over (gpointer user_data)
{
  UpscaleBatchRequest *request = user_data;

  request->pause = 0;
  if (g_cancellable_set_error_if_cancelled (request->cancellable, &request->error))
    end_early (request);
  else
    send_batch (request);
}

/**
 * upscale_batch_request_send_again:
 * @request: a request that has ended with an error
 * @wait_us: how long to wait first
 *
 * Sends the same batch under the same id: what the endpoint has finished of it is not
 * painted twice.
 */
void
upscale_batch_request_send_again (UpscaleBatchRequest *request, gint64 wait_us)
{
  g_clear_error (&request->error);
  request->is_answered = FALSE;
  request->n_resends++;
  request->pause =
      upscale_clock_add_timer (request->plan.clock, wait_us, on_pause_over, request);
}

/**
 * upscale_batch_request_begin_work:
 * @request: a request whose batch the endpoint held ready, and now begins with
 *
 * What it waited until here is no work, and not the batch's fault.
 */
void
upscale_batch_request_begin_work (UpscaleBatchRequest *request)
{
  if (!request->deadline)
    return;
  arm_deadline (request);
  if (request->n_answered == 0)
    request->work_began_us = request->news_us =
        upscale_clock_get_now (request->plan.clock);
}

/**
 * upscale_batch_request_drop:
 * @request: a request
 * @tile_index: a tile that it carries, and that another one has brought home
 *
 * When it carries nothing else, it is cancelled, at the endpoint too.
 */
void
upscale_batch_request_drop (UpscaleBatchRequest *request, guint tile_index)
{
  if (g_hash_table_remove (request->carried, GUINT_TO_POINTER (tile_index)) &&
      g_hash_table_size (request->carried) == 0)
    upscale_batch_request_cancel (request);
}

/**
 * upscale_batch_request_cancel:
 * @request: a request
 *
 * Stops what is under way, at the endpoint too. The request ends with
 * %G_IO_ERROR_CANCELLED; what came in is accepted.
 */
void
upscale_batch_request_cancel (UpscaleBatchRequest *request)
{
  g_autoptr (UpscaleBatchRequest) alive = upscale_batch_request_ref (request);

  g_cancellable_cancel (request->cancellable);
  if (request->pause)
    {
      clear_timer (request, &request->pause);
      on_pause_over (request);
    }
}
