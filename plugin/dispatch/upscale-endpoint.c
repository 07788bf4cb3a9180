/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint.h"

/* How much a new measurement counts beside all earlier ones. */
#define SPEED_SMOOTHING 0.4

/**
 * UpscaleEndpoint:
 *
 * A service that paints tiles, as one job sees it: what it can do, how fast it is, and
 * whether it is to be asked. It decides nothing; the scheduler does.
 */
struct _UpscaleEndpoint
{
  GObject parent_instance;

  char                *name;
  char                *place;
  UpscaleBackend      *backend;
  UpscaleEndpointTerms terms;
  UpscaleEndpointState state;
  char                *reason; /* of the last failure */
  UpscaleCapabilities *capabilities;
  double               seconds_per_tile;
  int                  max_tiles;

  UpscaleHealth health;

  guint  n_taken;    /* slots */
  guint  n_last;     /* tiles of the last batch */
  guint  most_slots; /* fewer than it has, after it was busy */
  gint64 busy_us;    /* of all slots together, until @counted_us */
  gint64 counted_us;
  GQueue spares; /* the scheduler's: batches that it holds ready, oldest first */
};

G_DEFINE_FINAL_TYPE (UpscaleEndpoint, upscale_endpoint, G_TYPE_OBJECT)

static void
upscale_endpoint_finalize (GObject *object)
{
  UpscaleEndpoint *self = UPSCALE_ENDPOINT (object);

  g_free (self->name);
  g_free (self->place);
  g_free (self->reason);
  g_queue_clear (&self->spares);
  g_clear_object (&self->backend);
  g_clear_pointer (&self->capabilities, upscale_capabilities_unref);
  G_OBJECT_CLASS (upscale_endpoint_parent_class)->finalize (object);
}

static void
upscale_endpoint_class_init (UpscaleEndpointClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_endpoint_finalize;
}

static void
upscale_endpoint_init (UpscaleEndpoint *self)
{
  self->most_slots = G_MAXUINT;
}

/**
 * upscale_endpoint_new:
 * @name: what the user calls it
 * @backend: how to speak to it
 *
 * Returns: (transfer full): the endpoint
 */
UpscaleEndpoint *
upscale_endpoint_new (const char *name, UpscaleBackend *backend)
{
  UpscaleEndpoint *self = g_object_new (UPSCALE_TYPE_ENDPOINT, NULL);

  self->name = g_strdup (name);
  self->place = g_strdup (name);
  self->backend = g_object_ref (backend);
  return self;
}

/**
 * upscale_endpoint_get_name:
 * @endpoint: an endpoint
 *
 * Returns: (transfer none): what the user calls it
 */
const char *
upscale_endpoint_get_name (UpscaleEndpoint *endpoint)
{
  return endpoint->name;
}

/**
 * upscale_endpoint_get_backend:
 * @endpoint: an endpoint
 *
 * Returns: (transfer none): how to speak to it
 */
UpscaleBackend *
upscale_endpoint_get_backend (UpscaleEndpoint *endpoint)
{
  return endpoint->backend;
}

/**
 * upscale_endpoint_get_state:
 * @endpoint: an endpoint
 *
 * Returns: its state
 */
UpscaleEndpointState
upscale_endpoint_get_state (UpscaleEndpoint *endpoint)
{
  return endpoint->state;
}

/**
 * upscale_endpoint_get_reason:
 * @endpoint: an endpoint
 *
 * Returns: (transfer none) (nullable): why it failed last
 */
const char *
upscale_endpoint_get_reason (UpscaleEndpoint *endpoint)
{
  return endpoint->reason;
}

/**
 * upscale_endpoint_get_capabilities:
 * @endpoint: an endpoint
 *
 * Returns: (transfer none) (nullable): what it can do, once it was probed
 */
UpscaleCapabilities *
upscale_endpoint_get_capabilities (UpscaleEndpoint *endpoint)
{
  return endpoint->capabilities;
}

/**
 * upscale_endpoint_get_seconds_per_tile:
 * @endpoint: an endpoint
 *
 * Returns: its measured speed, 0 when not known yet
 */
double
upscale_endpoint_get_seconds_per_tile (UpscaleEndpoint *endpoint)
{
  return endpoint->seconds_per_tile;
}

