/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-scheduler.h"

#include <glib/gi18n-lib.h>

#include "upscale-endpoint-prober.h"
#include "upscale-error.h"
#include "upscale-failure-handler.h"
#include "upscale-hedge.h"
#include "upscale-request-list.h"

/**
 * UpscaleScheduler:
 *
 * Gives the tiles of a job to endpoints until each tile is settled or given up. The
 * scheduler owns the objects below, hands out work in pump() and pump_endpoint(), and
 * forwards the objects' reports to its caller.
 */
struct _UpscaleScheduler
{
  GObject parent_instance;

  UpscaleTileProvider *provider;
  UpscaleClock        *clock;

  UpscaleEndpointPool   *pool;
  UpscaleEndpointProber *prober;
  UpscaleTileQueue      *queue;
  UpscaleRequestList    *requests;
  UpscaleFailureHandler *failures;
  UpscaleDispatchStatus *status;

  GTask   *task; /* NULL before the run, and after its result was returned */
  gulong   cancelled_handler;
  gboolean is_pump_due;
  guint    wake_up; /* timer */
};

G_DEFINE_FINAL_TYPE (UpscaleScheduler, upscale_scheduler, G_TYPE_OBJECT)

enum
{
  SIGNAL_PROGRESS,
  SIGNAL_EVENT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void pump (UpscaleScheduler *self);
static void pump_endpoint (UpscaleScheduler *self, UpscaleEndpoint *endpoint);

static gint64
get_now (UpscaleScheduler *self)
{
  return upscale_clock_get_now (self->clock);
}

static gboolean
is_cancelled (UpscaleScheduler *self)
{
  return g_cancellable_is_cancelled (g_task_get_cancellable (self->task));
}

static guint
count_waiting (UpscaleScheduler *self)
{
  return upscale_tile_queue_count (self->queue, UPSCALE_TILE_WAITING);
}

static void
emit_progress (UpscaleScheduler *self)
{
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0);
}

static void
emit_event (UpscaleScheduler *self, UpscaleEvent event)
{
  g_signal_emit (self, signals[SIGNAL_EVENT], 0, &event);
}

static void
emit_endpoint_event (UpscaleScheduler *self,
                     UpscaleEventKind  kind,
                     UpscaleEndpoint  *endpoint,
                     const char       *text)
{
  emit_event (self, (UpscaleEvent) { .kind = kind,
                                     .endpoint = endpoint,
                                     .tile_index = UPSCALE_NO_TILE,
                                     .text = text });
}

static void
emit_batch_event (UpscaleScheduler    *self,
                  UpscaleEventKind     kind,
                  UpscaleBatchRequest *request)
{
  emit_event (self,
              (UpscaleEvent) { .kind = kind,
                               .endpoint = upscale_batch_request_get_endpoint (request),
                               .batch = upscale_batch_request_get_batch (request),
                               .tile_index = UPSCALE_NO_TILE });
}

/* The end of the run. */

static void
clear_wake_up (UpscaleScheduler *self)
{
  if (self->wake_up)
    upscale_clock_remove_timer (self->clock, self->wake_up);
  self->wake_up = 0;
}

/* A cancelled run returns at once; requests that are under way end afterwards. */
static void
finish (UpscaleScheduler *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  UpscaleProgress progress = upscale_dispatch_status_get_progress (self->status);

  g_debug ("scheduler: ends, %u of %u tiles are settled",
           upscale_progress_count_settled (progress), progress.n_tiles);
  clear_wake_up (self);
  upscale_endpoint_prober_stop (self->prober);
  g_cancellable_disconnect (g_task_get_cancellable (task), self->cancelled_handler);
  self->cancelled_handler = 0;
  if (upscale_tile_queue_count_open (self->queue) > 0)
    g_task_return_error_if_cancelled (task);
  else if (progress.n_failed == progress.n_tiles)
    g_task_return_new_error (task, UPSCALE_ERROR, UPSCALE_ERROR_NO_ENDPOINT,
                             _ ("No tile could be upscaled. The first: %s"),
                             upscale_tile_queue_get_first_failure (self->queue));
  else
    g_task_return_boolean (task, TRUE);
}

