/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-flight-private.h"

#include <glib/gi18n-lib.h>

static void prepare_next (UpscaleFlight *flight);

static void
clear_timer (UpscaleFlight *flight, guint *timer)
{
  if (*timer)
    upscale_clock_remove_timer (flight->plan.clock, *timer);
  *timer = 0;
}

static void
end_when_quiet (UpscaleFlight *flight)
{
  g_autoptr (UpscaleFlight) alive = upscale_flight_ref (flight);

  if (!flight->is_answered || flight->n_accepting > 0)
    return;
  flight->funcs->on_ended (flight, flight->error, flight->owner);
}

static void
fail_tile (UpscaleFlight *flight, guint tile_index, const GError *error)
{
  g_hash_table_remove (flight->carried, GUINT_TO_POINTER (tile_index));
  flight->funcs->on_tile_failed (flight, tile_index, error, flight->owner);
}

static void
on_accepted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree UpscaleTileWork *work = user_data;
  g_autoptr (UpscaleFlight) flight = work->flight;
  g_autoptr (GError) error = NULL;

  flight->n_accepting--;
  if (upscale_tile_exchange_accept_finish (UPSCALE_TILE_EXCHANGE (object), result,
                                           &error))
    flight->funcs->on_settled (flight, work->tile_index, UPSCALE_PREPARED_SEND,
                               flight->owner);
  else
    fail_tile (flight, work->tile_index, error);
  end_when_quiet (flight);
}

/* What was paid for is kept, also when the job is cancelled meanwhile: no cancellable
 * here. */
static void
accept_image (UpscaleFlight *flight, UpscaleTileMessage *message, GBytes *image)
{
  UpscaleTileWork *work = upscale_tile_work_new (flight, message->tile.index);

  flight->n_accepting++;
  flight->funcs->on_claimed (flight, message->tile.index, flight->owner);
  upscale_tile_exchange_accept_async (flight->plan.exchange, message, image, NULL,
                                      on_accepted, work);
}

static void
on_answer (const UpscaleTileAnswer *answer, gpointer user_data)
{
  UpscaleFlight *flight = user_data;
  g_autoptr (UpscaleTileMessage) message = NULL;
  g_autoptr (GError) failure = NULL;

  if (!g_hash_table_steal_extended (flight->carried,
                                    GUINT_TO_POINTER (answer->tile_index), NULL,
                                    (gpointer *) &message))
    return;
  flight->n_answered++;
  flight->n_resends = 0;
  flight->news_us = upscale_clock_get_now (flight->plan.clock);
  if (answer->image)
    {
      accept_image (flight, message, answer->image);
      return;
    }
  failure = g_error_copy (answer->failure);
  upscale_error_tidy (failure);
  fail_tile (flight, answer->tile_index, failure);
}

static void
fail_missing_tiles (UpscaleFlight *flight)
{
  g_autoptr (GArray) missing = upscale_flight_get_open_tiles (flight);
  g_autoptr (GError) error =
      g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                   _ ("the endpoint ended the batch without an answer for it"));

  for (guint i = 0; i < missing->len; i++)
    fail_tile (flight, g_array_index (missing, guint, i), error);
}

/* Our own deadline shows as a cancellation below; above it has its own name. */
static void
rename_lateness (UpscaleFlight *flight)
{
  if (!flight->is_late ||
      !g_error_matches (flight->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_error (&flight->error);
  flight->error =
      g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_TIMED_OUT,
                   _ ("the batch took longer than %d s; raise the batch timeout or "
                      "use smaller batches"),
                   (int) (flight->plan.timeout_us / G_USEC_PER_SEC));
}

/* The speed is measured over what really came back, from when work began. When that was
 * nobody knows of a leftover. */
static void
note_speed (UpscaleFlight *flight)
{
  gint64 passed_us = flight->news_us - flight->work_began_us;

  if (flight->n_answered == flight->n_measured || flight->plan.leftover)
    return;
  flight->n_measured = flight->n_answered;
  upscale_endpoint_note_success (flight->plan.endpoint, (double) MAX (passed_us, 1) /
                                                            G_USEC_PER_SEC /
                                                            flight->n_answered);
}

static void
on_processed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleFlight) flight = user_data;

  clear_timer (flight, &flight->deadline);
  if (upscale_backend_process_finish (UPSCALE_BACKEND (object), result, &flight->error))
    fail_missing_tiles (flight);
  else
    rename_lateness (flight);
  note_speed (flight);
  flight->is_answered = TRUE;
  end_when_quiet (flight);
}

