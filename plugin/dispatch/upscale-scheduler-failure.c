/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows a failure: of a tile, of a batch, of a probe. What to do is core's
 * decision; here it is done. */
#include <glib/gi18n-lib.h>

#include "upscale-endpoint-pool.h"
#include "upscale-error.h"
#include "upscale-scheduler-private.h"

static void
on_given_up (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleScheduler) self = user_data;

  /* Settling as the base can't fail; the tile has failed either way. */
  upscale_tile_provider_give_up_finish (UPSCALE_TILE_PROVIDER (object), result, NULL);
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
  upscale_scheduler_tell (self, (UpscaleEvent) { .kind = UPSCALE_EVENT_TILE_GIVEN_UP,
                                                 .tile_index = tile_index,
                                                 .text = reason });
  self->n_giving_up++;
  upscale_tile_provider_give_up_async (self->provider, tile_index, on_given_up,
                                       g_object_ref (self));
}

/* Of tiles that fail together, and of a proxy's words, nothing is known about one. A tile
 * that was too much together with others may be none alone. */
static gboolean
is_its_own_failure (UpscaleBatchRequest *request, gboolean is_answer, const GError *error)
{
  gboolean is_alone = upscale_batch_request_get_batch (request)->tiles->len <= 1;

  if (g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_SERVER) ||
      g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL) ||
      g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE))
    return is_answer || (is_alone && !upscale_error_is_unready (error));
  return is_alone && g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_TOO_LARGE);
}

/* The same request with the same seed fails the same way again. */
static gboolean
has_failed_so_before (UpscaleScheduler *self, guint tile_index, const GError *error)
{
  gpointer key = GUINT_TO_POINTER (tile_index);
  gboolean is_same =
      g_strcmp0 (g_hash_table_lookup (self->tile_failures, key), error->message) == 0;

  g_hash_table_insert (self->tile_failures, key, g_strdup (error->message));
  return is_same;
}

/* A failed try: another one while there are some left. What another request still carries
 * has not failed. */