static void
end_or_wait (UpscaleScheduler *self)
{
  if (!self->task)
    return;
  if (is_cancelled (self) ||
      (upscale_scheduler_is_idle (self) && count_waiting (self) == 0))
    finish (self);
}

/* Reports of batch requests. */

static void
on_sent (UpscaleBatchRequest *request, gpointer owner)
{
  UpscaleScheduler   *self = owner;
  const UpscaleBatch *batch = upscale_batch_request_get_batch (request);
  gboolean            is_try =
      upscale_batch_request_get_kind (request) == UPSCALE_BATCH_REQUEST_FRESH;

  for (guint i = 0; i < batch->tiles->len; i++)
    {
      const UpscaleTileMessage *message = batch->tiles->pdata[i];

      upscale_tile_queue_send (self->queue, message->tile.index);
      if (is_try)
        upscale_tile_queue_add_try (self->queue, message->tile.index, 1);
    }
  emit_batch_event (self, UPSCALE_EVENT_SENT, request);
  emit_progress (self);
}

static void
on_phase_changed (UpscaleBatchRequest *request, gpointer owner)
{
  emit_progress (owner);
}

static void
on_named (UpscaleBatchRequest *request, gpointer owner)
{
  emit_batch_event (owner, UPSCALE_EVENT_NAMED, request);
}

static void
on_tile_settled (UpscaleBatchRequest *request,
                 guint                tile_index,
                 UpscalePrepared      how,
                 gpointer             owner)
{
  static const UpscaleTileState states[] = {
    [UPSCALE_PREPARED_SEND] = UPSCALE_TILE_PAINTED,
    [UPSCALE_PREPARED_STORED] = UPSCALE_TILE_STORED,
    [UPSCALE_PREPARED_SKIPPED] = UPSCALE_TILE_SKIPPED,
  };
  static const char *const names[] = {
    [UPSCALE_PREPARED_SEND] = "painted",
    [UPSCALE_PREPARED_STORED] = "stored",
    [UPSCALE_PREPARED_SKIPPED] = "skipped",
  };
  UpscaleScheduler *self = owner;

  upscale_tile_queue_release (self->queue, tile_index, request);
  upscale_tile_queue_settle (self->queue, tile_index, states[how], get_now (self));
  emit_event (self,
              (UpscaleEvent) { .kind = UPSCALE_EVENT_TILE_SETTLED,
                               .endpoint = upscale_batch_request_get_endpoint (request),
                               .tile_index = tile_index,
                               .text = names[how] });
  emit_progress (self);
}

static void
on_tile_returned (UpscaleBatchRequest *request, guint tile_index, gpointer owner)
{
  UpscaleScheduler *self = owner;

  upscale_failure_handler_return_tile (self->failures, request, tile_index);
}

static void
on_tile_failed (UpscaleBatchRequest *request,
                guint                tile_index,
                const GError        *error,
                gpointer             owner)
{
  UpscaleScheduler *self = owner;

  upscale_failure_handler_fail_tile (self->failures, request, tile_index, error);
}

static void
on_ended (UpscaleBatchRequest *request, const GError *error, gpointer owner)
{
  g_autoptr (UpscaleScheduler) self = g_object_ref (owner);
  UpscaleEndpoint *endpoint = upscale_batch_request_get_endpoint (request);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    upscale_failure_handler_cancel_batch (self->failures, request);
  else if (error && upscale_failure_handler_fail_batch (self->failures, request, error,
                                                        self->task != NULL))
    return;
  if (upscale_batch_request_was_sent (request))
    emit_batch_event (self, UPSCALE_EVENT_BATCH_ENDED, request);
  upscale_request_list_remove (self->requests, request);
  /* After the last batch of the last endpoint the other tiles must be given up. */
  if (error || !upscale_endpoint_is_alive (endpoint))
    pump (self);
  else
    pump_endpoint (self, endpoint);
}

static const UpscaleBatchRequestFuncs request_funcs = {
  .on_sent = on_sent,
  .on_phase_changed = on_phase_changed,
  .on_named = on_named,
  .on_tile_settled = on_tile_settled,
  .on_tile_failed = on_tile_failed,
  .on_tile_returned = on_tile_returned,
  .on_ended = on_ended,
};

