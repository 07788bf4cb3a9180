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
  UpscaleBackend      *backend;
  UpscaleEndpointState state;
  char                *reason; /* of the last failure */
  UpscaleCapabilities *capabilities;
  double               seconds_per_tile;
  int                  max_tiles;
  int                  n_strikes; /* failures in a row */
  gint64               resting_until_us;
};

G_DEFINE_FINAL_TYPE (UpscaleEndpoint, upscale_endpoint, G_TYPE_OBJECT)

static void
upscale_endpoint_finalize (GObject *object)
{
  UpscaleEndpoint *self = UPSCALE_ENDPOINT (object);

  g_free (self->name);
  g_free (self->reason);
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
 * upscale_endpoint_get_resting_until:
 * @endpoint: an endpoint
 *
 * Returns: until when it is to be left alone
 */
gint64
upscale_endpoint_get_resting_until (UpscaleEndpoint *endpoint)
{
  return endpoint->resting_until_us;
}

/**
 * upscale_endpoint_set_probing:
 * @endpoint: an endpoint that is not probed
 */
void
upscale_endpoint_set_probing (UpscaleEndpoint *endpoint)
{
  g_assert (endpoint->state == UPSCALE_ENDPOINT_UNPROBED);
  endpoint->state = UPSCALE_ENDPOINT_PROBING;
}

/**
 * upscale_endpoint_set_unprobed:
 * @endpoint: an endpoint whose probe failed, or whose capabilities may have changed
 */
void
upscale_endpoint_set_unprobed (UpscaleEndpoint *endpoint)
{
  g_assert (endpoint->state != UPSCALE_ENDPOINT_STOPPED);
  endpoint->state = UPSCALE_ENDPOINT_UNPROBED;
}

/**
 * upscale_endpoint_set_ready:
 * @endpoint: an endpoint that was probed
 * @capabilities: what it can do
 */
void
upscale_endpoint_set_ready (UpscaleEndpoint *endpoint, UpscaleCapabilities *capabilities)
{
  g_clear_pointer (&endpoint->capabilities, upscale_capabilities_unref);
  endpoint->capabilities = upscale_capabilities_ref (capabilities);
  endpoint->max_tiles = capabilities->max_tiles;
  endpoint->state = UPSCALE_ENDPOINT_READY;
}

static void
set_reason (UpscaleEndpoint *endpoint, const char *reason)
{
  g_autofree char *old = endpoint->reason;

  endpoint->reason = g_strdup (reason);
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
  set_reason (endpoint, reason);
}

/**
 * upscale_endpoint_rest:
 * @endpoint: an endpoint
 * @until_us: until when it is to be left alone
 */
void
upscale_endpoint_rest (UpscaleEndpoint *endpoint, gint64 until_us)
{
  endpoint->resting_until_us = MAX (endpoint->resting_until_us, until_us);
}

/**
 * upscale_endpoint_strike:
 * @endpoint: an endpoint that has failed
 * @reason: how, a sentence
 *
 * Returns: failures in a row
 */
int
upscale_endpoint_strike (UpscaleEndpoint *endpoint, const char *reason)
{
  set_reason (endpoint, reason);
  return ++endpoint->n_strikes;
}

/**
 * upscale_endpoint_note_success:
 * @endpoint: an endpoint that has painted
 * @seconds_per_tile: how fast
 */
void
upscale_endpoint_note_success (UpscaleEndpoint *endpoint, double seconds_per_tile)
{
  endpoint->n_strikes = 0;
  if (endpoint->seconds_per_tile > 0.0)
    endpoint->seconds_per_tile +=
        SPEED_SMOOTHING * (seconds_per_tile - endpoint->seconds_per_tile);
  else
    endpoint->seconds_per_tile = seconds_per_tile;
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
