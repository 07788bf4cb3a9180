/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-failure-handler.h"

#include "upscale-error.h"
#include "upscale-event.h"

/**
 * UpscaleFailureHandler:
 *
 * Executes what core's `upscale-retry` decides about failed batches and failed tiles: a
 * batch is sent again, or its tiles wait again, or a tile is given up and settled as the
 * base.
 */
struct _UpscaleFailureHandler
{
  GObject parent_instance;

  UpscaleFailureHandlerPlan plan;
  GRand                    *random;
  guint                     n_giving_up;
};

G_DEFINE_FINAL_TYPE (UpscaleFailureHandler, upscale_failure_handler, G_TYPE_OBJECT)

enum
{
  SIGNAL_EVENT,
  SIGNAL_RETURNED,
  SIGNAL_GIVEN_UP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
upscale_failure_handler_finalize (GObject *object)
{
  UpscaleFailureHandler *self = UPSCALE_FAILURE_HANDLER (object);

  g_clear_object (&self->plan.provider);
  g_clear_object (&self->plan.clock);
  g_rand_free (self->random);
  G_OBJECT_CLASS (upscale_failure_handler_parent_class)->finalize (object);
}

static void
upscale_failure_handler_class_init (UpscaleFailureHandlerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_failure_handler_finalize;

  /**
   * UpscaleFailureHandler::event:
   * @event: (type gpointer): the #UpscaleEvent
   *
   * Emitted for each entry of the job's log.
   */
  signals[SIGNAL_EVENT] =
      g_signal_new ("event", UPSCALE_TYPE_FAILURE_HANDLER, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);

  /**
   * UpscaleFailureHandler::returned:
   *
   * Emitted when a tile waits again.
   */
  signals[SIGNAL_RETURNED] =
      g_signal_new ("returned", UPSCALE_TYPE_FAILURE_HANDLER, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 0);

  /**
   * UpscaleFailureHandler::given-up:
   *
   * Emitted when a tile that was given up is settled.
   */
  signals[SIGNAL_GIVEN_UP] =
      g_signal_new ("given-up", UPSCALE_TYPE_FAILURE_HANDLER, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 0);
}

static void
upscale_failure_handler_init (UpscaleFailureHandler *self)
{
  self->random = g_rand_new ();
}

/**
 * upscale_failure_handler_new:
 * @plan: the facts
 *
 * Returns: (transfer full): a handler
 */
UpscaleFailureHandler *
upscale_failure_handler_new (UpscaleFailureHandlerPlan plan)
{
  UpscaleFailureHandler *self;

  g_return_val_if_fail (plan.queue != NULL, NULL);
  g_return_val_if_fail (plan.pool != NULL, NULL);

  self = g_object_new (UPSCALE_TYPE_FAILURE_HANDLER, NULL);
  self->plan = plan;
  g_object_ref (plan.provider);
  g_object_ref (plan.clock);
  return self;
}

/**
 * upscale_failure_handler_is_idle:
 * @handler: a handler
 *
 * Returns: %TRUE if no tile is being settled as the base
 */
gboolean
upscale_failure_handler_is_idle (UpscaleFailureHandler *handler)
{
  g_return_val_if_fail (UPSCALE_IS_FAILURE_HANDLER (handler), TRUE);

  return handler->n_giving_up == 0;
}

static void
emit_event (UpscaleFailureHandler *self, UpscaleEvent event)
{
  g_signal_emit (self, signals[SIGNAL_EVENT], 0, &event);
}

static void
on_given_up (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleFailureHandler) self = user_data;

  /* Settling a tile as the base can't fail; the tile has failed either way. */
  upscale_tile_provider_give_up_finish (UPSCALE_TILE_PROVIDER (object), result, NULL);
  g_assert (self->n_giving_up > 0);
  self->n_giving_up--;
  g_signal_emit (self, signals[SIGNAL_GIVEN_UP], 0);
}

