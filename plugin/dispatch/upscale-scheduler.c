/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-scheduler-private.h"

#include "upscale-batch-size.h"
#include "upscale-endpoint-pool.h"
#include "upscale-error.h"

G_DEFINE_FINAL_TYPE (UpscaleScheduler, upscale_scheduler, G_TYPE_OBJECT)

enum
{
  SIGNAL_PROGRESS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

void
upscale_scheduler_tell_progress (UpscaleScheduler *self)
{
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0);
}

static gboolean
is_cancelled (UpscaleScheduler *self)
{
  return g_cancellable_is_cancelled (g_task_get_cancellable (self->task));
}

static gboolean
take_tile (UpscaleFlight *flight, guint *tile_index, gpointer owner)
{
  UpscaleScheduler *self = owner;
  UpscaleEndpoint  *endpoint = upscale_flight_get_endpoint (flight);
  g_autoptr (GArray) carried = upscale_flight_get_open_tiles (flight);

  return upscale_tile_queue_take (self->queue, endpoint,
                                  upscale_endpoint_pool_has_alive (self->endpoints,
                                                                   endpoint),
                                  carried, tile_index);
}

void
upscale_scheduler_add_tries (UpscaleScheduler *self, GArray *tiles, int n)
{
  for (guint i = 0; i < tiles->len; i++)
    upscale_tile_queue_add_try (self->queue, g_array_index (tiles, guint, i), n);
}

static void
on_sent (UpscaleFlight *flight, gpointer owner)
{
  UpscaleScheduler *self = owner;
  g_autoptr (GArray) tiles = upscale_flight_get_open_tiles (flight);

  upscale_scheduler_add_tries (self, tiles, 1);
  upscale_scheduler_tell_progress (self);
}

static void
on_settled (UpscaleFlight *flight, guint tile_index, UpscalePrepared how, gpointer owner)
{
  UpscaleScheduler *self = owner;

  upscale_tile_queue_settle (self->queue, tile_index);
  if (how == UPSCALE_PREPARED_SEND)
    self->progress.n_painted++;
  else if (how == UPSCALE_PREPARED_STORED)
    self->progress.n_stored++;
  else
    self->progress.n_skipped++;
  upscale_scheduler_tell_progress (self);
}

static void
return_cancelled_tiles (UpscaleScheduler *self, GArray *tiles)
{
  for (guint i = 0; i < tiles->len; i++)
    upscale_tile_queue_return (self->queue, g_array_index (tiles, guint, i));
}

static void
on_flight_ended (UpscaleFlight *flight, const GError *error, gpointer owner)
{
  g_autoptr (UpscaleScheduler) self = g_object_ref (owner);
  g_autoptr (GArray) tiles = upscale_flight_get_open_tiles (flight);

  if (error && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return_cancelled_tiles (self, tiles);
  else if (error && upscale_scheduler_fail_flight (self, flight, error))
    return;
  g_ptr_array_remove (self->flights, flight);
  upscale_scheduler_pump (self);
}

static void
on_tile_failed (UpscaleFlight *flight,
                guint          tile_index,
                const GError  *error,
                gpointer       owner)
{
  upscale_scheduler_fail_tile (owner, tile_index, upscale_flight_get_endpoint (flight),
                               error);
}

static const UpscaleFlightFuncs flight_funcs = {
  .take_tile = take_tile,
  .on_sent = on_sent,
  .on_settled = on_settled,
  .on_tile_failed = on_tile_failed,
  .on_ended = on_flight_ended,
};

/* An endpoint that is being asked what it can do. */
typedef struct
{
  UpscaleScheduler *scheduler;
  UpscaleEndpoint  *endpoint;
} Probe;

static void
on_probed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Probe *probe = user_data;
  g_autoptr (UpscaleScheduler) self = probe->scheduler;
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleCapabilities) capabilities =
      upscale_backend_probe_finish (UPSCALE_BACKEND (object), result, &error);

  self->n_probing--;
  if (capabilities)
    upscale_endpoint_set_ready (probe->endpoint, capabilities);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    upscale_scheduler_fail_probe (self, probe->endpoint, error);
  upscale_scheduler_pump (self);
}

static void
probe_endpoint (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  Probe *probe = g_new (Probe, 1);

  *probe = (Probe) { g_object_ref (self), endpoint };
  self->n_probing++;
  upscale_endpoint_set_probing (endpoint);
  upscale_backend_probe_async (upscale_endpoint_get_backend (endpoint),
                               g_task_get_cancellable (self->task), on_probed, probe);
}

static guint
count_flights (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  guint n = 0;

  for (guint i = 0; i < self->flights->len; i++)
    if (upscale_flight_get_endpoint (self->flights->pdata[i]) == endpoint)
      n++;
  return n;
}