static void
on_deadline (gpointer user_data)
{
  UpscaleFlight *flight = user_data;

  flight->deadline = 0;
  flight->is_late = TRUE;
  g_cancellable_cancel (flight->cancellable);
}

static void
arm_deadline (UpscaleFlight *flight)
{
  clear_timer (flight, &flight->deadline);
  flight->deadline = upscale_clock_add_timer (flight->plan.clock, flight->plan.timeout_us,
                                              on_deadline, flight);
}

/* Time spent in a queue or on a machine's start is no work. */
static void
on_phase (UpscalePhase phase, gpointer user_data)
{
  UpscaleFlight *flight = user_data;

  if (flight->phase != UPSCALE_PHASE_AT_WORK && phase == UPSCALE_PHASE_AT_WORK &&
      flight->n_answered == 0)
    flight->work_began_us = flight->news_us = upscale_clock_get_now (flight->plan.clock);
  flight->phase = phase;
  flight->funcs->on_phase_changed (flight, flight->owner);
}

static void
on_named (gpointer user_data)
{
  UpscaleFlight *flight = user_data;

  flight->funcs->on_named (flight, flight->owner);
}

static const UpscaleBatchFuncs batch_funcs = { .on_answer = on_answer,
                                               .on_phase = on_phase,
                                               .on_named = on_named };

static void
send_batch (UpscaleFlight *flight)
{
  arm_deadline (flight);
  flight->is_late = FALSE;
  flight->sent_us = upscale_clock_get_now (flight->plan.clock);
  if (flight->work_began_us == 0)
    {
      flight->work_began_us = upscale_clock_get_now (flight->plan.clock);
      flight->news_us = flight->work_began_us;
      flight->funcs->on_sent (flight, flight->owner);
    }
  upscale_backend_process_async (upscale_endpoint_get_backend (flight->plan.endpoint),
                                 flight->batch, &batch_funcs, flight, flight->cancellable,
                                 on_processed, upscale_flight_ref (flight));
}

static void
end_early (UpscaleFlight *flight)
{
  flight->is_answered = TRUE;
  end_when_quiet (flight);
}

static gboolean
has_changed (UpscaleFlight *flight, const UpscaleTileMessage *message)
{
  return flight->plan.leftover &&
         !upscale_leftover_has (flight->plan.leftover, message->tile.index, message->key);
}

/* A tile whose preparation was cancelled is still open; any other failure is the tile's
 * own. */
