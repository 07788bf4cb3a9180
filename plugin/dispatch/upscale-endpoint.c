/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"

/* Weight of a new speed measurement against all earlier ones. */
#define SPEED_SMOOTHING 0.4

/**
 * UpscaleEndpoint:
 *
 * A service that paints tiles, as one job sees it: its state, capabilities, speed,
 * failures, waits, slots and cost. It executes decisions of core's `upscale-retry`; the
 * scheduler and the prober report what happened.
 */
struct _UpscaleEndpoint
{
  GObject parent_instance;

  char                *name;
  char                *sharing_scope;
  char                *debug_name;
  UpscaleBackend      *backend;
  UpscaleEndpointTerms terms;
  UpscaleEndpointState state;
  char                *reason; /* of the last failure */
  UpscaleCapabilities *capabilities;
  double               seconds_per_tile;
  int                  max_tiles;
  UpscaleHealth        health;

  guint  n_taken;    /* batches, queued ones included */
  guint  n_queued;   /* of these, the batches beyond the slots */
  guint  n_last;     /* tiles of the last batch */
  guint  most_slots; /* lowered after a busy answer */
  gint64 busy_us;    /* of all slots together, until @counted_us */
  gint64 counted_us;
};

G_DEFINE_FINAL_TYPE (UpscaleEndpoint, upscale_endpoint, G_TYPE_OBJECT)

enum
{
  SIGNAL_STATE_CHANGED,
  SIGNAL_BUSY,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const char *const state_names[] = {
  [UPSCALE_ENDPOINT_UNPROBED] = "unprobed",
  [UPSCALE_ENDPOINT_PROBING] = "probing",
  [UPSCALE_ENDPOINT_READY] = "ready",
  [UPSCALE_ENDPOINT_STOPPED] = "stopped",
};

static void
set_state (UpscaleEndpoint *self, UpscaleEndpointState state)
{
  UpscaleEndpointState previous = self->state;

  g_debug ("endpoint %s: %s -> %s", self->debug_name, state_names[previous],
           state_names[state]);
  self->state = state;
  g_signal_emit (self, signals[SIGNAL_STATE_CHANGED], 0, (guint) previous);
}

static void
upscale_endpoint_finalize (GObject *object)
{
  UpscaleEndpoint *self = UPSCALE_ENDPOINT (object);

  g_free (self->name);
  g_free (self->sharing_scope);
  g_free (self->debug_name);
  g_free (self->reason);
  g_clear_object (&self->backend);
  g_clear_pointer (&self->capabilities, upscale_capabilities_unref);
  G_OBJECT_CLASS (upscale_endpoint_parent_class)->finalize (object);
}

static void
upscale_endpoint_class_init (UpscaleEndpointClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_endpoint_finalize;

  /**
   * UpscaleEndpoint::state-changed:
   * @previous: the #UpscaleEndpointState before
   *
   * Emitted after each transition, and when a stopped endpoint is stopped for another
   * reason.
   */
  signals[SIGNAL_STATE_CHANGED] =
      g_signal_new ("state-changed", UPSCALE_TYPE_ENDPOINT, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);

  /**
   * UpscaleEndpoint::busy:
   * @wait_us: the time until the endpoint gets its next request, us
   *
   * Emitted when the endpoint backs off because it has no room, or is being started.
   */
  signals[SIGNAL_BUSY] = g_signal_new ("busy", UPSCALE_TYPE_ENDPOINT, G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
upscale_endpoint_init (UpscaleEndpoint *self)
{
  self->most_slots = G_MAXUINT;
}

/* An address that the user has typed is its own name. Its path, query and fragment may
 * hold secrets, which debug output must not. */
static char *
make_debug_name (const char *name)
{
  const char *colon = g_strstr_len (name, -1, "://");
  const char *host = colon ? colon + strlen ("://") : NULL;

  return host ? g_strndup (name, (gsize) (host - name) + strcspn (host, "/?#"))
              : g_strdup (name);
}

/**
 * upscale_endpoint_new:
 * @name: the user's name for the endpoint
 * @backend: the code that speaks to it
 *
 * Returns: (transfer full): the endpoint
 */
UpscaleEndpoint *
upscale_endpoint_new (const char *name, UpscaleBackend *backend)
{
  UpscaleEndpoint *self;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (UPSCALE_IS_BACKEND (backend), NULL);

  self = g_object_new (UPSCALE_TYPE_ENDPOINT, NULL);
  self->name = g_strdup (name);
  self->sharing_scope = g_strdup (name);
  self->debug_name = make_debug_name (name);
  self->backend = g_object_ref (backend);
  return self;
}

/**
 * upscale_endpoint_set_sharing_scope:
 * @endpoint: an endpoint that was not probed yet
 * @sharing_scope: the scope for #UpscaleCapabilities; the endpoint's name by default
 */
void
upscale_endpoint_set_sharing_scope (UpscaleEndpoint *endpoint, const char *sharing_scope)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));
  g_return_if_fail (sharing_scope != NULL);