static void
launch (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  UpscaleBatchSizeCase what = {
    .policy = self->policy,
    .max_tiles = upscale_endpoint_get_max_tiles (endpoint),
    .seconds_per_tile = upscale_endpoint_get_seconds_per_tile (endpoint),
    .n_pending = upscale_tile_queue_get_n_pending (self->queue),
    .n_slots = upscale_endpoint_pool_count_slots (self->endpoints, self->policy,
                                                  self->progress.n_tiles),
  };
  UpscaleFlightPlan plan = {
    .endpoint = endpoint,
    .exchange = self->exchange,
    .clock = self->clock,
    .recipe = self->recipe,
    .n_wanted = (guint) upscale_batch_size_choose (what),
    .timeout_us = self->policy.batch_timeout_us,
  };
  UpscaleFlight *flight = upscale_flight_new (plan, &flight_funcs, self);

  g_ptr_array_add (self->flights, flight);
  upscale_flight_start (flight);
}

static void
pump_endpoint (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  gboolean has_others = upscale_endpoint_pool_has_alive (self->endpoints, endpoint);

  if (upscale_endpoint_get_resting_until (endpoint) > upscale_clock_get_now (self->clock))
    return;
  if (upscale_endpoint_get_state (endpoint) == UPSCALE_ENDPOINT_UNPROBED &&
      upscale_tile_queue_get_n_pending (self->queue) > 0)
    probe_endpoint (self, endpoint);
  while (
      count_flights (self, endpoint) <
          upscale_endpoint_count_slots (endpoint, self->policy, self->progress.n_tiles) &&
      upscale_tile_queue_has_for (self->queue, endpoint, has_others))
    launch (self, endpoint);
}

static void
on_wake_up (gpointer user_data)
{
  UpscaleScheduler *self = user_data;

  self->wake_up = 0;
  upscale_scheduler_pump (self);
}

/* The first moment at which a resting endpoint may be asked again. */
static void
arm_wake_up (UpscaleScheduler *self)
{
  gint64 now_us = upscale_clock_get_now (self->clock);
  gint64 due_us = upscale_endpoint_pool_get_next_awakening (self->endpoints, now_us);

  if (self->wake_up)
    upscale_clock_remove_timer (self->clock, self->wake_up);
  self->wake_up = 0;
  if (due_us != G_MAXINT64)
    self->wake_up =
        upscale_clock_add_timer (self->clock, due_us - now_us, on_wake_up, self);
}

static void
give_up_pending (UpscaleScheduler *self)
{
  g_autofree char *reason = upscale_endpoint_pool_describe (self->endpoints);
  guint            index = 0;

  while (upscale_tile_queue_take_any (self->queue, &index))
    upscale_scheduler_give_up (self, index, reason);
}

static void
finish (UpscaleScheduler *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  UpscaleProgress *progress = &self->progress;
  GCancellable    *cancellable = g_task_get_cancellable (task);

  if (self->wake_up)
    upscale_clock_remove_timer (self->clock, self->wake_up);
  self->wake_up = 0;
  g_cancellable_disconnect (cancellable, self->cancelled_handler);
  self->cancelled_handler = 0;
  if (upscale_progress_count_settled (*progress) < progress->n_tiles)
    g_task_return_error_if_cancelled (task);
  else if (progress->n_failed == progress->n_tiles)
    g_task_return_new_error (task, UPSCALE_ERROR, UPSCALE_ERROR_NO_ENDPOINT,
                             "No tile could be upscaled. The first: %s",
                             upscale_scheduler_get_failure (self, 0));
  else
    g_task_return_boolean (task, TRUE);
}

static gboolean
is_idle (UpscaleScheduler *self)
{
  return self->flights->len == 0 && self->n_giving_up == 0 && self->n_probing == 0;
}

/* The only place where work is handed out. */
void
upscale_scheduler_pump (UpscaleScheduler *self)
{
  g_autoptr (UpscaleScheduler) alive = g_object_ref (self);

  if (!self->task)
    return;
  if (!is_cancelled (self))
    for (guint i = 0; i < self->endpoints->len; i++)
      pump_endpoint (self, self->endpoints->pdata[i]);
  if (!self->task)
    return;
  if (!is_cancelled (self) && !upscale_endpoint_pool_has_alive (self->endpoints, NULL) &&
      self->flights->len == 0)
    give_up_pending (self);
  if (is_idle (self) &&
      (is_cancelled (self) || upscale_tile_queue_get_n_pending (self->queue) == 0))
    finish (self);
  else if (!is_cancelled (self))
    arm_wake_up (self);
}

static gboolean
on_cancelled_in_main (gpointer user_data)
{
  UpscaleScheduler *self = user_data;
  g_autoptr (GPtrArray) flights =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_flight_unref);

  /* A flight that ends takes itself off the list. */
  for (guint i = 0; i < self->flights->len; i++)
    g_ptr_array_add (flights, upscale_flight_ref (self->flights->pdata[i]));

  for (guint i = 0; i < flights->len; i++)
    upscale_flight_cancel (flights->pdata[i]);
  upscale_scheduler_pump (self);
  return G_SOURCE_REMOVE;
}

/* The signal may come from within anything; what follows is done from the main loop. */
static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_idle_add_full (G_PRIORITY_HIGH, on_cancelled_in_main, g_object_ref (user_data),
                   g_object_unref);
}