static void
give_up (UpscaleFailureHandler *self, guint tile_index, const char *reason)
{
  g_debug ("tile %u: given up", tile_index + 1);
  upscale_tile_queue_fail (self->plan.queue, tile_index, reason);
  emit_event (self, (UpscaleEvent) { .kind = UPSCALE_EVENT_TILE_GIVEN_UP,
                                     .tile_index = tile_index,
                                     .text = reason });
  self->n_giving_up++;
  upscale_tile_provider_give_up_async (self->plan.provider, tile_index, on_given_up,
                                       g_object_ref (self));
}

/**
 * upscale_failure_handler_give_up_waiting:
 * @handler: a handler of a job whose endpoints are all stopped
 *
 * Gives up every tile that waits.
 */
void
upscale_failure_handler_give_up_waiting (UpscaleFailureHandler *handler)
{
  g_autofree char *reason = NULL;
  guint            index;

  g_return_if_fail (UPSCALE_IS_FAILURE_HANDLER (handler));

  reason = upscale_endpoint_pool_dup_reasons (handler->plan.pool);
  while ((index = upscale_tile_queue_take_any (handler->plan.queue)) != UPSCALE_NO_TILE)
    give_up (handler, index, reason);
}

static void
return_tile (UpscaleFailureHandler *self, guint tile_index)
{
  g_debug ("tile %u: waits again after %d tries", tile_index + 1,
           upscale_tile_queue_get_n_tries (self->plan.queue, tile_index));
  upscale_tile_queue_return (self->plan.queue, tile_index);
  g_signal_emit (self, signals[SIGNAL_RETURNED], 0);
}

static void
settle_or_return (UpscaleFailureHandler *self,
                  guint                  tile_index,
                  UpscaleRetryTileCase   what,
                  const char            *reason)
{
  switch (upscale_retry_decide_tile (what))
    {
    case UPSCALE_RETRY_TILE_WAIT:
      return_tile (self, tile_index);
      break;
    case UPSCALE_RETRY_TILE_GIVE_UP:
      give_up (self, tile_index, reason);
      break;
    case UPSCALE_RETRY_TILE_LEAVE:
      break;
    case UPSCALE_RETRY_TILE_CLAIM:
      upscale_tile_queue_claim (self->plan.queue, tile_index);
      break;
    }
}

static void
fail_unsent_tile (UpscaleFailureHandler *self,
                  UpscaleBatchRequest   *request,
                  guint                  tile_index,
                  const GError          *error)
{
  UpscaleRetryTileCase what = { .is_unsent = TRUE };

  what.has_other_request =
      !upscale_tile_queue_release (self->plan.queue, tile_index, request);
  settle_or_return (self, tile_index, what, error->message);
}

static void
fail_sent_tile (UpscaleFailureHandler *self,
                UpscaleBatchRequest   *request,
                guint                  tile_index,
                gboolean               is_answer,
                const GError          *error)
{
  UpscaleTileQueue    *queue = self->plan.queue;
  UpscaleEndpoint     *endpoint = upscale_batch_request_get_endpoint (request);
  guint                n_tiles = upscale_batch_request_get_batch (request)->tiles->len;
  UpscaleRetryTileCase what = {
    .n_tries = upscale_tile_queue_get_n_tries (queue, tile_index),
    .max_tries = self->plan.policy.max_tries,
  };
  g_autofree char *reason =
      g_strdup_printf ("%s: %s", upscale_endpoint_get_name (endpoint), error->message);

  what.is_repeated = upscale_retry_blames_tile (error, n_tiles, is_answer) &&
                     upscale_tile_queue_note_failure (queue, tile_index, error->message);
  upscale_tile_queue_avoid (queue, tile_index, endpoint);
  what.has_other_request = !upscale_tile_queue_release (queue, tile_index, request);
  settle_or_return (self, tile_index, what, reason);
}

static gboolean
is_fresh (UpscaleBatchRequest *request)
{
  return upscale_batch_request_get_kind (request) == UPSCALE_BATCH_REQUEST_FRESH;
}