static void
retry_or_give_up (UpscaleScheduler    *self,
                  UpscaleBatchRequest *request,
                  guint                tile_index,
                  gboolean             is_answer,
                  const GError        *error)
{
  UpscaleEndpoint *endpoint = upscale_batch_request_get_endpoint (request);
  g_autofree char *where =
      g_strdup_printf ("%s: %s", upscale_endpoint_get_name (endpoint), error->message);
  gboolean is_hopeless = is_its_own_failure (request, is_answer, error) &&
                         has_failed_so_before (self, tile_index, error);

  upscale_tile_queue_avoid (self->queue, tile_index, endpoint);
  if (!upscale_tile_queue_release (self->queue, tile_index, request))
    return;
  if (is_hopeless ||
      upscale_tile_queue_get_n_tries (self->queue, tile_index) >= self->policy.max_tries)
    upscale_scheduler_give_up (self, tile_index, where);
  else
    {
      upscale_tile_queue_return (self->queue, tile_index);
      upscale_scheduler_pump_soon (self);
    }
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

/**
 * upscale_scheduler_stop_endpoint:
 * @self: a scheduler
 * @endpoint: an endpoint
 * @reason: why it is asked no more
 */
void
upscale_scheduler_stop_endpoint (UpscaleScheduler *self,
                                 UpscaleEndpoint  *endpoint,
                                 const char       *reason)
{
  upscale_endpoint_stop (endpoint, reason);
  upscale_scheduler_note_pool (self);
  upscale_scheduler_tell (self, (UpscaleEvent) { .kind = UPSCALE_EVENT_ENDPOINT_STOPPED,
                                                 .endpoint = endpoint,
                                                 .tile_index = UPSCALE_NO_TILE,
                                                 .text = reason });
}

/**
 * upscale_scheduler_strike:
 * @self: a scheduler
 * @endpoint: an endpoint that has failed
 * @begun_us: when what failed was begun
 * @loses_work: whether tiles went back to the queue
 * @error: how
 *
 * Counts a failure against an endpoint. One that has lost work is asked whether it is
 * there before it gets more, so that no tile pays for finding out.
 */
void
upscale_scheduler_strike (UpscaleScheduler *self,
                          UpscaleEndpoint  *endpoint,
                          gint64            begun_us,
                          gboolean          loses_work,
                          const GError     *error)
{
  gint64            now_us = upscale_clock_get_now (self->clock);
  UpscaleHealthCase health;

  if (!upscale_endpoint_is_alive (endpoint))
    return;
  upscale_endpoint_set_reason (endpoint, error->message);
  if (!upscale_health_note_failure (upscale_endpoint_get_health (endpoint), begun_us,
                                    now_us))
    return;
  health = upscale_health_get_case (upscale_endpoint_get_health (endpoint), now_us);
  health.max_tries = self->policy.max_tries;
  health.is_probe = upscale_endpoint_get_state (endpoint) != UPSCALE_ENDPOINT_READY;
  if (upscale_retry_should_stop (health))
    upscale_scheduler_stop_endpoint (self, endpoint, error->message);
  else if (loses_work && upscale_endpoint_get_state (endpoint) == UPSCALE_ENDPOINT_READY)
    {
      upscale_endpoint_set_unprobed (endpoint);
      upscale_scheduler_note_pool (self);
    }
}

/**
 * upscale_scheduler_note_busy:
 * @self: a scheduler
 * @endpoint: an endpoint that has no room, or is being started
 *
 * Nobody waits for ever, not even for a full queue: the batch timeout is the limit.
 *
 * Returns: for how long it may be so still, us
 */
gint64
upscale_scheduler_note_busy (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  return self->policy.batch_timeout_us -
         upscale_health_note_busy (upscale_endpoint_get_health (endpoint),
                                   upscale_clock_get_now (self->clock));
}

/**
 * upscale_scheduler_stop_busy_endpoint:
 * @self: a scheduler
 * @endpoint: an endpoint that was busy for too long
 * @error: its last word
 */
void
upscale_scheduler_stop_busy_endpoint (UpscaleScheduler *self,
                                      UpscaleEndpoint  *endpoint,
                                      const GError     *error)
{
  g_autofree char *reason =
      g_strdup_printf (_ ("%s It was busy for %d s, as long as the batch timeout: raise "
                          "that, or run again later."),
                       error->message,
                       (int) (self->policy.batch_timeout_us / G_USEC_PER_SEC));

  upscale_scheduler_stop_endpoint (self, endpoint, reason);
}

/**
 * upscale_scheduler_let_rest:
 * @self: a scheduler
 * @endpoint: an endpoint that is busy
 * @wait_us: how long to leave it alone
 * @error: what it said
 */
void
upscale_scheduler_let_rest (UpscaleScheduler *self,
                            UpscaleEndpoint  *endpoint,
                            gint64            wait_us,
                            const GError     *error)
{
  g_autofree char *text = upscale_progress_describe_wait (wait_us);

  upscale_endpoint_set_reason (endpoint, error->message);
  upscale_health_rest (upscale_endpoint_get_health (endpoint),
                       upscale_clock_get_now (self->clock) + wait_us);
  upscale_scheduler_tell (self, (UpscaleEvent) { .kind = UPSCALE_EVENT_ENDPOINT_BUSY,
                                                 .endpoint = endpoint,
                                                 .tile_index = UPSCALE_NO_TILE,
                                                 .text = text });
  upscale_scheduler_tell_progress (self);
}

static void
blame (UpscaleScheduler    *self,
       UpscaleBatchRequest *request,
       UpscaleRetryDecision decision,
       const GError        *error)
{
  UpscaleEndpoint *endpoint = upscale_batch_request_get_endpoint (request);
  gint64           now_us = upscale_clock_get_now (self->clock);
  gboolean         loses_work = decision.action != UPSCALE_RETRY_RESEND;
  gboolean         is_busy = g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_BUSY);

  if (decision.action == UPSCALE_RETRY_STOP_ENDPOINT && is_busy)
    upscale_scheduler_stop_busy_endpoint (self, endpoint, error);
  else if (decision.action == UPSCALE_RETRY_STOP_ENDPOINT)
    upscale_scheduler_stop_endpoint (self, endpoint, error->message);
  else if (decision.is_strike)
    upscale_scheduler_strike (self, endpoint, upscale_batch_request_get_sent_us (request),
                              loses_work && decision.wait_us > 0, error);
  if (is_busy && loses_work)
    upscale_endpoint_ask_less (endpoint);
  if (loses_work && decision.wait_us > 0)
    upscale_health_rest (upscale_endpoint_get_health (endpoint),
                         now_us + decision.wait_us);
}

static void
return_tiles (UpscaleScheduler    *self,
              UpscaleBatchRequest *request,
              GArray              *tiles,
              UpscaleRetryDecision decision,
              const GError        *error)
{
  for (guint i = 0; i < tiles->len; i++)
    {
      guint index = g_array_index (tiles, guint, i);

      if (!decision.is_try && !upscale_batch_request_is_copy (request))
        upscale_tile_queue_add_try (self->queue, index, -1);
      if (decision.action == UPSCALE_RETRY_ISOLATE)
        upscale_tile_queue_isolate (self->queue, index);
      retry_or_give_up (self, request, index, FALSE, error);
    }
}