/* The pump. */

static void
fill (UpscaleScheduler *self,
      UpscaleEndpoint  *endpoint,
      guint             n_batches,
      gboolean          is_queue)
{
  while (self->task && upscale_endpoint_get_n_taken (endpoint) < n_batches &&
         upscale_tile_queue_has_for (self->queue, endpoint))
    {
      guint n_wanted =
          upscale_endpoint_pool_choose_batch_size (self->pool, endpoint,
                                                   count_waiting (self), is_queue);

      if (n_wanted == 0)
        return;
      upscale_request_list_launch (self->requests, endpoint, n_wanted, NULL, NULL);
    }
}

static gboolean
may_work (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  return self->task && !is_cancelled (self) &&
         upscale_endpoint_prober_is_open (self->prober) &&
         upscale_endpoint_get_state (endpoint) == UPSCALE_ENDPOINT_READY &&
         !upscale_endpoint_is_backing_off (endpoint, get_now (self));
}

static void
fill_slots (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  guint n_slots;

  if (!may_work (self, endpoint))
    return;
  n_slots = upscale_endpoint_pool_count_slots (self->pool, endpoint);
  fill (self, endpoint, n_slots, FALSE);
  while (self->task && upscale_endpoint_get_n_taken (endpoint) < n_slots &&
         count_waiting (self) == 0 &&
         upscale_request_list_hedge (self->requests, endpoint))
    ;
}

/* Batches are queued only after the slots of all endpoints are full. */
static void
fill_queued (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  if (may_work (self, endpoint))
    fill (self, endpoint, upscale_endpoint_pool_count_with_queued (self->pool, endpoint),
          TRUE);
}

static void
on_wake_up (gpointer user_data)
{
  UpscaleScheduler *self = user_data;

  self->wake_up = 0;
  pump (self);
}

/* Pumps again when the first endpoint has backed off, or when an idle endpoint should
 * look for late tiles. */
static void
arm_wake_up (UpscaleScheduler *self)
{
  gint64 now_us = get_now (self);
  gint64 due_us = upscale_endpoint_pool_get_next_wake_up (self->pool, now_us);
  double hedge_s = 0.0;

  if (count_waiting (self) == 0 && !upscale_request_list_is_empty (self->requests))
    hedge_s =
        upscale_hedge_get_interval_s (upscale_endpoint_pool_get_fastest_s (self->pool));
  if (hedge_s > 0.0)
    due_us = MIN (due_us, now_us + (gint64) (hedge_s * G_USEC_PER_SEC));
  clear_wake_up (self);
  if (due_us != G_MAXINT64)
    self->wake_up =
        upscale_clock_add_timer (self->clock, due_us - now_us, on_wake_up, self);
}

/* One endpoint has a free slot, and nothing else has changed. In the middle of a job this
 * is the usual case, and costs the same with many endpoints as with few. */
static void
pump_endpoint (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  g_autoptr (UpscaleScheduler) alive = g_object_ref (self);

  fill_slots (self, endpoint);
  fill_queued (self, endpoint);
  if (self->task && !self->wake_up && count_waiting (self) == 0)
    arm_wake_up (self);
  end_or_wait (self);
}

/* Hands out work to all endpoints, as pump_endpoint() does to one. Nothing else does. */
static void
pump (UpscaleScheduler *self)
{
  g_autoptr (UpscaleScheduler) alive = g_object_ref (self);
  guint n_endpoints = upscale_endpoint_pool_get_length (self->pool);

  if (!self->task)
    return;
  for (guint i = 0; i < n_endpoints && !is_cancelled (self); i++)
    {
      UpscaleEndpoint *endpoint = upscale_endpoint_pool_get (self->pool, i);

      if (count_waiting (self) > 0)
        upscale_endpoint_prober_probe_when_due (self->prober, endpoint);
      fill_slots (self, endpoint);
      if (!self->task)
        return;
    }
  for (guint i = 0; i < n_endpoints; i++)
    fill_queued (self, upscale_endpoint_pool_get (self->pool, i));
  if (!self->task)
    return;
  if (!is_cancelled (self) && !upscale_endpoint_pool_is_alive (self->pool) &&
      upscale_request_list_is_empty (self->requests))
    upscale_failure_handler_give_up_waiting (self->failures);
  end_or_wait (self);
  if (self->task)
    arm_wake_up (self);
}

