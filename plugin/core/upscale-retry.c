/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-retry.h"

#include "upscale-error.h"

#define FIRST_WAIT_US (1 * G_USEC_PER_SEC)
#define LONGEST_WAIT_US (30 * G_USEC_PER_SEC)
#define MAX_DOUBLINGS 6
#define LONGEST_TOLD_US (300 * (gint64) G_USEC_PER_SEC)
/* How often a batch is asked for again where it lies, before it is painted elsewhere. */
#define MAX_RESENDS 2
/* Sends before a tile goes alone. */
#define TRIES_TOGETHER 2
/* An endpoint that fails this often in a row and has never painted is asked no more... */
#define MAX_STRIKES 4
/* ...but one that has painted gets time to come back: a router or a server that starts
 * again takes minutes. */
#define PATIENCE_US (300 * (gint64) G_USEC_PER_SEC)

/**
 * upscale_retry_backoff:
 * @n_failures: how often it has failed in a row, at least 1
 * @jitter: 0 to 1, at random
 *
 * Doubles from a second to half a minute, times 0.5 to 1.
 *
 * Returns: how long to wait, us
 */
gint64
upscale_retry_backoff (int n_failures, double jitter)
{
  gint64 wait_us = FIRST_WAIT_US << CLAMP (n_failures - 1, 0, MAX_DOUBLINGS);

  return (gint64) ((double) MIN (wait_us, LONGEST_WAIT_US) * (0.5 + 0.5 * jitter));
}

/**
 * upscale_retry_wait:
 * @error: what a busy endpoint answered
 * @n_busy: how often in a row, at least 1
 * @patience_us: how long it may be busy still
 * @jitter: 0 to 1, at random
 *
 * Waits as the endpoint says, but for five minutes at most, since its estimate may be
 * wrong, and never beyond @patience_us.
 *
 * Returns: how long to leave it alone, us; 0 when it was busy for too long
 */
gint64
upscale_retry_wait (const GError *error, int n_busy, gint64 patience_us, double jitter)
{
  gint64 told_us = upscale_error_get_retry_after (error);
  gint64 wait_us = told_us > 0 ? MIN (told_us, LONGEST_TOLD_US)
                               : upscale_retry_backoff (n_busy + 1, jitter);

  return CLAMP (patience_us, 0, wait_us);
}

/* A busy endpoint is no worse for it. What it did not take may go elsewhere. */
static UpscaleRetryDecision
decide_busy (const GError *error, UpscaleRetryCase what)
{
  gint64 wait_us =
      upscale_retry_wait (error, MAX (what.n_busy, 1), what.patience_us, what.jitter);

  if (wait_us == 0)
    return (UpscaleRetryDecision) { UPSCALE_RETRY_STOP_ENDPOINT, 0, TRUE, FALSE };
  if (!what.is_submitted)
    return (UpscaleRetryDecision) { UPSCALE_RETRY_REQUEUE, wait_us, FALSE, FALSE };
  if (what.is_late)
    return (UpscaleRetryDecision) { UPSCALE_RETRY_HALVE, 0, TRUE, TRUE };
  return (UpscaleRetryDecision) { UPSCALE_RETRY_RESEND, wait_us, FALSE, FALSE };
}

/* Nobody has painted anything, so it is no try. What lies there already is worth a wait;
 * and where nobody else could paint it, the same id costs nothing if it got through after
 * all. */
static UpscaleRetryDecision
decide_unreachable (UpscaleRetryCase what)
{
  gint64   wait_us = upscale_retry_backoff (what.n_resends + 1, what.jitter);
  gboolean waits =
      !what.has_others || (what.is_submitted && what.n_resends < MAX_RESENDS);

  return (UpscaleRetryDecision) { waits ? UPSCALE_RETRY_RESEND : UPSCALE_RETRY_REQUEUE,
                                  wait_us, TRUE, FALSE };
}

