/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-flight.h"

#include "upscale-error.h"

/**
 * UpscaleFlight:
 *
 * One batch's life: tiles are prepared one by one, the batch is sent, answers are
 * accepted as they come in, and it ends when the endpoint has said its last word and
 * every answer is looked at. It decides nothing; its owner does.
 */
struct _UpscaleFlight
{
  UpscaleFlightPlan         plan;
  const UpscaleFlightFuncs *funcs;
  gpointer                  owner;

  UpscaleBatch *batch;
  GCancellable *cancellable;
  GArray       *reserved; /* of guint: tiles that were taken but not prepared yet */
  GHashTable   *open;     /* tile index -> UpscaleTileMessage, not answered yet */
  guint         n_answered;
  guint         n_accepting;
  gboolean      is_answered; /* the endpoint has said its last word */
  gboolean      is_late;
  guint         deadline; /* timer */
  guint         pause;    /* timer */
  gint64        waited_us;
  gint64        sent_us;
  GError       *error;
};

/* One answer on its way through the exchange. */
typedef struct
{
  UpscaleFlight *flight;
  guint          tile_index;
} Acceptance;

static void prepare_next (UpscaleFlight *flight);

/**
 * upscale_flight_new:
 * @plan: what it needs to know
 * @funcs: what it asks and tells
 * @owner: for @funcs; must outlive the flight's work
 *
 * Returns: (transfer full): a flight that has not started
 */
UpscaleFlight *
upscale_flight_new (UpscaleFlightPlan         plan,
                    const UpscaleFlightFuncs *funcs,
                    gpointer                  owner)
{
  UpscaleFlight *flight = g_rc_box_new0 (UpscaleFlight);

  flight->plan = plan;
  g_object_ref (plan.endpoint);
  g_object_ref (plan.exchange);
  g_object_ref (plan.clock);
  upscale_recipe_ref (plan.recipe);
  flight->funcs = funcs;
  flight->owner = owner;
  flight->batch = upscale_batch_new (plan.recipe);
  flight->cancellable = g_cancellable_new ();
  flight->reserved = g_array_new (FALSE, FALSE, sizeof (guint));
  flight->open = g_hash_table_new_full (NULL, NULL, NULL,
                                        (GDestroyNotify) upscale_tile_message_unref);
  return flight;
}

/**
 * upscale_flight_ref:
 * @flight: a flight
 *
 * Returns: (transfer full): @flight
 */
UpscaleFlight *
upscale_flight_ref (UpscaleFlight *flight)
{
  return g_rc_box_acquire (flight);
}

static void
clear_timer (UpscaleFlight *flight, guint *timer)
{
  if (*timer)
    upscale_clock_remove_timer (flight->plan.clock, *timer);
  *timer = 0;
}

static void
free_members (gpointer data)
{
  UpscaleFlight *flight = data;

  clear_timer (flight, &flight->deadline);
  clear_timer (flight, &flight->pause);
  g_clear_error (&flight->error);
  g_array_unref (flight->reserved);
  g_hash_table_unref (flight->open);
  g_object_unref (flight->cancellable);
  upscale_batch_unref (flight->batch);
  upscale_recipe_unref (flight->plan.recipe);
  g_object_unref (flight->plan.clock);
  g_object_unref (flight->plan.exchange);
  g_object_unref (flight->plan.endpoint);
}

/**
 * upscale_flight_unref:
 * @flight: (transfer full): a flight
 *
 * Drops a reference.
 */
void
upscale_flight_unref (UpscaleFlight *flight)
{
  g_rc_box_release_full (flight, free_members);
}

/* The speed is measured over what really came back. */
static void
note_speed (UpscaleFlight *flight)
{
  gint64 passed_us = upscale_clock_get_now (flight->plan.clock) - flight->sent_us;

  if (flight->n_answered > 0)
    upscale_endpoint_note_success (flight->plan.endpoint, (double) passed_us /
                                                              G_USEC_PER_SEC /
                                                              flight->n_answered);
}

static void
end_when_quiet (UpscaleFlight *flight)
{
  if (!flight->is_answered || flight->n_accepting > 0)
    return;
  flight->funcs->on_ended (flight, flight->error, flight->owner);
}