static gboolean
on_cancelled_in_main (gpointer user_data)
{
  UpscaleScheduler *self = user_data;

  upscale_request_list_cancel_all (self->requests);
  pump (self);
  return G_SOURCE_REMOVE;
}

/* The signal may be emitted within any function, so the main loop does the rest. */
static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_debug ("scheduler: cancelled");
  g_idle_add_full (G_PRIORITY_HIGH, on_cancelled_in_main, g_object_ref (user_data),
                   g_object_unref);
}

/* Reports of endpoints, the prober and the failure handler. */

static void
on_state_changed (UpscaleEndpoint *endpoint, guint previous, gpointer user_data)
{
  if (!upscale_endpoint_is_alive (endpoint))
    emit_endpoint_event (user_data, UPSCALE_EVENT_ENDPOINT_STOPPED, endpoint,
                         upscale_endpoint_get_reason (endpoint));
}

static void
on_busy (UpscaleEndpoint *endpoint, gint64 wait_us, gpointer user_data)
{
  UpscaleScheduler *self = user_data;
  g_autofree char  *text = upscale_progress_describe_wait (wait_us);

  emit_endpoint_event (self, UPSCALE_EVENT_ENDPOINT_BUSY, endpoint, text);
  emit_progress (self);
}

static void
on_probed (UpscaleEndpointProber *prober, UpscaleEndpoint *endpoint, gpointer user_data)
{
  UpscaleScheduler    *self = user_data;
  UpscaleCapabilities *capabilities = upscale_endpoint_get_capabilities (endpoint);

  upscale_tile_provider_add_painter (self->provider, capabilities);
  emit_endpoint_event (self, UPSCALE_EVENT_PROBED, endpoint, capabilities->identity);
  if (self->task && capabilities->keeps_batches)
    upscale_request_list_resume_orphans (self->requests, endpoint);
}

static void
on_probe_failed (UpscaleEndpointProber *prober,
                 UpscaleEndpoint       *endpoint,
                 const GError          *error,
                 gpointer               user_data)
{
  emit_endpoint_event (user_data, UPSCALE_EVENT_PROBE_FAILED, endpoint, error->message);
}

static void
on_prober_changed (UpscaleEndpointProber *prober, gpointer user_data)
{
  pump (user_data);
}

static void
on_failure_event (UpscaleFailureHandler *failures,
                  const UpscaleEvent    *event,
                  gpointer               user_data)
{
  emit_event (user_data, *event);
}

static gboolean
on_pump_due (gpointer user_data)
{
  UpscaleScheduler *self = user_data;

  self->is_pump_due = FALSE;
  pump (self);
  return G_SOURCE_REMOVE;
}

/* A tile waits again, and any free endpoint may take it, but the caller may be in the
 * middle of something. */
static void
pump_soon (UpscaleScheduler *self)
{
  if (self->is_pump_due)
    return;
  self->is_pump_due = TRUE;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_pump_due, g_object_ref (self), g_object_unref);
}

static void
on_returned (UpscaleFailureHandler *failures, gpointer user_data)
{
  pump_soon (user_data);
}

static void
on_given_up (UpscaleFailureHandler *failures, gpointer user_data)
{
  emit_progress (user_data);
  pump (user_data);
}

/* The public functions. */

static void
upscale_scheduler_finalize (GObject *object)
{
  UpscaleScheduler *self = UPSCALE_SCHEDULER (object);

  g_clear_pointer (&self->status, upscale_dispatch_status_free);
  g_clear_object (&self->failures);
  g_clear_object (&self->prober);
  g_clear_pointer (&self->requests, upscale_request_list_free);
  g_clear_pointer (&self->queue, upscale_tile_queue_free);
  g_clear_pointer (&self->pool, upscale_endpoint_pool_free);
  g_clear_object (&self->provider);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (upscale_scheduler_parent_class)->finalize (object);
}

