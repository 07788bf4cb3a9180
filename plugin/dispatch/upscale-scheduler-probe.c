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

/* A machine that is being started says so for minutes. */
static void
wait_for_unready (UpscaleScheduler *self, UpscaleEndpoint *endpoint, const GError *error)
{
  gint64 patience_us = upscale_scheduler_note_busy (self, endpoint);
  gint64 wait_us =
      upscale_retry_wait (error, upscale_endpoint_get_health (endpoint)->n_busy,
                          patience_us, g_rand_double (self->random));

  if (wait_us > 0)
    upscale_scheduler_let_rest (self, endpoint, wait_us, error);
  else
    upscale_scheduler_stop_busy_endpoint (self, endpoint, error);
}

/* Has it asked again later, or stops it. */
static void
fail_probe (UpscaleScheduler *self, UpscaleEndpoint *endpoint, const GError *error)
{
  gint64         now_us = upscale_clock_get_now (self->clock);
  UpscaleHealth *health = upscale_endpoint_get_health (endpoint);

  upscale_scheduler_tell (self, (UpscaleEvent) { .kind = UPSCALE_EVENT_PROBE_FAILED,
                                                 .endpoint = endpoint,
                                                 .tile_index = UPSCALE_NO_TILE,
                                                 .text = error->message });
  upscale_endpoint_set_unprobed (endpoint);
  if (upscale_error_is_unready (error))
    {
      wait_for_unready (self, endpoint, error);
      return;
    }
  upscale_health_note_room (health);
  if (!upscale_error_is_transient (error))
    {
      upscale_scheduler_stop_endpoint (self, endpoint, error->message);
      return;
    }
  upscale_scheduler_strike (self, endpoint, now_us, FALSE, error);
  upscale_health_rest (health,
                       now_us + upscale_retry_backoff (health->n_strikes,
                                                       g_rand_double (self->random)));
}

static void
welcome (UpscaleScheduler    *self,
         UpscaleEndpoint     *endpoint,
         UpscaleCapabilities *capabilities)
{
  upscale_endpoint_set_ready (endpoint, capabilities);
  upscale_tile_provider_add_painter (self->provider, capabilities);
  upscale_scheduler_note_pool (self);
  upscale_scheduler_tell (self, (UpscaleEvent) { .kind = UPSCALE_EVENT_PROBED,
                                                 .endpoint = endpoint,
                                                 .tile_index = UPSCALE_NO_TILE,
                                                 .text = capabilities->identity });
  if (!upscale_scheduler_has_ended (self))
    upscale_scheduler_resume_orphans (self, endpoint);
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
      upscale_endpoint_get_health (endpoint)->resting_until_us <=
          upscale_clock_get_now (self->clock) &&
      upscale_scheduler_count_waiting (self) > 0)
    probe_endpoint (self, endpoint);
}