static void
fail_tile (UpscaleFlight *flight, guint tile_index, const GError *error)
{
  g_hash_table_remove (flight->open, GUINT_TO_POINTER (tile_index));
  flight->funcs->on_tile_failed (flight, tile_index, error, flight->owner);
}

static void
on_accepted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Acceptance *acceptance = user_data;
  g_autoptr (UpscaleFlight) flight = acceptance->flight;
  g_autoptr (GError) error = NULL;

  flight->n_accepting--;
  if (upscale_tile_exchange_accept_finish (UPSCALE_TILE_EXCHANGE (object), result,
                                           &error))
    flight->funcs->on_settled (flight, acceptance->tile_index, UPSCALE_PREPARED_SEND,
                               flight->owner);
  else
    fail_tile (flight, acceptance->tile_index, error);
  end_when_quiet (flight);
}

/* What was paid for is kept, also when the job is cancelled meanwhile: no cancellable
 * here. */
static void
accept (UpscaleFlight *flight, UpscaleTileMessage *message, GBytes *image)
{
  Acceptance *acceptance = g_new (Acceptance, 1);

  *acceptance = (Acceptance) { upscale_flight_ref (flight), message->tile.index };
  flight->n_accepting++;
  upscale_tile_exchange_accept_async (flight->plan.exchange, message, image, NULL,
                                      on_accepted, acceptance);
}

static void
on_answer (const UpscaleTileAnswer *answer, gpointer user_data)
{
  UpscaleFlight *flight = user_data;
  gpointer       key = GUINT_TO_POINTER (answer->tile_index);
  g_autoptr (UpscaleTileMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_hash_table_steal_extended (flight->open, key, NULL, (gpointer *) &message))
    return;
  flight->n_answered++;
  if (answer->image)
    {
      accept (flight, message, answer->image);
      return;
    }
  error = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_SERVER, "the endpoint says: %s",
                       answer->failure);
  fail_tile (flight, answer->tile_index, error);
}

static void
fail_missing_tiles (UpscaleFlight *flight)
{
  g_autoptr (GArray) missing = upscale_flight_get_open_tiles (flight);
  g_autoptr (GError) error =
      g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                   "the endpoint ended the batch without an answer for it");

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
  flight->error = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_TIMED_OUT,
                               "the batch took longer than %" G_GINT64_FORMAT
                               " s; raise the batch timeout or use smaller batches",
                               flight->plan.timeout_us / G_USEC_PER_SEC);
}

static void
on_processed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleFlight) flight = user_data;

  clear_timer (flight, &flight->deadline);
  note_speed (flight);
  if (upscale_backend_process_finish (UPSCALE_BACKEND (object), result, &flight->error))
    fail_missing_tiles (flight);
  else
    rename_lateness (flight);
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
send_batch (UpscaleFlight *flight)
{
  flight->sent_us = upscale_clock_get_now (flight->plan.clock);
  flight->deadline = upscale_clock_add_timer (flight->plan.clock, flight->plan.timeout_us,
                                              on_deadline, flight);
  flight->funcs->on_sent (flight, flight->owner);
  upscale_backend_process_async (upscale_endpoint_get_backend (flight->plan.endpoint),
                                 flight->batch, on_answer, flight, flight->cancellable,
                                 on_processed, upscale_flight_ref (flight));
}

static void
end_early (UpscaleFlight *flight)
{
  flight->is_answered = TRUE;
  end_when_quiet (flight);
}

/* A tile whose preparation was cancelled is still open; any other failure is the tile's
 * own. */
static void
note_unprepared (UpscaleFlight *flight, guint tile_index, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    flight->funcs->on_tile_failed (flight, tile_index, error, flight->owner);
}

