/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a flight is made of, and what can be asked of it. Its way is in
 * upscale-flight.c. */
#include "upscale-flight-private.h"

/* A tile that is not prepared yet has no message. */
static void
clear_message (gpointer message)
{
  if (message)
    upscale_tile_message_unref (message);
}

static UpscaleBatch *
make_batch (const UpscaleFlightPlan *plan)
{
  UpscaleBatch *batch = upscale_batch_new (plan->recipe);

  if (plan->leftover)
    {
      g_free (batch->id);
      batch->id = g_strdup (plan->leftover->batch_id);
      batch->remote_id = g_strdup (plan->leftover->remote_id);
      batch->sent_before = g_hash_table_ref (plan->leftover->keys);
      batch->is_submitted = TRUE;
    }
  return batch;
}

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
  if (plan.copies)
    g_array_ref (plan.copies);
  if (plan.leftover)
    upscale_leftover_ref (plan.leftover);
  flight->funcs = funcs;
  flight->owner = owner;
  flight->capabilities =
      upscale_capabilities_ref (upscale_endpoint_get_capabilities (plan.endpoint));
  flight->batch = make_batch (&plan);
  flight->cancellable = g_cancellable_new ();
  flight->taken = g_array_new (FALSE, FALSE, sizeof (guint));
  flight->carried = g_hash_table_new_full (NULL, NULL, NULL, clear_message);
  flight->sent_us = upscale_clock_get_now (plan.clock);
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
free_members (gpointer data)
{
  UpscaleFlight *flight = data;

  g_clear_error (&flight->error);
  g_clear_pointer (&flight->plan.copies, g_array_unref);
  g_clear_pointer (&flight->plan.leftover, upscale_leftover_unref);
  g_array_unref (flight->taken);
  g_hash_table_unref (flight->carried);
  g_object_unref (flight->cancellable);
  upscale_batch_unref (flight->batch);
  upscale_capabilities_unref (flight->capabilities);
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

/**
 * upscale_tile_work_new:
 * @flight: whose tile it is
 * @tile_index: the tile
 *
 * Returns: (transfer full): what travels through the exchange with a tile
 */
UpscaleTileWork *
upscale_tile_work_new (UpscaleFlight *flight, guint tile_index)
{
  UpscaleTileWork *work = g_new (UpscaleTileWork, 1);

  *work = (UpscaleTileWork) { upscale_flight_ref (flight), tile_index };
  return work;
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
 * upscale_flight_get_batch:
 * @flight: a flight
 *
 * Returns: (transfer none): what it carries, as far as it is prepared
 */
UpscaleBatch *
upscale_flight_get_batch (UpscaleFlight *flight)
{
  return flight->batch;
}

/**
 * upscale_flight_get_n_resends:
 * @flight: a flight
 *
 * Returns: how often it was sent again since the last answer
 */
int
upscale_flight_get_n_resends (UpscaleFlight *flight)
{
  return flight->n_resends;
}

/**
 * upscale_flight_get_sent_us:
 * @flight: a flight
 *
 * Returns: when it was sent last, or set out
 */
gint64
upscale_flight_get_sent_us (UpscaleFlight *flight)
{
  return flight->sent_us;
}

/**
 * upscale_flight_get_quiet_s:
 * @flight: a flight that was sent
 *
 * Returns: how long it has been at work since its last answer, seconds
 */
double
upscale_flight_get_quiet_s (UpscaleFlight *flight)
{
  return (double) (upscale_clock_get_now (flight->plan.clock) - flight->news_us) /
         G_USEC_PER_SEC;
}

/**
 * upscale_flight_is_copy:
 * @flight: a flight
 *
 * Returns: whether its tiles were carried by another flight when it set out
 */
gboolean
upscale_flight_is_copy (UpscaleFlight *flight)
{
  return flight->plan.copies != NULL;
}

/**
 * upscale_flight_is_leftover:
 * @flight: a flight
 *
 * Returns: whether an earlier run has sent its batch
 */
gboolean
upscale_flight_is_leftover (UpscaleFlight *flight)
{
  return flight->plan.leftover != NULL;
}

/**
 * upscale_flight_was_sent:
 * @flight: a flight
 *
 * Returns: whether the endpoint was asked for anything: not when every tile was settled
 * without it
 */
gboolean
upscale_flight_was_sent (UpscaleFlight *flight)
{
  return flight->work_began_us != 0;
}

/**
 * upscale_flight_get_phase:
 * @flight: a flight
 *
 * Returns: what the endpoint does with it
 */
UpscalePhase
upscale_flight_get_phase (UpscaleFlight *flight)
{
  return flight->phase;
}

/**
 * upscale_flight_is_pausing:
 * @flight: a flight
 *
 * Returns: %TRUE if it waits to be sent again
 */
gboolean
upscale_flight_is_pausing (UpscaleFlight *flight)
{
  return flight->pause != 0;
}

/**
 * upscale_flight_is_waiting_for_answers:
 * @flight: a flight
 *
 * Returns: whether it was sent, and neither pauses nor has ended
 */
gboolean
upscale_flight_is_waiting_for_answers (UpscaleFlight *flight)
{
  return flight->deadline != 0;
}

/**
 * upscale_flight_count_open:
 * @flight: a flight
 *
 * Returns: tiles it carries that were not answered
 */
guint
upscale_flight_count_open (UpscaleFlight *flight)
{
  return g_hash_table_size (flight->carried);
}

/**
 * upscale_flight_get_open_tiles:
 * @flight: a flight
 *
 * Returns: (transfer full) (element-type guint): tiles it carries that were not answered,
 * in the order in which they are painted
 */
GArray *
upscale_flight_get_open_tiles (UpscaleFlight *flight)
{
  GArray *tiles = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < flight->taken->len; i++)
    {
      guint tile_index = g_array_index (flight->taken, guint, i);

      if (g_hash_table_contains (flight->carried, GUINT_TO_POINTER (tile_index)))
        g_array_append_val (tiles, tile_index);
    }
  return tiles;
}
