/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-prober.h"

/* Time that tiles wait at the start for endpoints that do not answer their probe. */
#define OPENING_WAIT_US (3 * G_USEC_PER_SEC)

/**
 * UpscaleEndpointProber:
 *
 * Asks the endpoints of a job for their capabilities, at the start and after failures,
 * and lets an endpoint back off when its probe fails. Tiles are handed out once the
 * prober is open: when every endpoint has answered, so that each tile which any of them
 * has painted in an earlier run is found in the tile cache, or after a few seconds.
 */
struct _UpscaleEndpointProber
{
  GObject parent_instance;

  UpscaleClock *clock;
  UpscalePolicy policy;
  gboolean      wants_captions;
  GCancellable *cancellable;
  GRand        *random;
  guint         opening; /* timer */
  guint         n_probing;
  gboolean      is_open;
};

/* One probe that is under way. */
typedef struct
{
  UpscaleEndpointProber *prober;
  UpscaleEndpoint       *endpoint;
} Probe;

G_DEFINE_FINAL_TYPE (UpscaleEndpointProber, upscale_endpoint_prober, G_TYPE_OBJECT)

enum
{
  SIGNAL_PROBED,
  SIGNAL_FAILED,
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
clear_opening (UpscaleEndpointProber *self)
{
  if (self->opening)
    upscale_clock_remove_timer (self->clock, self->opening);
  self->opening = 0;
}

static void
upscale_endpoint_prober_dispose (GObject *object)
{
  clear_opening (UPSCALE_ENDPOINT_PROBER (object));
  G_OBJECT_CLASS (upscale_endpoint_prober_parent_class)->dispose (object);
}

static void
upscale_endpoint_prober_finalize (GObject *object)
{
  UpscaleEndpointProber *self = UPSCALE_ENDPOINT_PROBER (object);

  g_object_unref (self->cancellable);
  g_object_unref (self->clock);
  g_rand_free (self->random);
  G_OBJECT_CLASS (upscale_endpoint_prober_parent_class)->finalize (object);
}

static void
upscale_endpoint_prober_class_init (UpscaleEndpointProberClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = upscale_endpoint_prober_dispose;
  G_OBJECT_CLASS (klass)->finalize = upscale_endpoint_prober_finalize;

  /**
   * UpscaleEndpointProber::probed:
   * @endpoint: an endpoint that has become ready
   */
  signals[SIGNAL_PROBED] =
      g_signal_new ("probed", UPSCALE_TYPE_ENDPOINT_PROBER, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, UPSCALE_TYPE_ENDPOINT);

  /**
   * UpscaleEndpointProber::failed:
   * @endpoint: an endpoint whose probe has failed
   * @error: the reason
   *
   * Emitted before the endpoint backs off or is stopped.
   */
  signals[SIGNAL_FAILED] =
      g_signal_new ("failed", UPSCALE_TYPE_ENDPOINT_PROBER, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 2, UPSCALE_TYPE_ENDPOINT, G_TYPE_ERROR);

  /**
   * UpscaleEndpointProber::changed:
   *
   * Emitted after each probe, and when the prober opens, as tiles may be handed out now.
   */
  signals[SIGNAL_CHANGED] =
      g_signal_new ("changed", UPSCALE_TYPE_ENDPOINT_PROBER, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 0);
}

static void
upscale_endpoint_prober_init (UpscaleEndpointProber *self)
{
  self->cancellable = g_cancellable_new ();
  self->random = g_rand_new ();
}

/**
 * upscale_endpoint_prober_new:
 * @clock: the time
 * @policy: the user's settings
 * @wants_captions: only endpoints that describe tiles become ready
 *
 * Returns: (transfer full): a prober that has not started
 */
UpscaleEndpointProber *
upscale_endpoint_prober_new (UpscaleClock *clock,
                             UpscalePolicy policy,
                             gboolean      wants_captions)
{
  UpscaleEndpointProber *self;

  g_return_val_if_fail (UPSCALE_IS_CLOCK (clock), NULL);

  self = g_object_new (UPSCALE_TYPE_ENDPOINT_PROBER, NULL);
  self->clock = g_object_ref (clock);
  self->policy = policy;
  self->wants_captions = wants_captions;
  return self;
}

static void
open_for_tiles (UpscaleEndpointProber *self)
{
  if (!self->is_open)
    g_debug ("prober: open, %u probes are under way", self->n_probing);
  self->is_open = TRUE;
}

static void
on_opening_due (gpointer user_data)
{
  UpscaleEndpointProber *self = user_data;

  self->opening = 0;
  open_for_tiles (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * upscale_endpoint_prober_start:
 * @prober: a prober
 *
 * Starts the opening wait.
 */
void
upscale_endpoint_prober_start (UpscaleEndpointProber *prober)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT_PROBER (prober));
  g_return_if_fail (prober->opening == 0);

  prober->opening =
      upscale_clock_add_timer (prober->clock, OPENING_WAIT_US, on_opening_due, prober);
}

/**
 * upscale_endpoint_prober_stop:
 * @prober: a prober
 *
 * Cancels the probes that are under way. Their endpoints are unprobed afterwards, and no
 * failure is noted.
 */
void
upscale_endpoint_prober_stop (UpscaleEndpointProber *prober)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT_PROBER (prober));

  clear_opening (prober);
  g_cancellable_cancel (prober->cancellable);
}