static void
on_prepared (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Acceptance *preparation = user_data;
  g_autoptr (UpscaleFlight) flight = preparation->flight;
  g_autoptr (UpscaleTileMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  UpscalePrepared prepared = UPSCALE_PREPARED_SEND;

  if (!upscale_tile_exchange_prepare_finish (UPSCALE_TILE_EXCHANGE (object), result,
                                             &prepared, &message, &error))
    note_unprepared (flight, preparation->tile_index, error);
  else if (prepared != UPSCALE_PREPARED_SEND)
    flight->funcs->on_settled (flight, preparation->tile_index, prepared, flight->owner);
  else
    {
      g_hash_table_insert (flight->open, GUINT_TO_POINTER (preparation->tile_index),
                           upscale_tile_message_ref (message));
      g_ptr_array_add (flight->batch->tiles, g_steal_pointer (&message));
    }
  prepare_next (flight);
}

/* All tiles are taken before the first is prepared, or flights that start together would
 * share them out one by one. */
static void
reserve (UpscaleFlight *flight)
{
  guint tile_index = 0;

  while (flight->batch->tiles->len + flight->reserved->len < flight->plan.n_wanted &&
         flight->funcs->take_tile (flight, &tile_index, flight->owner))
    g_array_append_val (flight->reserved, tile_index);
}

/* No cancellable: a tile that was found in the store is settled, and must be counted. */
static void
prepare_first_reserved (UpscaleFlight *flight)
{
  Acceptance *preparation = g_new (Acceptance, 1);

  *preparation = (Acceptance) { upscale_flight_ref (flight),
                                g_array_index (flight->reserved, guint, 0) };
  g_array_remove_index (flight->reserved, 0);
  upscale_tile_exchange_prepare_async (flight->plan.exchange, preparation->tile_index,
                                       upscale_endpoint_get_capabilities (
                                           flight->plan.endpoint),
                                       NULL, on_prepared, preparation);
}

/* What is settled already does not count into the batch, so that a batch is as full as it
 * was meant to be. */
static void
prepare_next (UpscaleFlight *flight)
{
  if (g_cancellable_set_error_if_cancelled (flight->cancellable, &flight->error))
    {
      end_early (flight);
      return;
    }
  reserve (flight);
  if (flight->reserved->len > 0)
    prepare_first_reserved (flight);
  else if (flight->batch->tiles->len > 0)
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
 * @flight: a flight that has ended with an error, before any tile was answered
 * @wait_us: how long to wait first
 *
 * Sends the same batch under the same id: an endpoint that has it does not paint it
 * twice.
 */
void
upscale_flight_send_again (UpscaleFlight *flight, gint64 wait_us)
{
  g_clear_error (&flight->error);
  flight->is_answered = FALSE;
  flight->waited_us += wait_us;
  flight->pause =
      upscale_clock_add_timer (flight->plan.clock, wait_us, on_pause_over, flight);
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
  g_cancellable_cancel (flight->cancellable);
  if (flight->pause)
    {
      clear_timer (flight, &flight->pause);
      on_pause_over (flight);
    }
}

/**
 * upscale_flight_get_endpoint:
 * @flight: a flight
 *
 * Returns: (transfer none): who paints
 */
UpscaleEndpoint *
upscale_flight_get_endpoint (UpscaleFlight *flight)
{
  return flight->plan.endpoint;
}

/**
 * upscale_flight_get_n_answered:
 * @flight: a flight
 *
 * Returns: how many of its tiles were answered, well or badly
 */
guint
upscale_flight_get_n_answered (UpscaleFlight *flight)
{
  return flight->n_answered;
}

/**
 * upscale_flight_get_waited:
 * @flight: a flight
 *
 * Returns: how long it has waited between sends, us
 */
gint64
upscale_flight_get_waited (UpscaleFlight *flight)
{
  return flight->waited_us;
}

/**
 * upscale_flight_get_open_tiles:
 * @flight: a flight
 *
 * Returns: (transfer full) (element-type guint): tiles it carries that were not answered
 */
GArray *
upscale_flight_get_open_tiles (UpscaleFlight *flight)
{
  GArray *tiles = g_array_new (FALSE, FALSE, sizeof (guint));

  g_array_append_vals (tiles, flight->reserved->data, flight->reserved->len);
  for (guint i = 0; i < flight->batch->tiles->len; i++)
    {
      const UpscaleTileMessage *message = flight->batch->tiles->pdata[i];

      if (g_hash_table_contains (flight->open, GUINT_TO_POINTER (message->tile.index)))
        g_array_append_val (tiles, message->tile.index);
    }
  return tiles;
}