/**
 * upscale_failure_handler_fail_tile:
 * @handler: a handler
 * @request: the request that carried the tile
 * @tile_index: a tile that has failed alone
 * @error: the failure
 *
 * Lets the tile wait again, or gives it up. A tile that fails before @request is sent is
 * given up at once.
 */
void
upscale_failure_handler_fail_tile (UpscaleFailureHandler *handler,
                                   UpscaleBatchRequest   *request,
                                   guint                  tile_index,
                                   const GError          *error)
{
  UpscaleEndpoint *endpoint;
  UpscaleBatch    *batch;

  g_return_if_fail (UPSCALE_IS_FAILURE_HANDLER (handler));
  g_return_if_fail (request != NULL);
  g_return_if_fail (error != NULL);

  endpoint = upscale_batch_request_get_endpoint (request);
  batch = upscale_batch_request_get_batch (request);
  emit_event (handler, (UpscaleEvent) { .kind = UPSCALE_EVENT_TILE_FAILED,
                                        .endpoint = endpoint,
                                        .batch = batch,
                                        .tile_index = tile_index,
                                        .text = error->message });
  if (!upscale_batch_request_was_sent (request))
    {
      fail_unsent_tile (handler, request, tile_index, error);
      return;
    }
  if (upscale_retry_should_halve (error, batch->tiles->len))
    upscale_endpoint_halve (endpoint, batch->tiles->len);
  if (is_fresh (request) && upscale_retry_takes_try_back (error, batch->tiles->len,
                                                          handler->plan.policy.max_tries))
    upscale_tile_queue_add_try (handler->plan.queue, tile_index, -1);
  fail_sent_tile (handler, request, tile_index, TRUE, error);
}

static void
fail_open_tiles (UpscaleFailureHandler *self,
                 UpscaleBatchRequest   *request,
                 GArray                *tiles,
                 UpscaleRetryDecision   decision,
                 const GError          *error)
{
  gboolean takes_back_try = !decision.is_try && is_fresh (request);

  for (guint i = 0; i < tiles->len; i++)
    {
      guint index = g_array_index (tiles, guint, i);

      if (takes_back_try)
        upscale_tile_queue_add_try (self->plan.queue, index, -1);
      if (decision.action == UPSCALE_RETRY_ISOLATE)
        upscale_tile_queue_isolate (self->plan.queue, index);
      fail_sent_tile (self, request, index, FALSE, error);
    }
}

static UpscaleRetryDecision
decide (UpscaleFailureHandler *self,
        UpscaleBatchRequest   *request,
        GArray                *tiles,
        const GError          *error)
{
  UpscaleEndpoint *endpoint = upscale_batch_request_get_endpoint (request);
  gint64           timeout_us = self->plan.policy.batch_timeout_us;
  double           quiet_s = upscale_batch_request_get_quiet_s (request);
  UpscaleRetryCase what = {
    .n_open = tiles->len,
    .n_tries = upscale_tile_queue_get_most_tries (self->plan.queue, tiles),
    .max_tries = self->plan.policy.max_tries,
    .n_resends = upscale_batch_request_get_n_resends (request),
    .is_submitted = upscale_batch_request_get_batch (request)->is_submitted,
    .has_others = upscale_endpoint_pool_has_others (self->plan.pool, endpoint),
    .jitter = g_rand_double (self->random),
    .is_late = quiet_s * G_USEC_PER_SEC >= (double) timeout_us,
  };

  if (upscale_error_is_busy (error))
    what.patience_us =
        timeout_us -
        upscale_endpoint_note_busy (endpoint, upscale_clock_get_now (self->plan.clock));
  what.n_busy = upscale_endpoint_get_health (endpoint)->n_busy;
  return upscale_retry_decide (error, what);
}

/**
 * upscale_failure_handler_fail_batch:
 * @handler: a handler
 * @request: a request that has ended
 * @error: the failure; not a cancellation
 * @is_job_running: %FALSE if the job has ended, so that nothing is sent any more
 *
 * Executes the decision about a failed batch.
 *
 * Returns: %TRUE if the request goes on, because the batch is sent again
 */