static void
upscale_scheduler_class_init (UpscaleSchedulerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_scheduler_finalize;

  /**
   * UpscaleScheduler::progress:
   *
   * Emitted when a value of upscale_dispatch_status_get_progress() has changed.
   */
  signals[SIGNAL_PROGRESS] =
      g_signal_new ("progress", UPSCALE_TYPE_SCHEDULER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 0);

  /**
   * UpscaleScheduler::event:
   * @event: (type gpointer): the #UpscaleEvent
   *
   * Emitted for each entry of the job's log.
   */
  signals[SIGNAL_EVENT] =
      g_signal_new ("event", UPSCALE_TYPE_SCHEDULER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
upscale_scheduler_init (UpscaleScheduler *self)
{
}

static void
make_parts (UpscaleScheduler *self,
            guint             n_tiles,
            GArray           *order,
            GArray           *groups,
            UpscaleGenParams *gen_params,
            UpscalePolicy     policy)
{
  self->pool = upscale_endpoint_pool_new (policy, order->len);
  self->queue = upscale_tile_queue_new (n_tiles, order, groups, self->pool);
  self->prober =
      upscale_endpoint_prober_new (self->clock, policy, gen_params->wants_captions);
  self->requests =
      upscale_request_list_new ((UpscaleRequestListPlan) { .queue = self->queue,
                                                           .pool = self->pool,
                                                           .provider = self->provider,
                                                           .clock = self->clock,
                                                           .gen_params = gen_params,
                                                           .policy = policy,
                                                           .funcs = &request_funcs,
                                                           .owner = G_OBJECT (self) });
  self->failures = upscale_failure_handler_new (
      (UpscaleFailureHandlerPlan) { .queue = self->queue,
                                    .pool = self->pool,
                                    .provider = self->provider,
                                    .clock = self->clock,
                                    .policy = policy });
  self->status =
      upscale_dispatch_status_new (self->queue, self->requests, self->pool, self->clock);
}

static void
watch (UpscaleScheduler *self, gpointer part, const char *signal, GCallback callback)
{
  g_signal_connect_object (part, signal, callback, self, 0);
}

/**
 * upscale_scheduler_new:
 * @provider: prepares tiles and accepts pictures
 * @n_tiles: tiles of the grid
 * @order: (transfer none) (element-type guint): the indices of the job's tiles, in the
 * order in which they are sent; no endpoint gets the others, and no number counts them
 * @groups: (nullable) (element-type guint): the group of each tile of the grid; a batch
 * has tiles of one group
 * @gen_params: the parameters of the picture
 * @policy: the user's settings
 * @clock: the time
 *
 * Returns: (transfer full): a scheduler without endpoints
 */
UpscaleScheduler *
upscale_scheduler_new (UpscaleTileProvider *provider,
                       guint                n_tiles,
                       GArray              *order,
                       GArray              *groups,
                       UpscaleGenParams    *gen_params,
                       UpscalePolicy        policy,
                       UpscaleClock        *clock)
{
  UpscaleScheduler *self;

  g_return_val_if_fail (UPSCALE_IS_TILE_PROVIDER (provider), NULL);
  g_return_val_if_fail (order != NULL, NULL);
  g_return_val_if_fail (gen_params != NULL, NULL);
  g_return_val_if_fail (UPSCALE_IS_CLOCK (clock), NULL);

  self = g_object_new (UPSCALE_TYPE_SCHEDULER, NULL);
  self->provider = g_object_ref (provider);
  self->clock = g_object_ref (clock);
  make_parts (self, n_tiles, order, groups, gen_params, policy);
  watch (self, self->prober, "probed", G_CALLBACK (on_probed));
  watch (self, self->prober, "failed", G_CALLBACK (on_probe_failed));
  watch (self, self->prober, "changed", G_CALLBACK (on_prober_changed));
  watch (self, self->failures, "event", G_CALLBACK (on_failure_event));
  watch (self, self->failures, "returned", G_CALLBACK (on_returned));
  watch (self, self->failures, "given-up", G_CALLBACK (on_given_up));
  return self;
}

/**
 * upscale_scheduler_add_endpoint:
 * @scheduler: a scheduler that has not run yet
 * @endpoint: an endpoint
 */
void
upscale_scheduler_add_endpoint (UpscaleScheduler *scheduler, UpscaleEndpoint *endpoint)
{
  g_return_if_fail (UPSCALE_IS_SCHEDULER (scheduler));
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));
  g_return_if_fail (scheduler->task == NULL);

  upscale_endpoint_pool_add (scheduler->pool, endpoint);
  watch (scheduler, endpoint, "state-changed", G_CALLBACK (on_state_changed));
  watch (scheduler, endpoint, "busy", G_CALLBACK (on_busy));
}