/**
 * upscale_endpoint_prober_is_open:
 * @prober: a prober
 *
 * Returns: %TRUE if tiles may be handed out
 */
gboolean
upscale_endpoint_prober_is_open (UpscaleEndpointProber *prober)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT_PROBER (prober), FALSE);

  return prober->is_open;
}

/* A machine that is being started answers so for minutes. */
static void
wait_for_room (UpscaleEndpointProber *self,
               UpscaleEndpoint       *endpoint,
               const GError          *error)
{
  gint64 now_us = upscale_clock_get_now (self->clock);
  gint64 patience_us =
      self->policy.batch_timeout_us - upscale_endpoint_note_busy (endpoint, now_us);
  gint64 wait_us =
      upscale_retry_wait (error, upscale_endpoint_get_health (endpoint)->n_busy,
                          patience_us, g_rand_double (self->random));

  if (wait_us > 0)
    upscale_endpoint_wait_for_room (endpoint, error, wait_us, now_us);
  else
    upscale_endpoint_stop_busy (endpoint, error, self->policy.batch_timeout_us);
}

static void
back_off (UpscaleEndpointProber *self, UpscaleEndpoint *endpoint, const GError *error)
{
  gint64 now_us = upscale_clock_get_now (self->clock);
  gint64 wait_us;

  upscale_endpoint_note_failure (endpoint, error, self->policy.max_tries, now_us, now_us);
  wait_us = upscale_retry_backoff (upscale_endpoint_get_health (endpoint)->n_failures,
                                   g_rand_double (self->random));
  upscale_endpoint_back_off (endpoint, now_us + wait_us);
}

static void
fail_probe (UpscaleEndpointProber *self, UpscaleEndpoint *endpoint, const GError *error)
{
  UpscaleRetryProbeAction action = upscale_retry_decide_probe (error);

  g_signal_emit (self, signals[SIGNAL_FAILED], 0, endpoint, error);
  upscale_endpoint_set_unprobed (endpoint);
  if (action != UPSCALE_RETRY_PROBE_WAIT)
    upscale_endpoint_note_room (endpoint);
  switch (action)
    {
    case UPSCALE_RETRY_PROBE_WAIT:
      wait_for_room (self, endpoint, error);
      break;
    case UPSCALE_RETRY_PROBE_BACK_OFF:
      back_off (self, endpoint, error);
      break;
    case UPSCALE_RETRY_PROBE_STOP:
      upscale_endpoint_stop (endpoint, error->message);
      break;
    }
}

/* A failed batch may have stopped the endpoint meanwhile; the answer to the probe comes
 * too late then. */
static void
on_probed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Probe *probe = user_data;
  g_autoptr (UpscaleEndpointProber) self = probe->prober;
  g_autoptr (UpscaleEndpoint) endpoint = probe->endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleCapabilities) capabilities =
      upscale_backend_probe_finish (UPSCALE_BACKEND (object), result, &error);

  g_assert (self->n_probing > 0);
  self->n_probing--;
  if (!upscale_endpoint_is_alive (endpoint))
    g_debug ("endpoint %s: was stopped during its probe",
             upscale_endpoint_get_debug_name (endpoint));
  else if (capabilities && (!self->wants_captions ||
                            upscale_capabilities_check_captions (capabilities, &error)))
    {
      upscale_endpoint_set_ready (endpoint, capabilities);
      g_signal_emit (self, signals[SIGNAL_PROBED], 0, endpoint);
    }
  else if (g_cancellable_is_cancelled (self->cancellable))
    upscale_endpoint_set_unprobed (endpoint);
  else
    fail_probe (self, endpoint, error);
  if (self->n_probing == 0)
    open_for_tiles (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * upscale_endpoint_prober_probe_when_due:
 * @prober: a prober that has started
 * @endpoint: an endpoint
 *
 * Probes the endpoint if it is unprobed and does not back off.
 */
void
upscale_endpoint_prober_probe_when_due (UpscaleEndpointProber *prober,
                                        UpscaleEndpoint       *endpoint)
{
  Probe *probe;

  g_return_if_fail (UPSCALE_IS_ENDPOINT_PROBER (prober));

  if (upscale_endpoint_get_state (endpoint) != UPSCALE_ENDPOINT_UNPROBED ||
      upscale_endpoint_is_backing_off (endpoint, upscale_clock_get_now (prober->clock)))
    return;
  probe = g_new (Probe, 1);
  *probe = (Probe) { g_object_ref (prober), g_object_ref (endpoint) };
  prober->n_probing++;
  upscale_endpoint_set_probing (endpoint);
  upscale_backend_probe_async (upscale_endpoint_get_backend (endpoint),
                               prober->cancellable, on_probed, probe);
}