  g_set_str (&endpoint->sharing_scope, sharing_scope);
}

/**
 * upscale_endpoint_set_terms:
 * @endpoint: an endpoint that has not worked yet
 * @terms: the user's settings for the endpoint
 */
void
upscale_endpoint_set_terms (UpscaleEndpoint *endpoint, UpscaleEndpointTerms terms)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));

  endpoint->terms = terms;
}

/**
 * upscale_endpoint_get_name:
 * @endpoint: an endpoint
 *
 * Returns: (transfer none): the user's name for the endpoint
 */
const char *
upscale_endpoint_get_name (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), NULL);

  return endpoint->name;
}

/**
 * upscale_endpoint_get_debug_name:
 * @endpoint: an endpoint
 *
 * Returns: (transfer none): the name without secrets, for g_debug()
 */
const char *
upscale_endpoint_get_debug_name (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), NULL);

  return endpoint->debug_name;
}

/**
 * upscale_endpoint_get_backend:
 * @endpoint: an endpoint
 *
 * Returns: (transfer none): the code that speaks to the endpoint
 */
UpscaleBackend *
upscale_endpoint_get_backend (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), NULL);

  return endpoint->backend;
}

/**
 * upscale_endpoint_get_state:
 * @endpoint: an endpoint
 *
 * Returns: the endpoint's state
 */
UpscaleEndpointState
upscale_endpoint_get_state (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), UPSCALE_ENDPOINT_STOPPED);

  return endpoint->state;
}

/**
 * upscale_endpoint_is_alive:
 * @endpoint: an endpoint
 *
 * Returns: %TRUE if the endpoint may still paint something in this job
 */
gboolean
upscale_endpoint_is_alive (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), FALSE);

  return endpoint->state != UPSCALE_ENDPOINT_STOPPED;
}

/**
 * upscale_endpoint_get_reason:
 * @endpoint: an endpoint
 *
 * Returns: (transfer none) (nullable): the reason of the last failure, a sentence
 */
const char *
upscale_endpoint_get_reason (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), NULL);

  return endpoint->reason;
}

/**
 * upscale_endpoint_get_capabilities:
 * @endpoint: an endpoint
 *
 * Returns: (transfer none) (nullable): the answer to the last successful probe
 */
UpscaleCapabilities *
upscale_endpoint_get_capabilities (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), NULL);

  return endpoint->capabilities;
}

/**
 * upscale_endpoint_get_seconds_per_tile:
 * @endpoint: an endpoint
 *
 * Returns: the measured speed, seconds; 0 if unknown
 */
double
upscale_endpoint_get_seconds_per_tile (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), 0.0);

  return endpoint->seconds_per_tile;
}

