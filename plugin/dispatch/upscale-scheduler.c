/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-scheduler-private.h"

#include <glib/gi18n-lib.h>

#include "upscale-batch-size.h"
#include "upscale-endpoint-pool.h"
#include "upscale-error.h"

/* How long tiles wait for an endpoint that does not say what it can do. */
#define OPENING_WAIT_US (3 * G_USEC_PER_SEC)

G_DEFINE_FINAL_TYPE (UpscaleScheduler, upscale_scheduler, G_TYPE_OBJECT)

enum
{
  SIGNAL_PROGRESS,
  SIGNAL_EVENT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

void
upscale_scheduler_tell_progress (UpscaleScheduler *self)
{
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0);
}

void
upscale_scheduler_tell (UpscaleScheduler *self, UpscaleEvent event)
{
  g_signal_emit (self, signals[SIGNAL_EVENT], 0, &event);
}

static gboolean
is_cancelled (UpscaleScheduler *self)
{
  return g_cancellable_is_cancelled (g_task_get_cancellable (self->task));
}

guint
upscale_scheduler_count_waiting (UpscaleScheduler *self)
{
  return upscale_tile_queue_count (self->queue, UPSCALE_TILE_WAITING);
}

/* Whether the caller has its answer; what is still under way only comes to rest. */
gboolean
upscale_scheduler_has_ended (UpscaleScheduler *self)
{
  return self->task == NULL;
}

static guint
count_tiles (UpscaleScheduler *self)
{
  guint n = 0;

  for (int state = 0; state < UPSCALE_N_TILE_STATES; state++)
    n += upscale_tile_queue_count (self->queue, state);
  return n;
}

/* Counted when an endpoint's state changes, as it is asked for with every tile. */
void
upscale_scheduler_note_pool (UpscaleScheduler *self)
{
  self->n_alive = upscale_endpoint_pool_count_alive (self->endpoints);
  self->n_slots = upscale_endpoint_pool_count_slots (self->endpoints, self->policy,
                                                     count_tiles (self));
}

gboolean
upscale_scheduler_has_others (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  return upscale_endpoint_pool_has_others (self->endpoints, endpoint);
}

static guint
choose_size (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  UpscaleBatchSizeCase what = {
    .policy = self->policy,
    .max_tiles = upscale_endpoint_get_max_tiles (endpoint),
    .seconds_per_tile = upscale_endpoint_get_seconds_per_tile (endpoint),
    .n_pending = upscale_scheduler_count_waiting (self),
    .n_slots = self->n_slots,
    .n_last = upscale_endpoint_get_n_last (endpoint),
  };

  return (guint) upscale_batch_size_choose (what);
}

/* Fills what is free, up to @n_places. */
static void
fill (UpscaleScheduler *self, UpscaleEndpoint *endpoint, guint n_places)
{
  gboolean has_others = upscale_scheduler_has_others (self, endpoint);

  while (self->task && upscale_endpoint_get_n_taken (endpoint) < n_places &&
         upscale_tile_queue_has_for (self->queue, endpoint, has_others))
    upscale_batch_request_unref (upscale_scheduler_launch (self, endpoint,
                                                           choose_size (self, endpoint),
                                                           NULL, NULL));
}

static gboolean
may_work (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  return self->is_open && self->task && !is_cancelled (self) &&
         upscale_endpoint_get_state (endpoint) == UPSCALE_ENDPOINT_READY &&
         upscale_endpoint_get_health (endpoint)->resting_until_us <=
             upscale_clock_get_now (self->clock);
}

static void
fill_slots (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  guint n_slots;

  if (!may_work (self, endpoint))
    return;
  n_slots = upscale_endpoint_count_slots (endpoint, self->policy, count_tiles (self));
  fill (self, endpoint, n_slots);
  while (self->task && upscale_endpoint_get_n_taken (endpoint) < n_slots &&
         upscale_scheduler_help (self, endpoint))
    ;
}

/* Only after everybody's slots are full. */
static void
fill_spares (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  if (may_work (self, endpoint))
    fill (self, endpoint,
          upscale_endpoint_count_places (endpoint, self->policy, count_tiles (self)));
}

