/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows a failure: of a tile, of a batch, of a probe. What to do is core's
 * decision; here it is done. */
#include "upscale-endpoint-pool.h"
#include "upscale-error.h"
#include "upscale-scheduler-private.h"

/* An endpoint that fails this often in a row, without painting anything in between, is
 * asked no more. */
#define MAX_STRIKES 4

static void
on_given_up (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleScheduler) self = user_data;

  /* Settling as the base can't fail; the tile is failed either way. */
  upscale_tile_exchange_give_up_finish (UPSCALE_TILE_EXCHANGE (object), result, NULL);
  self->n_giving_up--;
  upscale_scheduler_tell_progress (self);
  upscale_scheduler_pump (self);
}

/**
 * upscale_scheduler_give_up:
 * @self: a scheduler
 * @tile_index: a tile that was taken from the queue
 * @reason: why, a sentence
 *
 * Settles a tile as the base.
 */
void
upscale_scheduler_give_up (UpscaleScheduler *self, guint tile_index, const char *reason)
{
  upscale_tile_queue_fail (self->queue, tile_index, reason);
  self->progress.n_failed++;
  self->n_giving_up++;
  upscale_tile_exchange_give_up_async (self->exchange, tile_index, on_given_up,
                                       g_object_ref (self));
}

/* A failed try: another one while there are some left. */
static void
retry_or_give_up (UpscaleScheduler *self,
                  guint             tile_index,
                  UpscaleEndpoint  *endpoint,
                  const char       *reason)
{
  g_autofree char *where =
      g_strdup_printf ("%s: %s", upscale_endpoint_get_name (endpoint), reason);

  upscale_tile_queue_avoid (self->queue, tile_index, endpoint);
  if (upscale_tile_queue_get_n_tries (self->queue, tile_index) >= self->policy.max_tries)
    upscale_scheduler_give_up (self, tile_index, where);
  else
    upscale_tile_queue_return (self->queue, tile_index);
}

static int
most_tries (UpscaleScheduler *self, GArray *tiles)
{
  int most = 0;

  for (guint i = 0; i < tiles->len; i++)
    most = MAX (most, upscale_tile_queue_get_n_tries (self->queue,
                                                      g_array_index (tiles, guint, i)));
  return most;
}

static void
blame (UpscaleScheduler    *self,
       UpscaleEndpoint     *endpoint,
       UpscaleRetryDecision decision,
       const GError        *error)
{
  gint64 now_us = upscale_clock_get_now (self->clock);

  if (decision.action == UPSCALE_RETRY_STOP_ENDPOINT ||
      (decision.is_strike &&
       upscale_endpoint_strike (endpoint, error->message) >= MAX_STRIKES))
    upscale_endpoint_stop (endpoint, error->message);
  if (decision.action != UPSCALE_RETRY_RESEND && decision.wait_us > 0)
    upscale_endpoint_rest (endpoint, now_us + decision.wait_us);
}

static void
return_tiles (UpscaleScheduler    *self,
              UpscaleEndpoint     *endpoint,
              GArray              *tiles,
              UpscaleRetryDecision decision,
              const GError        *error)
{
  for (guint i = 0; i < tiles->len; i++)
    {
      guint index = g_array_index (tiles, guint, i);

      if (decision.action == UPSCALE_RETRY_ISOLATE)
        upscale_tile_queue_isolate (self->queue, index);
      retry_or_give_up (self, index, endpoint, error->message);
    }
}

/**
 * upscale_scheduler_fail_flight:
 * @self: a scheduler
 * @flight: a flight that has ended
 * @error: why, no cancellation
 *
 * Returns: whether the flight goes on, as it was sent again
 */
gboolean
upscale_scheduler_fail_flight (UpscaleScheduler *self,
                               UpscaleFlight    *flight,
                               const GError     *error)
{
  UpscaleEndpoint *endpoint = upscale_flight_get_endpoint (flight);
  g_autoptr (GArray) tiles = upscale_flight_get_open_tiles (flight);
  UpscaleRetryCase what = {
    .n_open = tiles->len,
    .n_answered = upscale_flight_get_n_answered (flight),
    .n_tries = most_tries (self, tiles),
    .max_tries = self->policy.max_tries,
    .waited_us = upscale_flight_get_waited (flight),
    .patience_us = self->policy.batch_timeout_us,
    .jitter = g_rand_double (self->random),
  };
  UpscaleRetryDecision decision = upscale_retry_decide (error, what);

  blame (self, endpoint, decision, error);
  if (decision.action == UPSCALE_RETRY_HALVE)
    upscale_endpoint_halve (endpoint, tiles->len);
  if (!decision.is_try)
    upscale_scheduler_add_tries (self, tiles, -1);
  if (decision.action == UPSCALE_RETRY_RESEND && upscale_endpoint_is_alive (endpoint))
    {
      upscale_flight_send_again (flight, decision.wait_us);
      return TRUE;
    }
  return_tiles (self, endpoint, tiles, decision, error);
  return FALSE;
}

/**
 * upscale_scheduler_fail_tile:
 * @self: a scheduler
 * @tile_index: a tile that was taken from the queue
 * @endpoint: where it failed
 * @error: why
 *
 * Has it tried again, or gives it up. What fails before it is sent has no endpoint to
 * blame, and would fail again.
 */
void
upscale_scheduler_fail_tile (UpscaleScheduler *self,
                             guint             tile_index,
                             UpscaleEndpoint  *endpoint,
                             const GError     *error)
{
  if (upscale_tile_queue_get_n_tries (self->queue, tile_index) == 0)
    upscale_scheduler_give_up (self, tile_index, error->message);
  else
    retry_or_give_up (self, tile_index, endpoint, error->message);
}

/**
 * upscale_scheduler_fail_probe:
 * @self: a scheduler
 * @endpoint: an endpoint that could not be probed
 * @error: why, no cancellation
 *
 * Has it asked again later, or stops it.
 */
void
upscale_scheduler_fail_probe (UpscaleScheduler *self,
                              UpscaleEndpoint  *endpoint,
                              const GError     *error)
{
  int    n_strikes = upscale_endpoint_strike (endpoint, error->message);
  gint64 wait_us = upscale_retry_backoff (n_strikes, g_rand_double (self->random));

  if (!upscale_error_is_transient (error) || n_strikes >= self->policy.max_tries)
    {
      upscale_endpoint_stop (endpoint, error->message);
      return;
    }
  upscale_endpoint_set_unprobed (endpoint);
  upscale_endpoint_rest (endpoint, upscale_clock_get_now (self->clock) + wait_us);
}