/**
 * upscale_endpoint_get_max_tiles:
 * @endpoint: an endpoint
 *
 * Returns: the largest batch that the endpoint takes, as the endpoint reports, or
 * half of a batch that was too large
 */
int
upscale_endpoint_get_max_tiles (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), 0);

  return endpoint->max_tiles;
}

/**
 * upscale_endpoint_get_health:
 * @endpoint: an endpoint
 *
 * Returns: (transfer none): the failures and waits of the endpoint
 */
const UpscaleHealth *
upscale_endpoint_get_health (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), NULL);

  return &endpoint->health;
}

/**
 * upscale_endpoint_get_wait_us:
 * @endpoint: an endpoint
 * @now_us: the time
 *
 * Returns: the time until a busy endpoint gets its next request, us; 0 if the endpoint is
 * not busy
 */
gint64
upscale_endpoint_get_wait_us (UpscaleEndpoint *endpoint, gint64 now_us)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), 0);

  if (endpoint->health.n_busy == 0 || endpoint->state == UPSCALE_ENDPOINT_STOPPED)
    return 0;
  return MAX (endpoint->health.backing_off_until_us - now_us, 0);
}

/**
 * upscale_endpoint_is_backing_off:
 * @endpoint: an endpoint
 * @now_us: the time
 *
 * Returns: %TRUE if the endpoint gets no request now
 */
gboolean
upscale_endpoint_is_backing_off (UpscaleEndpoint *endpoint, gint64 now_us)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), FALSE);

  return endpoint->health.backing_off_until_us > now_us;
}

/**
 * upscale_endpoint_allows_duplicates:
 * @endpoint: an endpoint that was probed
 *
 * Returns: %TRUE if the endpoint may paint duplicates of late tiles
 */
gboolean
upscale_endpoint_allows_duplicates (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), FALSE);
  g_return_val_if_fail (endpoint->capabilities != NULL, FALSE);

  return upscale_hedge_allows_duplicates (endpoint->terms.duplicates,
                                          endpoint->capabilities->autoscales,
                                          upscale_endpoint_get_price_per_hour (endpoint));
}

/**
 * upscale_endpoint_get_n_taken:
 * @endpoint: an endpoint
 *
 * Returns: the number of batches that the endpoint has, queued ones included
 */
guint
upscale_endpoint_get_n_taken (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), 0);

  return endpoint->n_taken;
}

/**
 * upscale_endpoint_get_n_last:
 * @endpoint: an endpoint
 *
 * Returns: the most tiles that the endpoint's last batch could hold, 0 before the first
 */
guint
upscale_endpoint_get_n_last (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), 0);

  return endpoint->n_last;
}

/**
 * upscale_endpoint_get_n_workers:
 * @endpoint: an endpoint that was probed
 *
 * Returns: the number of batches that the endpoint works on at once, as the user or the
 * endpoint says; fewer for a while after a busy answer
 */
guint
upscale_endpoint_get_n_workers (UpscaleEndpoint *endpoint)
{
  int n;

  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), 0);
  g_return_val_if_fail (endpoint->capabilities != NULL, 0);

  n = endpoint->terms.n_slots > 0 ? endpoint->terms.n_slots
                                  : endpoint->capabilities->concurrency;
  return MIN ((guint) MAX (n, 1), endpoint->most_slots);
}

/**
 * upscale_endpoint_get_price_per_hour:
 * @endpoint: an endpoint
 *
 * Returns: the price of one slot at work, in dollars, as the user or else the endpoint
 * says
 */
double
upscale_endpoint_get_price_per_hour (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), 0.0);

  if (endpoint->terms.price_per_hour > 0.0 || !endpoint->capabilities)
    return endpoint->terms.price_per_hour;
  return endpoint->capabilities->price_per_hour;
}

/* Queued batches cost nothing. */
static gint64
get_busy_us (const UpscaleEndpoint *self, gint64 now_us)
{
  guint n_working = self->n_taken - self->n_queued;

  return self->busy_us + n_working * (now_us - self->counted_us);
}