static void
note_prepared (UpscaleFlight      *flight,
               guint               tile_index,
               UpscalePrepared     prepared,
               UpscaleTileMessage *message,
               const GError       *error)
{
  gpointer key = GUINT_TO_POINTER (tile_index);

  if (!g_hash_table_contains (flight->carried, key) ||
      (error && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    return;
  if (error)
    fail_tile (flight, tile_index, error);
  else if (prepared != UPSCALE_PREPARED_SEND)
    {
      g_hash_table_remove (flight->carried, key);
      flight->funcs->on_settled (flight, tile_index, prepared, flight->owner);
    }
  else if (has_changed (flight, message))
    {
      g_hash_table_remove (flight->carried, key);
      flight->funcs->on_tile_changed (flight, tile_index, flight->owner);
    }
  else
    {
      g_hash_table_insert (flight->carried, key, upscale_tile_message_ref (message));
      g_ptr_array_add (flight->batch->tiles, upscale_tile_message_ref (message));
    }
}

static void
on_prepared (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree UpscaleTileWork *work = user_data;
  g_autoptr (UpscaleFlight) flight = work->flight;
  g_autoptr (UpscaleTileMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  UpscalePrepared prepared = UPSCALE_PREPARED_SEND;

  (void) upscale_tile_exchange_prepare_finish (UPSCALE_TILE_EXCHANGE (object), result,
                                               &prepared, &message, &error);
  note_prepared (flight, work->tile_index, prepared, message, error);
  prepare_next (flight);
}

static void
carry (UpscaleFlight *flight, guint tile_index)
{
  g_array_append_val (flight->taken, tile_index);
  g_hash_table_insert (flight->carried, GUINT_TO_POINTER (tile_index), NULL);
}

/* All tiles are taken before the first is prepared, or flights that start together would
 * share them out one by one. */
static void
reserve (UpscaleFlight *flight)
{
  guint tile_index;

  while (!flight->plan.copies &&
         g_hash_table_size (flight->carried) < flight->plan.n_wanted)
    {
      guint beside = flight->taken->len > 0 ? g_array_index (flight->taken, guint, 0)
                                            : UPSCALE_NO_TILE;

      tile_index = flight->funcs->take_tile (flight, beside, flight->owner);
      if (tile_index == UPSCALE_NO_TILE)
        return;
      carry (flight, tile_index);
    }
}

/* No cancellable: a tile that was found in the store is settled, and must be counted. All
 * tiles of a batch have one size, also when the endpoint is asked anew meanwhile. */
static void
prepare_tile (UpscaleFlight *flight, guint tile_index)
{
  UpscaleTileWork *work = upscale_tile_work_new (flight, tile_index);

  upscale_tile_exchange_prepare_async (flight->plan.exchange, tile_index,
                                       flight->capabilities, NULL, on_prepared, work);
}

static guint
find_unprepared (UpscaleFlight *flight)
{
  while (flight->n_prepared < flight->taken->len)
    {
      guint tile_index = g_array_index (flight->taken, guint, flight->n_prepared++);

      if (g_hash_table_contains (flight->carried, GUINT_TO_POINTER (tile_index)))
        return tile_index;
    }
  return UPSCALE_NO_TILE;
}

/* What is settled already does not count into the batch, so that a batch is as full as it
 * was meant to be. */
static void
prepare_next (UpscaleFlight *flight)
{
  guint tile_index;

  if (g_cancellable_set_error_if_cancelled (flight->cancellable, &flight->error))
    {
      end_early (flight);
      return;
    }
  reserve (flight);
  tile_index = find_unprepared (flight);
  if (tile_index != UPSCALE_NO_TILE)
    prepare_tile (flight, tile_index);
  else if (g_hash_table_size (flight->carried) > 0)
    send_batch (flight);
  else
    end_early (flight);
}

/**
 * upscale_flight_start:
 * @flight: a flight
 *
 * Sets out. Everything else is told through its funcs.
 */
void
upscale_flight_start (UpscaleFlight *flight)
{
  for (guint i = 0; flight->plan.copies && i < flight->plan.copies->len; i++)
    carry (flight, g_array_index (flight->plan.copies, guint, i));
  prepare_next (flight);
}

static void
on_pause_over (gpointer user_data)
{
  UpscaleFlight *flight = user_data;

  flight->pause = 0;
  if (g_cancellable_set_error_if_cancelled (flight->cancellable, &flight->error))
    end_early (flight);
  else
    send_batch (flight);
}

/**
 * upscale_flight_send_again:
 * @flight: a flight that has ended with an error
 * @wait_us: how long to wait first
 *
 * Sends the same batch under the same id: what the endpoint has finished of it is not
 * painted twice.
 */
void
upscale_flight_send_again (UpscaleFlight *flight, gint64 wait_us)
{
  g_clear_error (&flight->error);
  flight->is_answered = FALSE;
  flight->n_resends++;
  flight->pause =
      upscale_clock_add_timer (flight->plan.clock, wait_us, on_pause_over, flight);
}

/**
 * upscale_flight_begin_work:
 * @flight: a flight whose batch the endpoint held ready, and now begins with
 *
 * What it waited until here is no work, and not the batch's fault.
 */
void
upscale_flight_begin_work (UpscaleFlight *flight)
{
  if (!flight->deadline)
    return;
  arm_deadline (flight);
  if (flight->n_answered == 0)
    flight->work_began_us = flight->news_us = upscale_clock_get_now (flight->plan.clock);
}

/**
 * upscale_flight_drop:
 * @flight: a flight
 * @tile_index: a tile that it carries, and that another one has brought home
 *
 * When it carries nothing else, it is cancelled, at the endpoint too.
 */
void
upscale_flight_drop (UpscaleFlight *flight, guint tile_index)
{
  if (g_hash_table_remove (flight->carried, GUINT_TO_POINTER (tile_index)) &&
      g_hash_table_size (flight->carried) == 0)
    upscale_flight_cancel (flight);
}

/**
 * upscale_flight_cancel:
 * @flight: a flight
 *
 * Stops what is under way, at the endpoint too. The flight ends with
 * %G_IO_ERROR_CANCELLED; what came in is accepted.
 */
void
upscale_flight_cancel (UpscaleFlight *flight)
{
  g_autoptr (UpscaleFlight) alive = upscale_flight_ref (flight);

  g_cancellable_cancel (flight->cancellable);
  if (flight->pause)
    {
      clear_timer (flight, &flight->pause);
      on_pause_over (flight);
    }
}