/**
 * upscale_endpoint_get_max_tiles:
 * @endpoint: an endpoint
 *
 * Returns: tiles that it takes in one batch, by its own word and by experience
 */
int
upscale_endpoint_get_max_tiles (UpscaleEndpoint *endpoint)
{
  return endpoint->max_tiles;
}

/**
 * upscale_endpoint_allows_duplicates:
 * @endpoint: an endpoint that was probed
 *
 * Returns: whether it may paint what another one is late with
 */
gboolean
upscale_endpoint_allows_duplicates (UpscaleEndpoint *endpoint)
{
  if (endpoint->terms.duplicates != UPSCALE_DUPLICATES_AUTO)
    return endpoint->terms.duplicates == UPSCALE_DUPLICATES_ALLOWED;
  return !endpoint->capabilities->autoscales &&
         upscale_endpoint_get_price_per_hour (endpoint) <= 0.0;
}

/**
 * upscale_endpoint_get_spares:
 * @endpoint: an endpoint
 *
 * Returns: (transfer none): batches that it holds ready, oldest first; for the scheduler
 * to fill and empty
 */
GQueue *
upscale_endpoint_get_spares (UpscaleEndpoint *endpoint)
{
  return &endpoint->spares;
}

/**
 * upscale_endpoint_get_n_taken:
 * @endpoint: an endpoint
 *
 * Returns: batches it has, those held ready included
 */
guint
upscale_endpoint_get_n_taken (UpscaleEndpoint *endpoint)
{
  return endpoint->n_taken;
}

/**
 * upscale_endpoint_get_n_last:
 * @endpoint: an endpoint
 *
 * Returns: tiles that the last batch it got might hold, 0 before the first
 */
guint
upscale_endpoint_get_n_last (UpscaleEndpoint *endpoint)
{
  return endpoint->n_last;
}

/**
 * upscale_endpoint_get_n_workers:
 * @endpoint: an endpoint that was probed
 *
 * Returns: batches it works on at once, as the user said or by its own word; fewer for a
 * while after it was busy
 */
guint
upscale_endpoint_get_n_workers (UpscaleEndpoint *endpoint)
{
  int n = endpoint->terms.n_slots > 0 ? endpoint->terms.n_slots
                                      : endpoint->capabilities->concurrency;

  return MIN ((guint) MAX (n, 1), endpoint->most_slots);
}

/**
 * upscale_endpoint_get_price_per_hour:
 * @endpoint: an endpoint
 *
 * Returns: of one slot at work, in dollars: as the user says, or else by its own word
 */
double
upscale_endpoint_get_price_per_hour (UpscaleEndpoint *endpoint)
{
  if (endpoint->terms.price_per_hour > 0.0 || !endpoint->capabilities)
    return endpoint->terms.price_per_hour;
  return endpoint->capabilities->price_per_hour;
}

/* Batches held ready cost nothing. */
static guint
count_working (UpscaleEndpoint *endpoint)
{
  return endpoint->n_taken - endpoint->spares.length;
}

static void
count_busy_time (UpscaleEndpoint *endpoint, gint64 now_us)
{
  endpoint->busy_us += count_working (endpoint) * (now_us - endpoint->counted_us);
  endpoint->counted_us = now_us;
}

/**
 * upscale_endpoint_get_cost:
 * @endpoint: an endpoint
 * @now_us: the time
 *
 * Returns: what its work has cost so far, in dollars
 */
double
upscale_endpoint_get_cost (UpscaleEndpoint *endpoint, gint64 now_us)
{
  count_busy_time (endpoint, now_us);
  return (double) endpoint->busy_us / G_USEC_PER_SEC / 3600.0 *
         upscale_endpoint_get_price_per_hour (endpoint);
}

/**
 * upscale_endpoint_set_place:
 * @endpoint: an endpoint that was not probed yet
 * @place: what #UpscaleCapabilities has as its place; its name otherwise
 */
void
upscale_endpoint_set_place (UpscaleEndpoint *endpoint, const char *place)
{
  g_set_str (&endpoint->place, place);
}

/**
 * upscale_endpoint_set_terms:
 * @endpoint: an endpoint that has not worked yet
 * @terms: what the user has settled
 */
void
upscale_endpoint_set_terms (UpscaleEndpoint *endpoint, UpscaleEndpointTerms terms)
{
  endpoint->terms = terms;
}