static void
count_busy_time (UpscaleEndpoint *self, gint64 now_us)
{
  self->busy_us = get_busy_us (self, now_us);
  self->counted_us = now_us;
}

/**
 * upscale_endpoint_get_cost:
 * @endpoint: an endpoint
 * @now_us: the time
 *
 * Returns: the cost of the endpoint's work so far, in dollars
 */
double
upscale_endpoint_get_cost (UpscaleEndpoint *endpoint, gint64 now_us)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), 0.0);

  return (double) get_busy_us (endpoint, now_us) / G_USEC_PER_SEC / 3600.0 *
         upscale_endpoint_get_price_per_hour (endpoint);
}

/**
 * upscale_endpoint_take_slot:
 * @endpoint: an endpoint that gets a batch
 * @n_tiles: the most tiles that the batch can hold
 * @now_us: the time
 *
 * Returns: %TRUE if all slots are taken, so that the endpoint only queues the batch
 */
gboolean
upscale_endpoint_take_slot (UpscaleEndpoint *endpoint, guint n_tiles, gint64 now_us)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), FALSE);

  endpoint->n_last = n_tiles;
  count_busy_time (endpoint, now_us);
  endpoint->n_taken++;
  if (endpoint->n_taken <= upscale_endpoint_get_n_workers (endpoint) + endpoint->n_queued)
    return FALSE;
  endpoint->n_queued++;
  return TRUE;
}

/**
 * upscale_endpoint_free_slot:
 * @endpoint: an endpoint whose batch has ended
 * @now_us: the time
 *
 * Counts the batch out. Either the batch was queued itself, or the endpoint begins with a
 * queued one instead.
 */
void
upscale_endpoint_free_slot (UpscaleEndpoint *endpoint, gint64 now_us)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));
  g_return_if_fail (endpoint->n_taken > 0);

  count_busy_time (endpoint, now_us);
  endpoint->n_taken--;
  if (endpoint->n_queued > 0)
    endpoint->n_queued--;
}

/**
 * upscale_endpoint_set_probing:
 * @endpoint: an endpoint that is not probed
 */
void
upscale_endpoint_set_probing (UpscaleEndpoint *endpoint)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));
  g_return_if_fail (endpoint->state == UPSCALE_ENDPOINT_UNPROBED);

  set_state (endpoint, UPSCALE_ENDPOINT_PROBING);
}

/**
 * upscale_endpoint_set_unprobed:
 * @endpoint: an endpoint whose probe failed, or whose capabilities may have changed
 */
void
upscale_endpoint_set_unprobed (UpscaleEndpoint *endpoint)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));
  g_return_if_fail (endpoint->state != UPSCALE_ENDPOINT_STOPPED);

  set_state (endpoint, UPSCALE_ENDPOINT_UNPROBED);
}

/**
 * upscale_endpoint_set_ready:
 * @endpoint: an endpoint that was probed
 * @capabilities: the answer to the probe; gets the endpoint's sharing scope
 */
void
upscale_endpoint_set_ready (UpscaleEndpoint *endpoint, UpscaleCapabilities *capabilities)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));
  g_return_if_fail (endpoint->state != UPSCALE_ENDPOINT_STOPPED);
  g_return_if_fail (capabilities != NULL);

  g_set_str (&capabilities->sharing_scope, endpoint->sharing_scope);
  g_clear_pointer (&endpoint->capabilities, upscale_capabilities_unref);
  endpoint->capabilities = upscale_capabilities_ref (capabilities);
  endpoint->max_tiles = capabilities->max_tiles;
  upscale_health_note_room (&endpoint->health);
  set_state (endpoint, UPSCALE_ENDPOINT_READY);
}

/**
 * upscale_endpoint_stop:
 * @endpoint: an endpoint
 * @reason: the reason why the endpoint gets no request any more, a sentence
 */