static void
upscale_scheduler_finalize (GObject *object)
{
  UpscaleScheduler *self = UPSCALE_SCHEDULER (object);

  g_clear_pointer (&self->queue, upscale_tile_queue_free);
  g_ptr_array_unref (self->flights);
  g_ptr_array_unref (self->endpoints);
  g_clear_object (&self->exchange);
  g_clear_pointer (&self->recipe, upscale_recipe_unref);
  g_clear_object (&self->clock);
  g_rand_free (self->random);
  G_OBJECT_CLASS (upscale_scheduler_parent_class)->finalize (object);
}

static void
upscale_scheduler_class_init (UpscaleSchedulerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_scheduler_finalize;

  /**
   * UpscaleScheduler::progress:
   *
   * Emitted when anything that upscale_scheduler_get_progress() tells has changed.
   */
  signals[SIGNAL_PROGRESS] =
      g_signal_new ("progress", UPSCALE_TYPE_SCHEDULER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 0);
}

static void
upscale_scheduler_init (UpscaleScheduler *self)
{
  self->endpoints = g_ptr_array_new_with_free_func (g_object_unref);
  self->flights = g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_flight_unref);
  self->random = g_rand_new ();
}

/**
 * upscale_scheduler_new:
 * @exchange: where tiles come from and go to
 * @n_tiles: how many there are
 * @recipe: how to paint
 * @policy: what the user wants
 * @clock: the time
 *
 * Returns: (transfer full): a scheduler without endpoints
 */
UpscaleScheduler *
upscale_scheduler_new (UpscaleTileExchange *exchange,
                       guint                n_tiles,
                       UpscaleRecipe       *recipe,
                       UpscalePolicy        policy,
                       UpscaleClock        *clock)
{
  UpscaleScheduler *self = g_object_new (UPSCALE_TYPE_SCHEDULER, NULL);

  self->exchange = g_object_ref (exchange);
  self->recipe = upscale_recipe_ref (recipe);
  self->policy = policy;
  self->clock = g_object_ref (clock);
  self->queue = upscale_tile_queue_new (n_tiles);
  self->progress.n_tiles = n_tiles;
  return self;
}

/**
 * upscale_scheduler_add_endpoint:
 * @scheduler: a scheduler that does not run yet
 * @endpoint: who paints
 */
void
upscale_scheduler_add_endpoint (UpscaleScheduler *scheduler, UpscaleEndpoint *endpoint)
{
  g_ptr_array_add (scheduler->endpoints, g_object_ref (endpoint));
}

/**
 * upscale_scheduler_run_async:
 * @scheduler: a scheduler
 * @cancellable: (nullable): stops what runs, at the endpoints too; settled tiles stay
 * settled
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Runs until every tile is settled or given up. Once for each scheduler.
 */
void
upscale_scheduler_run_async (UpscaleScheduler   *scheduler,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  scheduler->task = g_task_new (scheduler, cancellable, callback, user_data);
  g_task_set_source_tag (scheduler->task, upscale_scheduler_run_async);
  g_task_set_check_cancellable (scheduler->task, FALSE);
  scheduler->started_us = upscale_clock_get_now (scheduler->clock);
  if (cancellable)
    scheduler->cancelled_handler =
        g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), scheduler, NULL);
  upscale_scheduler_pump (scheduler);
}

/**
 * upscale_scheduler_run_finish:
 * @scheduler: a scheduler
 * @result: what the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE when every tile has its last word, failed ones too; %FALSE with
 * %UPSCALE_ERROR_NO_ENDPOINT when none at all was painted, or with %G_IO_ERROR_CANCELLED
 */
gboolean
upscale_scheduler_run_finish (UpscaleScheduler *scheduler,
                              GAsyncResult     *result,
                              GError          **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * upscale_scheduler_get_progress:
 * @scheduler: a scheduler
 *
 * Returns: how far it is
 */
UpscaleProgress
upscale_scheduler_get_progress (UpscaleScheduler *scheduler)
{
  UpscaleProgress progress = scheduler->progress;
  gint64 passed_us = upscale_clock_get_now (scheduler->clock) - scheduler->started_us;

  progress.n_in_flight = upscale_tile_queue_get_n_in_flight (scheduler->queue);
  if (passed_us > 0)
    progress.tiles_per_second =
        (double) progress.n_painted * G_USEC_PER_SEC / (double) passed_us;
  return progress;
}

/**
 * upscale_scheduler_get_failure:
 * @scheduler: a scheduler
 * @tile_index: a tile
 *
 * Returns: (transfer none) (nullable): why it was given up; names tile, endpoint and
 * cause
 */
const char *
upscale_scheduler_get_failure (UpscaleScheduler *scheduler, guint tile_index)
{
  return upscale_tile_queue_get_failure (scheduler->queue, tile_index);
}

/**
 * upscale_scheduler_dup_summary:
 * @scheduler: a scheduler that has run
 *
 * Returns: (transfer full): how it ended, one sentence
 */
char *
upscale_scheduler_dup_summary (UpscaleScheduler *scheduler)
{
  return upscale_progress_summarise (scheduler->progress,
                                     upscale_tile_queue_get_first_failure (
                                         scheduler->queue));
}