static void
on_wake_up (gpointer user_data)
{
  UpscaleScheduler *self = user_data;

  self->wake_up = 0;
  upscale_scheduler_pump (self);
}

/* The first moment at which a resting endpoint may be asked again, or a free one should
 * look for late tiles. */
static void
arm_wake_up (UpscaleScheduler *self)
{
  gint64 now_us = upscale_clock_get_now (self->clock);
  gint64 due_us = upscale_endpoint_pool_get_next_awakening (self->endpoints, now_us);
  double help_s = upscale_scheduler_get_help_interval_s (self);

  if (help_s > 0.0)
    due_us = MIN (due_us, now_us + (gint64) (help_s * G_USEC_PER_SEC));
  if (self->wake_up)
    upscale_clock_remove_timer (self->clock, self->wake_up);
  self->wake_up = 0;
  if (due_us != G_MAXINT64)
    self->wake_up =
        upscale_clock_add_timer (self->clock, due_us - now_us, on_wake_up, self);
}

static void
give_up_waiting (UpscaleScheduler *self)
{
  g_autofree char *reason = upscale_endpoint_pool_describe (self->endpoints);
  guint            index;

  while ((index = upscale_tile_queue_take_any (self->queue)) != UPSCALE_NO_TILE)
    upscale_scheduler_give_up (self, index, reason);
}

static void
clear_timer (UpscaleScheduler *self, guint *timer)
{
  if (*timer)
    upscale_clock_remove_timer (self->clock, *timer);
  *timer = 0;
}

/* A cancelled run answers at once; what is under way comes to rest afterwards. */
static void
finish (UpscaleScheduler *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  UpscaleProgress progress = upscale_scheduler_get_progress (self);
  GCancellable   *cancellable = g_task_get_cancellable (task);

  clear_timer (self, &self->wake_up);
  clear_timer (self, &self->opening);
  g_cancellable_cancel (self->probes);
  g_cancellable_disconnect (cancellable, self->cancelled_handler);
  self->cancelled_handler = 0;
  if (upscale_progress_count_settled (progress) < progress.n_tiles)
    g_task_return_error_if_cancelled (task);
  else if (progress.n_failed == progress.n_tiles)
    g_task_return_new_error (task, UPSCALE_ERROR, UPSCALE_ERROR_NO_ENDPOINT,
                             _ ("No tile could be upscaled. The first: %s"),
                             upscale_tile_queue_get_first_failure (self->queue));
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * upscale_scheduler_is_idle:
 * @scheduler: a scheduler
 *
 * Returns: whether nothing is under way: after a cancelled run endpoints are still being
 * told to stop, and pictures that came in are being kept
 */
gboolean
upscale_scheduler_is_idle (UpscaleScheduler *scheduler)
{
  return scheduler->order.length == 0 && scheduler->n_giving_up == 0;
}

static void
end_or_wait (UpscaleScheduler *self)
{
  if (!self->task)
    return;
  if (is_cancelled (self) ||
      (upscale_scheduler_is_idle (self) && upscale_scheduler_count_waiting (self) == 0))
    finish (self);
}

static gboolean
on_pump_due (gpointer user_data)
{
  UpscaleScheduler *self = user_data;

  self->is_pump_due = FALSE;
  upscale_scheduler_pump (self);
  return G_SOURCE_REMOVE;
}

/* A tile waits again, and any free endpoint may take it: for callers in the middle of
 * something. */
void
upscale_scheduler_pump_soon (UpscaleScheduler *self)
{
  if (self->is_pump_due)
    return;
  self->is_pump_due = TRUE;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_pump_due, g_object_ref (self), g_object_unref);
}

/* An endpoint has a free slot, and nothing else has changed: in the middle of a job this
 * is the only question, and it costs the same with many endpoints as with few. */
