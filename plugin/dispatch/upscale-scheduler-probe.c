/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking endpoints what they can do, at the start and after a failure. */
#include "upscale-endpoint-pool.h"
#include "upscale-error.h"
#include "upscale-scheduler-private.h"

/* An endpoint that is being asked what it can do. */
typedef struct
{
  UpscaleScheduler *scheduler;
  UpscaleEndpoint  *endpoint;
} Probe;

/* Has it asked again later, or stops it. */
static void
fail_probe (UpscaleScheduler *self, UpscaleEndpoint *endpoint, const GError *error)
{
  gint64 now_us = upscale_clock_get_now (self->clock);
  gint64 asked_us = upscale_error_get_retry_after (error);
  int    n_strikes;

  upscale_scheduler_tell (self, (UpscaleEvent) { .kind = UPSCALE_EVENT_PROBE_FAILED,
                                                 .endpoint = endpoint,
                                                 .tile_index = UPSCALE_NO_TILE,
                                                 .text = error->message });
  upscale_endpoint_set_unprobed (endpoint);
  if (!upscale_error_is_transient (error))
    {
      upscale_scheduler_stop_endpoint (self, endpoint, error->message);
      return;
    }
  upscale_scheduler_strike (self, endpoint, now_us, FALSE, error);
  n_strikes = upscale_endpoint_get_health (endpoint, now_us).n_strikes;
  upscale_endpoint_rest (
      endpoint,
      now_us + (asked_us > 0
                    ? asked_us
                    : upscale_retry_backoff (n_strikes, g_rand_double (self->random))));
}

static void
welcome (UpscaleScheduler    *self,
         UpscaleEndpoint     *endpoint,
         UpscaleCapabilities *capabilities)
{
  upscale_endpoint_set_ready (endpoint, capabilities);
  upscale_tile_exchange_add_painter (self->exchange, capabilities);
  upscale_scheduler_note_pool (self);
  upscale_scheduler_tell (self, (UpscaleEvent) { .kind = UPSCALE_EVENT_PROBED,
                                                 .endpoint = endpoint,
                                                 .tile_index = UPSCALE_NO_TILE,
                                                 .text = capabilities->identity });
  if (!upscale_scheduler_has_ended (self))
    upscale_scheduler_resume_leftovers (self, endpoint);
}

/* Tiles are handed out once every endpoint has been heard of, so that what any of them
 * has painted in an earlier run is known; but nobody waits long for one that is silent.
 * A batch may have stopped the endpoint while it was asked, and then the answer is late.
 */
static void
on_probed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Probe *probe = user_data;
  g_autoptr (UpscaleScheduler) self = probe->scheduler;
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleCapabilities) capabilities =
      upscale_backend_probe_finish (UPSCALE_BACKEND (object), result, &error);

  self->n_probing--;
  if (!upscale_endpoint_is_alive (probe->endpoint))
    g_debug ("%s was stopped while it was probed",
             upscale_endpoint_get_name (probe->endpoint));
  else if (capabilities)
    welcome (self, probe->endpoint, capabilities);
  else if (!upscale_scheduler_has_ended (self))
    fail_probe (self, probe->endpoint, error);
  if (self->n_probing == 0)
    self->is_open = TRUE;
  upscale_scheduler_pump (self);
}

static void
probe_endpoint (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  Probe *probe = g_new (Probe, 1);

  *probe = (Probe) { g_object_ref (self), endpoint };
  self->n_probing++;
  upscale_endpoint_set_probing (endpoint);
  upscale_backend_probe_async (upscale_endpoint_get_backend (endpoint), self->probes,
                               on_probed, probe);
}

/**
 * upscale_scheduler_probe_when_due:
 * @self: a scheduler
 * @endpoint: an endpoint
 *
 * Asks it what it can do, when nobody has yet and it does not rest.
 */
void
upscale_scheduler_probe_when_due (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  if (upscale_endpoint_get_state (endpoint) == UPSCALE_ENDPOINT_UNPROBED &&
      upscale_endpoint_get_resting_until (endpoint) <=
          upscale_clock_get_now (self->clock) &&
      upscale_scheduler_count_waiting (self) > 0)
    probe_endpoint (self, endpoint);
}
