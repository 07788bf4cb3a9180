/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-scheduler.h"

#include "upscale-batch-size.h"
#include "upscale-error.h"
#include "upscale-flight.h"
#include "upscale-retry.h"

/* An endpoint that fails this often in a row, without painting anything in between, is asked no more. */
#define MAX_STRIKES 4

typedef enum
{
  TILE_PENDING,
  TILE_IN_FLIGHT,
  TILE_SETTLED,
  TILE_FAILED,
} TileState;

typedef struct
{
  TileState        state;
  int              n_tries;
  gboolean         goes_alone;
  UpscaleEndpoint *avoided; /* not owned: where it failed last; an endpoint outlives the run */
  char            *failure;
} Tile;

/**
 * UpscaleScheduler:
 *
 * Gives tiles to endpoints until each is settled or given up. Endpoints pull: pump() is the only place where work is
 * handed out, and on_flight_ended() the only one where a failure's consequence is drawn.
 */
struct _UpscaleScheduler
{
  GObject parent_instance;

  UpscaleTileExchange *exchange;
  UpscaleRecipe       *recipe;
  UpscalePolicy        policy;
  UpscaleClock        *clock;
  GPtrArray           *endpoints;

  Tile           *tiles;
  GQueue          pending; /* of tile indices */
  GPtrArray      *flights;
  guint           n_giving_up;
  guint           n_probing;
  guint           wake_up; /* timer */
  gint64          started_us;
  UpscaleProgress progress;
  GTask          *task;
  gulong          cancelled_handler;
  GRand          *random;
};

G_DEFINE_FINAL_TYPE (UpscaleScheduler, upscale_scheduler, G_TYPE_OBJECT)

enum
{
  SIGNAL_PROGRESS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void pump (UpscaleScheduler *self);

static void
tell_progress (UpscaleScheduler *self)
{
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0);
}

static gboolean
is_alive (UpscaleEndpoint *endpoint)
{
  return upscale_endpoint_get_state (endpoint) != UPSCALE_ENDPOINT_STOPPED;
}