void
upscale_scheduler_pump_endpoint (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  g_autoptr (UpscaleScheduler) alive = g_object_ref (self);

  fill_slots (self, endpoint);
  fill_spares (self, endpoint);
  if (self->task && !self->wake_up && upscale_scheduler_count_waiting (self) == 0)
    arm_wake_up (self);
  end_or_wait (self);
}

/* The only place where work is handed out, with the function above. */
void
upscale_scheduler_pump (UpscaleScheduler *self)
{
  g_autoptr (UpscaleScheduler) alive = g_object_ref (self);

  if (!self->task)
    return;
  for (guint i = 0; i < self->endpoints->len && !is_cancelled (self); i++)
    {
      upscale_scheduler_probe_when_due (self, self->endpoints->pdata[i]);
      fill_slots (self, self->endpoints->pdata[i]);
      if (!self->task)
        return;
    }
  for (guint i = 0; i < self->endpoints->len; i++)
    fill_spares (self, self->endpoints->pdata[i]);
  if (!self->task)
    return;
  if (!is_cancelled (self) && self->n_alive == 0 && self->order.length == 0)
    give_up_waiting (self);
  end_or_wait (self);
  if (self->task)
    arm_wake_up (self);
}

static gboolean
on_cancelled_in_main (gpointer user_data)
{
  UpscaleScheduler *self = user_data;
  g_autoptr (GPtrArray) requests =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_batch_request_unref);

  /* A request that ends takes itself off the list. */
  for (const GList *link = self->order.head; link; link = link->next)
    g_ptr_array_add (requests, upscale_batch_request_ref (link->data));

  for (guint i = 0; i < requests->len; i++)
    upscale_batch_request_cancel (requests->pdata[i]);
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
  g_hash_table_unref (self->requests);
  g_hash_table_unref (self->tile_failures);
  g_ptr_array_unref (self->endpoints);
  g_ptr_array_unref (self->orphans);
  g_clear_object (&self->probes);
  g_clear_object (&self->provider);
  g_clear_pointer (&self->gen_params, upscale_gen_params_unref);
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

  /**
   * UpscaleScheduler::event:
   * @event: (type gpointer): the #UpscaleEvent
   *
   * Emitted when something has happened that a log should tell.
   */
  signals[SIGNAL_EVENT] =
      g_signal_new ("event", UPSCALE_TYPE_SCHEDULER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
upscale_scheduler_init (UpscaleScheduler *self)
{
  self->endpoints = g_ptr_array_new_with_free_func (g_object_unref);
  self->orphans =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_orphaned_batch_unref);
  self->requests =
      g_hash_table_new_full (NULL, NULL, (GDestroyNotify) upscale_batch_request_unref,
                             NULL);
  self->tile_failures = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->probes = g_cancellable_new ();
  self->random = g_rand_new ();
}

/**
 * upscale_scheduler_new:
 * @provider: where tiles come from and go to
 * @n_tiles: how many there are
 * @gen_params: how to paint
 * @policy: what the user wants
 * @clock: the time
 *
 * Returns: (transfer full): a scheduler without endpoints
 */
UpscaleScheduler *
upscale_scheduler_new (UpscaleTileProvider *provider,
                       guint                n_tiles,
                       UpscaleGenParams    *gen_params,
                       UpscalePolicy        policy,
                       UpscaleClock        *clock)
{
  UpscaleScheduler *self = g_object_new (UPSCALE_TYPE_SCHEDULER, NULL);

  self->provider = g_object_ref (provider);
  self->gen_params = upscale_gen_params_ref (gen_params);
  self->policy = policy;
  self->clock = g_object_ref (clock);
  self->queue = upscale_tile_queue_new (n_tiles);
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

static void
on_opening_due (gpointer user_data)
{
  UpscaleScheduler *self = user_data;

  self->opening = 0;
  self->is_open = TRUE;
  upscale_scheduler_pump (self);
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
  if (cancellable)
    scheduler->cancelled_handler =
        g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), scheduler, NULL);
  upscale_scheduler_note_pool (scheduler);
  scheduler->opening = upscale_clock_add_timer (scheduler->clock, OPENING_WAIT_US,
                                                on_opening_due, scheduler);
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