static UpscaleRetryCase
make_case (UpscaleScheduler    *self,
           UpscaleBatchRequest *request,
           GArray              *tiles,
           const GError        *error)
{
  UpscaleEndpoint *endpoint = upscale_batch_request_get_endpoint (request);
  double quiet_us = upscale_batch_request_get_quiet_s (request) * G_USEC_PER_SEC;
  gint64 patience_us = g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_BUSY)
                           ? upscale_scheduler_note_busy (self, endpoint)
                           : 0;

  return (UpscaleRetryCase) {
    .n_open = tiles->len,
    .n_tries = most_tries (self, tiles),
    .max_tries = self->policy.max_tries,
    .n_resends = upscale_batch_request_get_n_resends (request),
    .is_submitted = upscale_batch_request_get_batch (request)->is_submitted,
    .has_others = upscale_scheduler_has_others (self, endpoint),
    .jitter = g_rand_double (self->random),
    .n_busy = upscale_endpoint_get_health (endpoint)->n_busy,
    .patience_us = patience_us,
    .is_late = quiet_us >= (double) self->policy.batch_timeout_us,
  };
}

/**
 * upscale_scheduler_fail_request:
 * @self: a scheduler
 * @request: a request that has ended
 * @error: why, no cancellation
 *
 * Returns: whether the request goes on, as it was sent again
 */
gboolean
upscale_scheduler_fail_request (UpscaleScheduler    *self,
                                UpscaleBatchRequest *request,
                                const GError        *error)
{
  UpscaleEndpoint *endpoint = upscale_batch_request_get_endpoint (request);
  g_autoptr (GArray) tiles = upscale_batch_request_get_open_tiles (request);
  UpscaleRetryDecision decision =
      upscale_retry_decide (error, make_case (self, request, tiles, error));
  gboolean     is_busy = g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_BUSY);
  gboolean     is_sent_again;
  UpscaleEvent event = { .endpoint = endpoint,
                         .batch = upscale_batch_request_get_batch (request),
                         .tile_index = UPSCALE_NO_TILE,
                         .text = error->message };

  blame (self, request, decision, error);
  is_sent_again = decision.action == UPSCALE_RETRY_RESEND && tiles->len > 0 &&
                  upscale_endpoint_is_alive (endpoint) &&
                  !upscale_scheduler_has_ended (self);
  event.kind = is_sent_again ? UPSCALE_EVENT_SENT_AGAIN : UPSCALE_EVENT_BATCH_FAILED;
  upscale_scheduler_tell (self, event);
  if (is_busy && decision.wait_us > 0)
    upscale_scheduler_let_rest (self, endpoint, decision.wait_us, error);
  if (is_sent_again)
    {
      upscale_batch_request_send_again (request, decision.wait_us);
      return TRUE;
    }
  if (decision.action == UPSCALE_RETRY_HALVE)
    upscale_endpoint_halve (endpoint, tiles->len);
  upscale_backend_abandon (upscale_endpoint_get_backend (endpoint),
                           upscale_batch_request_get_batch (request));
  return_tiles (self, request, tiles, decision, error);
  return FALSE;
}

/* A tile that was too much together with others is no worse for it. */
static void
halve_for_tile (UpscaleScheduler *self, UpscaleBatchRequest *request, guint tile_index)
{
  guint n_tiles = upscale_batch_request_get_batch (request)->tiles->len;

  if (n_tiles <= 1)
    return;
  upscale_endpoint_halve (upscale_batch_request_get_endpoint (request), n_tiles);
  if (!upscale_batch_request_is_copy (request) && self->policy.max_tries > 1)
    upscale_tile_queue_add_try (self->queue, tile_index, -1);
}

/**
 * upscale_scheduler_fail_tile:
 * @self: a scheduler
 * @request: who carried it
 * @tile_index: a tile that was taken from the queue
 * @error: why
 *
 * Has it tried again, or gives it up. What fails before it is sent has no endpoint to
 * blame, and would fail again.
 */
void
upscale_scheduler_fail_tile (UpscaleScheduler    *self,
                             UpscaleBatchRequest *request,
                             guint                tile_index,
                             const GError        *error)
{
  upscale_scheduler_tell (self,
                          (UpscaleEvent) {
                              .kind = UPSCALE_EVENT_TILE_FAILED,
                              .endpoint = upscale_batch_request_get_endpoint (request),
                              .batch = upscale_batch_request_get_batch (request),
                              .tile_index = tile_index,
                              .text = error->message });
  if (upscale_tile_queue_get_n_tries (self->queue, tile_index) == 0)
    {
      upscale_tile_queue_release (self->queue, tile_index, request);
      upscale_scheduler_give_up (self, tile_index, error->message);
      return;
    }
  if (g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_TOO_LARGE))
    halve_for_tile (self, request, tile_index);
  retry_or_give_up (self, request, tile_index, TRUE, error);
}