/**
 * upscale_endpoint_take_slot:
 * @endpoint: an endpoint that gets a batch
 * @n_tiles: tiles that the batch may hold
 * @now_us: the time
 */
void
upscale_endpoint_take_slot (UpscaleEndpoint *endpoint, guint n_tiles, gint64 now_us)
{
  endpoint->n_last = n_tiles;
  count_busy_time (endpoint, now_us);
  endpoint->n_taken++;
}

/**
 * upscale_endpoint_free_slot:
 * @endpoint: an endpoint whose batch has ended
 * @now_us: the time
 */
void
upscale_endpoint_free_slot (UpscaleEndpoint *endpoint, gint64 now_us)
{
  count_busy_time (endpoint, now_us);
  endpoint->n_taken--;
}

/**
 * upscale_endpoint_set_probing:
 * @endpoint: an endpoint that is not probed
 */
void
upscale_endpoint_set_probing (UpscaleEndpoint *endpoint)
{
  g_return_if_fail (endpoint->state == UPSCALE_ENDPOINT_UNPROBED);

  endpoint->state = UPSCALE_ENDPOINT_PROBING;
}

/**
 * upscale_endpoint_set_unprobed:
 * @endpoint: an endpoint whose probe failed, or whose capabilities may have changed
 */
void
upscale_endpoint_set_unprobed (UpscaleEndpoint *endpoint)
{
  g_return_if_fail (endpoint->state != UPSCALE_ENDPOINT_STOPPED);

  endpoint->state = UPSCALE_ENDPOINT_UNPROBED;
}

/**
 * upscale_endpoint_set_ready:
 * @endpoint: an endpoint that was probed
 * @capabilities: what it can do, as its probe returned it; gets the endpoint's place
 */
void
upscale_endpoint_set_ready (UpscaleEndpoint *endpoint, UpscaleCapabilities *capabilities)
{
  g_return_if_fail (endpoint->state != UPSCALE_ENDPOINT_STOPPED);

  g_set_str (&capabilities->place, endpoint->place);
  g_clear_pointer (&endpoint->capabilities, upscale_capabilities_unref);
  endpoint->capabilities = upscale_capabilities_ref (capabilities);
  endpoint->max_tiles = capabilities->max_tiles;
  endpoint->state = UPSCALE_ENDPOINT_READY;
  upscale_health_note_room (&endpoint->health);
}

/**
 * upscale_endpoint_stop:
 * @endpoint: an endpoint
 * @reason: why it is asked no more, a sentence
 */
void
upscale_endpoint_stop (UpscaleEndpoint *endpoint, const char *reason)
{
  endpoint->state = UPSCALE_ENDPOINT_STOPPED;
  g_set_str (&endpoint->reason, reason);
}

/**
 * upscale_endpoint_set_reason:
 * @endpoint: an endpoint that has failed
 * @reason: how, a sentence
 */
void
upscale_endpoint_set_reason (UpscaleEndpoint *endpoint, const char *reason)
{
  g_set_str (&endpoint->reason, reason);
}

/**
 * upscale_endpoint_get_health:
 * @endpoint: an endpoint
 *
 * Returns: (transfer none): how it fares; for the scheduler to change
 */
UpscaleHealth *
upscale_endpoint_get_health (UpscaleEndpoint *endpoint)
{
  return &endpoint->health;
}

/**
 * upscale_endpoint_note_success:
 * @endpoint: an endpoint that has painted
 * @seconds_per_tile: how fast
 */
void
upscale_endpoint_note_success (UpscaleEndpoint *endpoint, double seconds_per_tile)
{
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
 * upscale_endpoint_ask_less:
 * @endpoint: an endpoint that had no room for a batch that it still counts as having
 *
 * Takes slots away; each success gives one back.
 */
void
upscale_endpoint_ask_less (UpscaleEndpoint *endpoint)
{
  endpoint->most_slots = MAX (endpoint->n_taken, 2) - 1;
}

/**
 * upscale_endpoint_halve:
 * @endpoint: an endpoint
 * @n_tiles: tiles of the batch that was too large for it
 */
void
upscale_endpoint_halve (UpscaleEndpoint *endpoint, guint n_tiles)
{
  endpoint->max_tiles = CLAMP ((int) n_tiles / 2, 1, endpoint->max_tiles);
}