/**
 * upscale_scheduler_add_orphan:
 * @scheduler: a scheduler that has not run yet
 * @orphan: a batch that an earlier run has sent. Tiles that this run does not have, or
 * that differ in it, are left out
 */
void
upscale_scheduler_add_orphan (UpscaleScheduler *scheduler, UpscaleOrphanedBatch *orphan)
{
  g_return_if_fail (UPSCALE_IS_SCHEDULER (scheduler));
  g_return_if_fail (orphan != NULL);

  upscale_request_list_add_orphan (scheduler->requests, orphan);
}

/**
 * upscale_scheduler_expect:
 * @scheduler: a scheduler that has not run yet
 * @tile_index: one of its tiles, which an earlier run has settled
 * @state: the final state that the tile will have without being sent
 *
 * Counts the tile as done from the start. A tile that has to be sent all the same counts
 * as open from then on.
 */
void
upscale_scheduler_expect (UpscaleScheduler *scheduler,
                          guint             tile_index,
                          UpscaleTileState  state)
{
  g_return_if_fail (UPSCALE_IS_SCHEDULER (scheduler));

  upscale_tile_queue_expect (scheduler->queue, tile_index, state);
}

/**
 * upscale_scheduler_run_async:
 * @scheduler: a scheduler that has not run yet
 * @cancellable: (nullable): stops all batches, at the endpoints too; settled tiles stay
 * settled
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Runs until every tile is settled or given up. A scheduler runs once.
 */
void
upscale_scheduler_run_async (UpscaleScheduler   *scheduler,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_return_if_fail (UPSCALE_IS_SCHEDULER (scheduler));
  g_return_if_fail (scheduler->task == NULL);

  g_debug ("scheduler: runs, %u tiles wait, %u endpoints", count_waiting (scheduler),
           upscale_endpoint_pool_get_length (scheduler->pool));
  scheduler->task = g_task_new (scheduler, cancellable, callback, user_data);
  g_task_set_source_tag (scheduler->task, upscale_scheduler_run_async);
  g_task_set_check_cancellable (scheduler->task, FALSE);
  if (cancellable)
    scheduler->cancelled_handler =
        g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), scheduler, NULL);
  upscale_endpoint_prober_start (scheduler->prober);
  pump (scheduler);
}

/**
 * upscale_scheduler_run_finish:
 * @scheduler: a scheduler
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE if every tile is settled or given up; %FALSE with
 * %UPSCALE_ERROR_NO_ENDPOINT if none was upscaled, or with %G_IO_ERROR_CANCELLED
 */
gboolean
upscale_scheduler_run_finish (UpscaleScheduler *scheduler,
                              GAsyncResult     *result,
                              GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, scheduler), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * upscale_scheduler_is_idle:
 * @scheduler: a scheduler
 *
 * Returns: %TRUE if nothing is under way. After a cancelled run has returned, endpoints
 * are still being told to stop, and pictures that have come are being kept
 */
gboolean
upscale_scheduler_is_idle (UpscaleScheduler *scheduler)
{
  g_return_val_if_fail (UPSCALE_IS_SCHEDULER (scheduler), TRUE);

  return upscale_request_list_is_empty (scheduler->requests) &&
         upscale_failure_handler_is_idle (scheduler->failures);
}

/**
 * upscale_scheduler_get_status:
 * @scheduler: a scheduler
 *
 * Returns: (transfer none): the view of the run's progress, tiles and endpoints, valid
 * for as long as the scheduler
 */
const UpscaleDispatchStatus *
upscale_scheduler_get_status (UpscaleScheduler *scheduler)
{
  g_return_val_if_fail (UPSCALE_IS_SCHEDULER (scheduler), NULL);

  return scheduler->status;
}