void
upscale_endpoint_stop (UpscaleEndpoint *endpoint, const char *reason)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));
  g_return_if_fail (reason != NULL);

  g_set_str (&endpoint->reason, reason);
  set_state (endpoint, UPSCALE_ENDPOINT_STOPPED);
}

/**
 * upscale_endpoint_stop_busy:
 * @endpoint: an endpoint that was busy for too long
 * @error: the endpoint's last answer
 * @timeout_us: the batch timeout, us
 */
void
upscale_endpoint_stop_busy (UpscaleEndpoint *endpoint,
                            const GError    *error,
                            gint64           timeout_us)
{
  g_autofree char *reason = NULL;

  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));
  g_return_if_fail (error != NULL);

  reason = g_strdup_printf (_ ("%s It was busy for %d s, as long as the batch timeout: "
                               "raise that, or run again later."),
                            error->message, (int) (timeout_us / G_USEC_PER_SEC));
  upscale_endpoint_stop (endpoint, reason);
}

/**
 * upscale_endpoint_back_off:
 * @endpoint: an endpoint
 * @until_us: time until which the endpoint gets no request
 *
 * Lets the endpoint back off, unless it is stopped.
 */
void
upscale_endpoint_back_off (UpscaleEndpoint *endpoint, gint64 until_us)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));

  if (endpoint->state == UPSCALE_ENDPOINT_STOPPED)
    return;
  g_debug ("endpoint %s: backs off until %" G_GINT64_FORMAT " us", endpoint->debug_name,
           until_us);
  upscale_health_back_off (&endpoint->health, until_us);
}

/**
 * upscale_endpoint_wait_for_room:
 * @endpoint: an endpoint that is busy
 * @error: the endpoint's answer
 * @wait_us: time until the next request, us
 * @now_us: the time
 *
 * Backs off, keeps the reason and emits #UpscaleEndpoint::busy.
 */
void
upscale_endpoint_wait_for_room (UpscaleEndpoint *endpoint,
                                const GError    *error,
                                gint64           wait_us,
                                gint64           now_us)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));
  g_return_if_fail (error != NULL);

  g_set_str (&endpoint->reason, error->message);
  upscale_endpoint_back_off (endpoint, now_us + wait_us);
  g_signal_emit (endpoint, signals[SIGNAL_BUSY], 0, wait_us);
}

/**
 * upscale_endpoint_note_success:
 * @endpoint: an endpoint that has painted tiles
 * @seconds_per_tile: the measured speed, seconds
 *
 * Ends a row of failures, and gives back one of the slots that busy answers have cost.
 */
void
upscale_endpoint_note_success (UpscaleEndpoint *endpoint, double seconds_per_tile)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));

  upscale_health_note_success (&endpoint->health);
  if (endpoint->most_slots < G_MAXUINT)
    endpoint->most_slots++;
  if (endpoint->seconds_per_tile > 0.0)
    endpoint->seconds_per_tile +=
        SPEED_SMOOTHING * (seconds_per_tile - endpoint->seconds_per_tile);
  else
    endpoint->seconds_per_tile = seconds_per_tile;
}

/**
 * upscale_endpoint_note_busy:
 * @endpoint: an endpoint that has no room, or is being started
 * @now_us: the time
 *
 * Returns: the time since the first of its busy answers in a row, us
 */
gint64
upscale_endpoint_note_busy (UpscaleEndpoint *endpoint, gint64 now_us)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), 0);

  return upscale_health_note_busy (&endpoint->health, now_us);
}

/**
 * upscale_endpoint_note_room:
 * @endpoint: an endpoint whose answer was not a busy one
 */
void
upscale_endpoint_note_room (UpscaleEndpoint *endpoint)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));

  upscale_health_note_room (&endpoint->health);
}

