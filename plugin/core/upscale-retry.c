/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-retry.h"

#include "upscale-error.h"

#define FIRST_WAIT_US (1 * G_USEC_PER_SEC)
#define LONGEST_WAIT_US (60 * G_USEC_PER_SEC)
#define MAX_DOUBLINGS 6
/* Sends before a tile goes elsewhere, and before it goes alone. */
#define TRIES_HERE 1
#define TRIES_TOGETHER 2

/**
 * upscale_retry_backoff:
 * @n_failures: how often it has failed in a row, at least 1
 * @jitter: 0 to 1, at random
 *
 * Doubles from a second to a minute, times 0.5 to 1.
 *
 * Returns: how long to wait, us
 */
gint64
upscale_retry_backoff (int n_failures, double jitter)
{
  gint64 wait_us = FIRST_WAIT_US << CLAMP (n_failures - 1, 0, MAX_DOUBLINGS);

  return (gint64) ((double) MIN (wait_us, LONGEST_WAIT_US) * (0.5 + 0.5 * jitter));
}

/* A busy endpoint is no worse for it, but nobody waits for ever. */
static UpscaleRetryDecision
decide_busy (const GError *error, UpscaleRetryCase what)
{
  gint64 asked_us = upscale_error_get_retry_after (error);
  gint64 wait_us = asked_us > 0 ? asked_us : upscale_retry_backoff (2, what.jitter);

  if (what.waited_us + wait_us > what.patience_us)
    return (UpscaleRetryDecision) { UPSCALE_RETRY_REQUEUE, wait_us, TRUE, TRUE };
  if (what.n_answered > 0)
    return (UpscaleRetryDecision) { UPSCALE_RETRY_REQUEUE, wait_us, FALSE, FALSE };
  return (UpscaleRetryDecision) { UPSCALE_RETRY_RESEND, wait_us, FALSE, FALSE };
}

/* The same id again is the cheapest: the endpoint may have it finished by now. Not when a
 * part came back already, as an endpoint that lost the batch would paint that part twice.
 */
static UpscaleRetryDecision
decide_failure (UpscaleRetryCase what)
{
  gint64             wait_us = upscale_retry_backoff (what.n_tries, what.jitter);
  UpscaleRetryAction action = UPSCALE_RETRY_REQUEUE;

  if (what.n_tries <= TRIES_HERE && what.n_tries < what.max_tries && what.n_answered == 0)
    action = UPSCALE_RETRY_RESEND;
  else if (what.n_tries >= TRIES_TOGETHER && what.n_open > 1)
    action = UPSCALE_RETRY_ISOLATE;
  return (UpscaleRetryDecision) { action, wait_us, TRUE, TRUE };
}

/**
 * upscale_retry_decide:
 * @error: why the batch failed; not a cancellation
 * @what: what else is known
 *
 * Decides what happens to the open tiles of a failed batch. Whether a tile has tries left
 * is not looked at here.
 *
 * Returns: what to do
 */
UpscaleRetryDecision
upscale_retry_decide (const GError *error, UpscaleRetryCase what)
{
  if (error->domain != UPSCALE_ERROR)
    return decide_failure (what);

  switch ((UpscaleError) error->code)
    {
    case UPSCALE_ERROR_BUSY:
      return decide_busy (error, what);
    case UPSCALE_ERROR_TOO_LARGE:
      return (UpscaleRetryDecision) { UPSCALE_RETRY_HALVE, 0, FALSE, what.n_open == 1 };
    case UPSCALE_ERROR_TIMED_OUT:
      return (UpscaleRetryDecision) { UPSCALE_RETRY_HALVE, 0, TRUE, TRUE };
    case UPSCALE_ERROR_REJECTED:
    case UPSCALE_ERROR_ARGUMENT:
    case UPSCALE_ERROR_NO_ENDPOINT:
    case UPSCALE_ERROR_LAYER:
      return (UpscaleRetryDecision) { UPSCALE_RETRY_STOP_ENDPOINT, 0, TRUE, FALSE };
    case UPSCALE_ERROR_TRANSPORT:
    case UPSCALE_ERROR_SERVER:
    case UPSCALE_ERROR_EXPIRED:
    case UPSCALE_ERROR_PROTOCOL:
    case UPSCALE_ERROR_BAD_PICTURE:
    case UPSCALE_ERROR_STORAGE:
      return decide_failure (what);
    }
  return decide_failure (what);
}