gboolean
upscale_failure_handler_fail_batch (UpscaleFailureHandler *handler,
                                    UpscaleBatchRequest   *request,
                                    const GError          *error,
                                    gboolean               is_job_running)
{
  UpscaleEndpoint *endpoint;
  UpscaleBatch    *batch;
  g_autoptr (GArray) tiles = NULL;
  UpscaleRetryDecision decision;
  gboolean             resends;
  gint64               now_us;

  g_return_val_if_fail (UPSCALE_IS_FAILURE_HANDLER (handler), FALSE);
  g_return_val_if_fail (request != NULL, FALSE);
  g_return_val_if_fail (error != NULL, FALSE);

  endpoint = upscale_batch_request_get_endpoint (request);
  batch = upscale_batch_request_get_batch (request);
  tiles = upscale_batch_request_get_open_tiles (request);
  now_us = upscale_clock_get_now (handler->plan.clock);
  decision = decide (handler, request, tiles, error);
  upscale_endpoint_note_failed_batch (endpoint, error, decision, handler->plan.policy,
                                      upscale_batch_request_get_sent_us (request),
                                      now_us);
  resends =
      upscale_retry_should_resend (decision, tiles->len,
                                   upscale_endpoint_is_alive (endpoint), is_job_running);
  g_debug (
      "batch %s: failed with code %d, action %d, %u open tiles, waits %" G_GINT64_FORMAT
      " us",
      batch->id, error->code, (int) decision.action, tiles->len, decision.wait_us);
  emit_event (handler, (UpscaleEvent) { .kind = resends ? UPSCALE_EVENT_SENT_AGAIN
                                                        : UPSCALE_EVENT_BATCH_FAILED,
                                        .endpoint = endpoint,
                                        .batch = batch,
                                        .tile_index = UPSCALE_NO_TILE,
                                        .text = error->message });
  if (upscale_error_is_busy (error) && decision.wait_us > 0)
    upscale_endpoint_wait_for_room (endpoint, error, decision.wait_us, now_us);
  if (resends)
    {
      upscale_batch_request_send_again (request, decision.wait_us);
      return TRUE;
    }
  if (decision.action == UPSCALE_RETRY_HALVE && tiles->len > 0)
    upscale_endpoint_halve (endpoint, tiles->len);
  upscale_backend_abandon (upscale_endpoint_get_backend (endpoint), batch);
  fail_open_tiles (handler, request, tiles, decision, error);
  return FALSE;
}

/**
 * upscale_failure_handler_return_tile:
 * @handler: a handler
 * @request: the request that carried the tile
 * @tile_index: a tile that was not sent
 *
 * Lets the tile wait again, unless another request carries it.
 */
void
upscale_failure_handler_return_tile (UpscaleFailureHandler *handler,
                                     UpscaleBatchRequest   *request,
                                     guint                  tile_index)
{
  g_return_if_fail (UPSCALE_IS_FAILURE_HANDLER (handler));
  g_return_if_fail (request != NULL);

  if (upscale_tile_queue_release (handler->plan.queue, tile_index, request))
    return_tile (handler, tile_index);
}

/**
 * upscale_failure_handler_cancel_batch:
 * @handler: a handler
 * @request: a request that was cancelled
 *
 * Lets the open tiles wait again, unless another request carries them.
 */
void
upscale_failure_handler_cancel_batch (UpscaleFailureHandler *handler,
                                      UpscaleBatchRequest   *request)
{
  UpscaleTileQueue *queue;
  g_autoptr (GArray) tiles = NULL;

  g_return_if_fail (UPSCALE_IS_FAILURE_HANDLER (handler));
  g_return_if_fail (request != NULL);

  queue = handler->plan.queue;
  tiles = upscale_batch_request_get_open_tiles (request);
  for (guint i = 0; i < tiles->len; i++)
    if (upscale_tile_queue_release (queue, g_array_index (tiles, guint, i), request))
      upscale_tile_queue_return (queue, g_array_index (tiles, guint, i));
}