static gboolean
any_alive_besides (UpscaleScheduler *self, UpscaleEndpoint *one)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    if (self->endpoints->pdata[i] != one && is_alive (self->endpoints->pdata[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_cancelled (UpscaleScheduler *self)
{
  return g_cancellable_is_cancelled (g_task_get_cancellable (self->task));
}

/* Tiles go back in order, so that the picture fills from the top. */
static void
requeue (UpscaleScheduler *self, guint tile_index)
{
  GList *next = self->pending.head;

  while (next && GPOINTER_TO_UINT (next->data) < tile_index)
    next = next->next;
  self->tiles[tile_index].state = TILE_PENDING;
  g_queue_insert_before (&self->pending, next, GUINT_TO_POINTER (tile_index));
}

static void
on_given_up (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleScheduler) self = user_data;

  /* Settling as the base can't fail; the tile is failed either way. */
  upscale_tile_exchange_give_up_finish (UPSCALE_TILE_EXCHANGE (object), result, NULL);
  self->n_giving_up--;
  tell_progress (self);
  pump (self);
}

static void
give_up (UpscaleScheduler *self, guint tile_index, const char *reason)
{
  Tile *tile = &self->tiles[tile_index];

  tile->state = TILE_FAILED;
  g_free (tile->failure);
  tile->failure = g_strdup_printf ("tile %u: %s", tile_index + 1, reason);
  self->progress.n_failed++;
  self->n_giving_up++;
  upscale_tile_exchange_give_up_async (self->exchange, tile_index, on_given_up,
                                       g_object_ref (self));
}

/* A failed try: another one while there are some left. */
static void
retry_or_give_up (UpscaleScheduler *self, guint tile_index, UpscaleEndpoint *endpoint, const char *reason)
{
  Tile            *tile = &self->tiles[tile_index];
  g_autofree char *where =
      g_strdup_printf ("%s: %s", upscale_endpoint_get_name (endpoint), reason);

  tile->avoided = endpoint;
  if (tile->n_tries >= self->policy.max_tries)
    give_up (self, tile_index, where);
  else
    requeue (self, tile_index);
}

static gboolean
take_tile (UpscaleFlight *flight, guint *tile_index, gpointer owner)
{
  UpscaleScheduler *self = owner;
  UpscaleEndpoint  *endpoint = upscale_flight_get_endpoint (flight);
  g_autoptr (GArray) carried = upscale_flight_get_open_tiles (flight);

  for (GList *link = self->pending.head; link; link = link->next)
    {
      guint index = GPOINTER_TO_UINT (link->data);
      Tile *tile = &self->tiles[index];

      if (tile->avoided == endpoint && any_alive_besides (self, endpoint))
        continue;
      if (carried->len > 0 &&
          (tile->goes_alone || self->tiles[g_array_index (carried, guint, 0)].goes_alone))
        return FALSE;
      tile->state = TILE_IN_FLIGHT;
      *tile_index = index;
      g_queue_delete_link (&self->pending, link);
      return TRUE;
    }
  return FALSE;
}

static void
on_sent (UpscaleFlight *flight, gpointer owner)
{
  UpscaleScheduler *self = owner;
  g_autoptr (GArray) tiles = upscale_flight_get_open_tiles (flight);

  for (guint i = 0; i < tiles->len; i++)
    self->tiles[g_array_index (tiles, guint, i)].n_tries++;
  tell_progress (self);
}

static void
on_settled (UpscaleFlight *flight, guint tile_index, UpscalePrepared how, gpointer owner)
{
  UpscaleScheduler *self = owner;

  self->tiles[tile_index].state = TILE_SETTLED;
  if (how == UPSCALE_PREPARED_SEND)
    self->progress.n_painted++;
  else if (how == UPSCALE_PREPARED_STORED)
    self->progress.n_stored++;
  else
    self->progress.n_skipped++;
  tell_progress (self);
}

static void
on_tile_failed (UpscaleFlight *flight, guint tile_index, const GError *error, gpointer owner)
{
  UpscaleScheduler *self = owner;

  /* What fails before it is sent counts as a try too, or it would be prepared for ever. */
  self->tiles[tile_index].n_tries = MAX (self->tiles[tile_index].n_tries, 1);
  if (error->domain == UPSCALE_ERROR && error->code == UPSCALE_ERROR_STORAGE)
    self->tiles[tile_index].n_tries = self->policy.max_tries;
  retry_or_give_up (self, tile_index, upscale_flight_get_endpoint (flight), error->message);
}

static int
most_tries (UpscaleScheduler *self, GArray *tiles)
{
  int most = 0;

  for (guint i = 0; i < tiles->len; i++)
    most = MAX (most, self->tiles[g_array_index (tiles, guint, i)].n_tries);
  return most;
}

static void
blame (UpscaleScheduler *self, UpscaleEndpoint *endpoint, UpscaleRetryDecision decision, const GError *error)
{
  gint64 now_us = upscale_clock_get_now (self->clock);

  if (decision.action == UPSCALE_RETRY_STOP_ENDPOINT)
    upscale_endpoint_stop (endpoint, error->message);
  else if (decision.is_strike && upscale_endpoint_strike (endpoint, error->message) >= MAX_STRIKES)
    upscale_endpoint_stop (endpoint, error->message);
  if (decision.action != UPSCALE_RETRY_RESEND && decision.wait_us > 0)
    upscale_endpoint_rest (endpoint, now_us + decision.wait_us);
}

/* The try of a tile that never reached a working endpoint is given back. */
static void
return_tiles (UpscaleScheduler *self, UpscaleEndpoint *endpoint, GArray *tiles, UpscaleRetryDecision decision, const GError *error)
{
  gboolean is_no_try = decision.action == UPSCALE_RETRY_STOP_ENDPOINT ||
                       (decision.action == UPSCALE_RETRY_HALVE && !decision.is_strike && tiles->len > 1) ||
                       (error->domain == UPSCALE_ERROR && error->code == UPSCALE_ERROR_BUSY && !decision.is_strike);

  for (guint i = 0; i < tiles->len; i++)
    {
      guint index = g_array_index (tiles, guint, i);

      if (is_no_try)
        self->tiles[index].n_tries--;
      if (decision.action == UPSCALE_RETRY_ISOLATE)
        self->tiles[index].goes_alone = TRUE;
      retry_or_give_up (self, index, endpoint, error->message);
    }
}

static void
return_cancelled_tiles (UpscaleScheduler *self, GArray *tiles)
{
  for (guint i = 0; i < tiles->len; i++)
    requeue (self, g_array_index (tiles, guint, i));
}

/* Draws the consequence of a failed batch. Returns whether the flight goes on. */
static gboolean
handle_failure (UpscaleScheduler *self, UpscaleFlight *flight, const GError *error)
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
  if (decision.action == UPSCALE_RETRY_RESEND && is_alive (endpoint))
    {
      if (error->domain == UPSCALE_ERROR && error->code == UPSCALE_ERROR_BUSY)
        for (guint i = 0; i < tiles->len; i++)
          self->tiles[g_array_index (tiles, guint, i)].n_tries--;
      upscale_flight_send_again (flight, decision.wait_us);
      return TRUE;
    }
  return_tiles (self, endpoint, tiles, decision, error);
  return FALSE;
}

static void
on_flight_ended (UpscaleFlight *flight, const GError *error, gpointer owner)
{
  g_autoptr (UpscaleScheduler) self = g_object_ref (owner);
  g_autoptr (GArray) tiles = upscale_flight_get_open_tiles (flight);

  if (error && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return_cancelled_tiles (self, tiles);
  else if (error && handle_failure (self, flight, error))
    return;
  g_ptr_array_remove (self->flights, flight);
  pump (self);
}

static const UpscaleFlightFuncs flight_funcs = {
  .take_tile = take_tile,
  .on_sent = on_sent,
  .on_settled = on_settled,
  .on_tile_failed = on_tile_failed,
  .on_ended = on_flight_ended,
};

typedef struct
{
  UpscaleScheduler *scheduler;
  UpscaleEndpoint  *endpoint;
} Probe;

static void
note_failed_probe (UpscaleScheduler *self, UpscaleEndpoint *endpoint, const GError *error)
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
    note_failed_probe (self, probe->endpoint, error);
  pump (self);
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

static guint
count_slots (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  const UpscaleCapabilities *capabilities = upscale_endpoint_get_capabilities (endpoint);

  if (upscale_endpoint_get_state (endpoint) != UPSCALE_ENDPOINT_READY)
    return 0;
  return (guint) upscale_batch_size_count_slots (self->policy, self->progress.n_tiles,
                                                 capabilities->concurrency,
                                                 capabilities->autoscales);
}

static guint
count_all_slots (UpscaleScheduler *self)
{
  guint n = 0;

  for (guint i = 0; i < self->endpoints->len; i++)
    n += count_slots (self, self->endpoints->pdata[i]);
  return n;
}

static void
launch (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  UpscaleBatchSizeCase what = {
    .policy = self->policy,
    .max_tiles = upscale_endpoint_get_max_tiles (endpoint),
    .seconds_per_tile = upscale_endpoint_get_seconds_per_tile (endpoint),
    .n_pending = self->pending.length,
    .n_slots = count_all_slots (self),
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

static gboolean
has_tile_for (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  for (GList *link = self->pending.head; link; link = link->next)
    if (self->tiles[GPOINTER_TO_UINT (link->data)].avoided != endpoint ||
        !any_alive_besides (self, endpoint))
      return TRUE;
  return FALSE;
}

static void
pump_endpoint (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  if (upscale_endpoint_get_resting_until (endpoint) > upscale_clock_get_now (self->clock))
    return;
  if (upscale_endpoint_get_state (endpoint) == UPSCALE_ENDPOINT_UNPROBED &&
      !g_queue_is_empty (&self->pending))
    probe_endpoint (self, endpoint);
  while (count_flights (self, endpoint) < count_slots (self, endpoint) &&
         has_tile_for (self, endpoint))
    launch (self, endpoint);
}

static void
on_wake_up (gpointer user_data)
{
  UpscaleScheduler *self = user_data;

  self->wake_up = 0;
  pump (self);
}

/* The first moment at which a resting endpoint may be asked again. */
static void
arm_wake_up (UpscaleScheduler *self)
{
  gint64 now_us = upscale_clock_get_now (self->clock);
  gint64 due_us = G_MAXINT64;

  for (guint i = 0; i < self->endpoints->len; i++)
    {
      gint64 until_us = upscale_endpoint_get_resting_until (self->endpoints->pdata[i]);

      if (is_alive (self->endpoints->pdata[i]) && until_us > now_us)
        due_us = MIN (due_us, until_us);
    }
  if (self->wake_up)
    upscale_clock_remove_timer (self->clock, self->wake_up);
  self->wake_up = 0;
  if (due_us != G_MAXINT64)
    self->wake_up = upscale_clock_add_timer (self->clock, due_us - now_us, on_wake_up, self);
}

static char *
describe_stopped_endpoints (UpscaleScheduler *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->endpoints->len; i++)
    g_string_append_printf (text, "%s%s: %s", i > 0 ? "; " : "",
                            upscale_endpoint_get_name (self->endpoints->pdata[i]),
                            upscale_endpoint_get_reason (self->endpoints->pdata[i]));
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static void
give_up_pending (UpscaleScheduler *self)
{
  g_autofree char *reason = describe_stopped_endpoints (self);

  while (!g_queue_is_empty (&self->pending))
    give_up (self, GPOINTER_TO_UINT (g_queue_pop_head (&self->pending)), reason);
}

static void
finish (UpscaleScheduler *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  UpscaleProgress  *progress = &self->progress;
  GCancellable     *cancellable = g_task_get_cancellable (task);

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
static void
pump (UpscaleScheduler *self)
{
  g_autoptr (UpscaleScheduler) alive = g_object_ref (self);

  if (!self->task)
    return;
  if (!is_cancelled (self))
    for (guint i = 0; i < self->endpoints->len; i++)
      pump_endpoint (self, self->endpoints->pdata[i]);
  if (!self->task)
    return;
  if (!is_cancelled (self) && !any_alive_besides (self, NULL) && self->flights->len == 0)
    give_up_pending (self);
  if (is_idle (self) && (is_cancelled (self) || g_queue_is_empty (&self->pending)))
    finish (self);
  else if (!is_cancelled (self))
    arm_wake_up (self);
}

static gboolean
on_cancelled_in_main (gpointer user_data)
{
  UpscaleScheduler *self = user_data;
  g_autoptr (GPtrArray) flights =
      g_ptr_array_copy (self->flights, (GCopyFunc) upscale_flight_ref, NULL);

  for (guint i = 0; i < flights->len; i++)
    upscale_flight_cancel (flights->pdata[i]);
  pump (self);
  return G_SOURCE_REMOVE;
}

/* The signal may come from within anything; what follows is done from the main loop. */
static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_idle_add_full (G_PRIORITY_HIGH, on_cancelled_in_main, g_object_ref (user_data), g_object_unref);
}

static void
upscale_scheduler_finalize (GObject *object)
{
  UpscaleScheduler *self = UPSCALE_SCHEDULER (object);

  for (guint i = 0; i < self->progress.n_tiles; i++)
    g_free (self->tiles[i].failure);
  g_free (self->tiles);
  g_queue_clear (&self->pending);
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
  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", UPSCALE_TYPE_SCHEDULER, G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 0);
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
  self->tiles = g_new0 (Tile, n_tiles);
  self->progress.n_tiles = n_tiles;
  for (guint i = 0; i < n_tiles; i++)
    g_queue_push_tail (&self->pending, GUINT_TO_POINTER (i));
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
 * @cancellable: (nullable): stops what runs, at the endpoints too; settled tiles stay settled
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
  pump (scheduler);
}

/**
 * upscale_scheduler_run_finish:
 * @scheduler: a scheduler
 * @result: what the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE when every tile has its last word, failed ones too; %FALSE with %UPSCALE_ERROR_NO_ENDPOINT when none
 *   at all was painted, or with %G_IO_ERROR_CANCELLED
 */
gboolean
upscale_scheduler_run_finish (UpscaleScheduler *scheduler, GAsyncResult *result, GError **error)
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
  gint64          passed_us = upscale_clock_get_now (scheduler->clock) - scheduler->started_us;

  for (guint i = 0; i < progress.n_tiles; i++)
    if (scheduler->tiles[i].state == TILE_IN_FLIGHT)
      progress.n_in_flight++;
  if (passed_us > 0)
    progress.tiles_per_second = (double) progress.n_painted * G_USEC_PER_SEC / (double) passed_us;
  return progress;
}

/**
 * upscale_scheduler_get_failure:
 * @scheduler: a scheduler
 * @tile_index: a tile
 *
 * Returns: (transfer none) (nullable): why it was given up; names tile, endpoint and cause
 */
const char *
upscale_scheduler_get_failure (UpscaleScheduler *scheduler, guint tile_index)
{
  return scheduler->tiles[tile_index].failure;
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
  const char *failure = NULL;

  for (guint i = 0; i < scheduler->progress.n_tiles && !failure; i++)
    failure = scheduler->tiles[i].failure;
  return upscale_progress_summarise (scheduler->progress, failure);
}