/* The same id again is the cheapest: the endpoint may have it finished by now. */
static UpscaleRetryDecision
decide_failure (UpscaleRetryCase what)
{
  gint64 wait_us = upscale_retry_backoff (what.n_resends + what.n_tries, what.jitter);

  if (what.n_resends < (what.is_submitted ? MAX_RESENDS : 1))
    return (UpscaleRetryDecision) { UPSCALE_RETRY_RESEND, wait_us, TRUE, FALSE };
  if (what.n_tries >= TRIES_TOGETHER && what.n_open > 1)
    return (UpscaleRetryDecision) { UPSCALE_RETRY_ISOLATE, wait_us, TRUE, TRUE };
  return (UpscaleRetryDecision) { UPSCALE_RETRY_REQUEUE, wait_us, TRUE, TRUE };
}

static UpscaleRetryDecision
decide_with_tries_left (const GError *error, UpscaleRetryCase what)
{
  switch ((UpscaleError) error->code)
    {
    case UPSCALE_ERROR_BUSY:
      return decide_busy (error, what);
    case UPSCALE_ERROR_UNREACHABLE:
      return decide_unreachable (what);
    case UPSCALE_ERROR_TOO_LARGE:
      return (UpscaleRetryDecision) { UPSCALE_RETRY_HALVE, 0, FALSE, what.n_open == 1 };
    case UPSCALE_ERROR_TIMED_OUT:
      return (UpscaleRetryDecision) { UPSCALE_RETRY_HALVE, 0, TRUE, TRUE };
    case UPSCALE_ERROR_EXPIRED:
      return what.is_submitted
                 ? (UpscaleRetryDecision) { UPSCALE_RETRY_REQUEUE, 0, FALSE, TRUE }
                 : decide_failure (what);
    case UPSCALE_ERROR_REJECTED:
    case UPSCALE_ERROR_ARGUMENT:
    case UPSCALE_ERROR_NO_ENDPOINT:
    case UPSCALE_ERROR_LAYER:
      return (UpscaleRetryDecision) { UPSCALE_RETRY_STOP_ENDPOINT, 0, TRUE, FALSE };
    case UPSCALE_ERROR_TRANSPORT:
    case UPSCALE_ERROR_SERVER:
    case UPSCALE_ERROR_PROTOCOL:
    case UPSCALE_ERROR_BAD_PICTURE:
    case UPSCALE_ERROR_STORAGE:
      return decide_failure (what);
    }
  return decide_failure (what);
}

/**
 * upscale_retry_decide:
 * @error: why the batch failed; not a cancellation
 * @what: what else is known
 *
 * Decides what happens to the open tiles of a failed batch. Whether a tile has tries left
 * is not looked at here, except that a user who wants no second try gets none; waiting
 * for a busy endpoint is no try.
 *
 * Returns: what to do
 */
UpscaleRetryDecision
upscale_retry_decide (const GError *error, UpscaleRetryCase what)
{
  UpscaleRetryDecision decision = error->domain == UPSCALE_ERROR
                                      ? decide_with_tries_left (error, what)
                                      : decide_failure (what);

  if (what.max_tries > 1 || decision.action == UPSCALE_RETRY_STOP_ENDPOINT ||
      g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_BUSY))
    return decision;
  return (UpscaleRetryDecision) { UPSCALE_RETRY_REQUEUE, decision.wait_us, TRUE, TRUE };
}

/**
 * upscale_retry_should_stop:
 * @what: what is known of it
 *
 * Returns: whether an endpoint that has just failed is to be asked no more in this job
 */
gboolean
upscale_retry_should_stop (UpscaleHealthCase what)
{
  int most = what.is_probe ? MIN (MAX_STRIKES, what.max_tries) : MAX_STRIKES;

  if (what.n_strikes < most)
    return FALSE;
  return what.max_tries <= 1 || !what.has_worked || what.unwell_us >= PATIENCE_US;
}