/**
 * upscale_endpoint_note_failure:
 * @endpoint: an endpoint that has failed
 * @error: the failure
 * @max_tries: tries that a tile gets
 * @begun_us: time when the failed work began
 * @now_us: the time
 *
 * Counts a failure against the endpoint, and stops the endpoint when it has failed too
 * often.
 *
 * Returns: %TRUE if the failure counts and the endpoint goes on
 */
gboolean
upscale_endpoint_note_failure (UpscaleEndpoint *endpoint,
                               const GError    *error,
                               int              max_tries,
                               gint64           begun_us,
                               gint64           now_us)
{
  UpscaleRetryHealthCase what;

  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), FALSE);
  g_return_val_if_fail (error != NULL, FALSE);

  if (endpoint->state == UPSCALE_ENDPOINT_STOPPED)
    return FALSE;
  g_set_str (&endpoint->reason, error->message);
  if (!upscale_health_note_failure (&endpoint->health, begun_us, now_us))
    return FALSE;
  g_debug ("endpoint %s: failure %d in a row", endpoint->debug_name,
           endpoint->health.n_failures);
  what = upscale_health_get_case (&endpoint->health, now_us);
  what.max_tries = max_tries;
  what.is_probe = endpoint->state != UPSCALE_ENDPOINT_READY;
  if (!upscale_retry_should_stop (what))
    return TRUE;
  upscale_endpoint_stop (endpoint, error->message);
  return FALSE;
}

/* The slots come back one by one, with each success. */
static void
reduce_slots (UpscaleEndpoint *self)
{
  self->most_slots = MAX (self->n_taken, 2) - 1;
  g_debug ("endpoint %s: %u slots after a busy answer", self->debug_name,
           self->most_slots);
}

/**
 * upscale_endpoint_note_failed_batch:
 * @endpoint: an endpoint that still counts the failed batch among those it has
 * @error: the failure
 * @decision: the decision of upscale_retry_decide() about it
 * @policy: the user's settings
 * @sent_us: time when the batch was sent
 * @now_us: the time
 *
 * Executes the part of the decision that is about the endpoint.
 */
void
upscale_endpoint_note_failed_batch (UpscaleEndpoint     *endpoint,
                                    const GError        *error,
                                    UpscaleRetryDecision decision,
                                    UpscalePolicy        policy,
                                    gint64               sent_us,
                                    gint64               now_us)
{
  gboolean goes_on = FALSE;

  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));
  g_return_if_fail (error != NULL);

  if (decision.action == UPSCALE_RETRY_STOP_ENDPOINT && upscale_error_is_busy (error))
    upscale_endpoint_stop_busy (endpoint, error, policy.batch_timeout_us);
  else if (decision.action == UPSCALE_RETRY_STOP_ENDPOINT)
    upscale_endpoint_stop (endpoint, error->message);
  else if (decision.is_endpoint_failure)
    goes_on = upscale_endpoint_note_failure (endpoint, error, policy.max_tries, sent_us,
                                             now_us);
  if (goes_on && decision.needs_probe && endpoint->state == UPSCALE_ENDPOINT_READY)
    set_state (endpoint, UPSCALE_ENDPOINT_UNPROBED);
  if (decision.reduces_slots)
    reduce_slots (endpoint);
  if (decision.backs_off)
    upscale_endpoint_back_off (endpoint, now_us + decision.wait_us);
}

/**
 * upscale_endpoint_halve:
 * @endpoint: an endpoint
 * @n_tiles: tiles of the batch that was too large for the endpoint
 *
 * Lets the endpoint's next batches hold half as many tiles.
 */
void
upscale_endpoint_halve (UpscaleEndpoint *endpoint, guint n_tiles)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));

  endpoint->max_tiles = CLAMP ((int) n_tiles / 2, 1, endpoint->max_tiles);
  g_debug ("endpoint %s: at most %d tiles a batch", endpoint->debug_name,
           endpoint->max_tiles);
}
