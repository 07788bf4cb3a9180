/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-retry.h"

#include "upscale-error.h"

#define FIRST_WAIT_US (1 * G_USEC_PER_SEC)
#define LONGEST_WAIT_US (30 * G_USEC_PER_SEC)
#define MAX_DOUBLINGS 6
#define LONGEST_TOLD_US (300 * (gint64) G_USEC_PER_SEC)
/* Resends of a batch that its endpoint has acknowledged, before another endpoint paints
 * the tiles. */
#define MAX_RESENDS 2
/* Tries of a tile together with others, before it is sent alone. */
#define TRIES_TOGETHER 2
/* Failures in a row after which an endpoint that has never painted is stopped. */
#define MAX_FAILURES 4
/* Time that an endpoint which has painted gets to come back: a router or a server that
 * restarts takes minutes. */
#define PATIENCE_US (300 * (gint64) G_USEC_PER_SEC)

/**
 * upscale_retry_backoff:
 * @n_failures: failures in a row, at least 1
 * @jitter: 0 to 1, random
 *
 * Doubles from one second to half a minute, times 0.5 to 1.
 *
 * Returns: the time to wait, us
 */
gint64
upscale_retry_backoff (int n_failures, double jitter)
{
  gint64 wait_us = FIRST_WAIT_US << CLAMP (n_failures - 1, 0, MAX_DOUBLINGS);

  return (gint64) ((double) MIN (wait_us, LONGEST_WAIT_US) * (0.5 + 0.5 * jitter));
}

/**
 * upscale_retry_wait:
 * @error: the answer of a busy endpoint
 * @n_busy: busy answers in a row, at least 1
 * @patience_us: time that the endpoint may still be busy, us
 * @jitter: 0 to 1, random
 *
 * Waits as long as the endpoint says, but at most five minutes, since the endpoint's
 * estimate may be wrong, and never beyond @patience_us.
 *
 * Returns: the time to wait, us; 0 if the endpoint was busy for too long
 */
gint64
upscale_retry_wait (const GError *error, int n_busy, gint64 patience_us, double jitter)
{
  gint64 told_us;
  gint64 wait_us;

  g_return_val_if_fail (error != NULL, 0);

  told_us = upscale_error_get_retry_after (error);
  wait_us = told_us > 0 ? MIN (told_us, LONGEST_TOLD_US)
                        : upscale_retry_backoff (n_busy + 1, jitter);
  return CLAMP (patience_us, 0, wait_us);
}

/* A busy answer is no failure of the endpoint. A batch that the endpoint did not take may
 * go elsewhere. */
static UpscaleRetryDecision
decide_busy (const GError *error, UpscaleRetryCase what)
{
  gint64 wait_us =
      upscale_retry_wait (error, MAX (what.n_busy, 1), what.patience_us, what.jitter);

  if (wait_us == 0)
    return (UpscaleRetryDecision) { .action = UPSCALE_RETRY_STOP_ENDPOINT,
                                    .is_endpoint_failure = TRUE };
  if (!what.is_submitted)
    return (UpscaleRetryDecision) { .action = UPSCALE_RETRY_REQUEUE, .wait_us = wait_us };
  if (what.is_late)
    return (UpscaleRetryDecision) { .action = UPSCALE_RETRY_HALVE,
                                    .is_endpoint_failure = TRUE,
                                    .is_try = TRUE };
  return (UpscaleRetryDecision) { .action = UPSCALE_RETRY_RESEND, .wait_us = wait_us };
}

/* The endpoint was unreachable, so this is not a try. Resend under the same id if the
 * endpoint has acknowledged the batch or no other endpoint is left (PUT is idempotent);
 * otherwise requeue. */
static UpscaleRetryDecision
decide_unreachable (UpscaleRetryCase what)
{
  gboolean resends =
      !what.has_others || (what.is_submitted && what.n_resends < MAX_RESENDS);

  return (UpscaleRetryDecision) {
    .action = resends ? UPSCALE_RETRY_RESEND : UPSCALE_RETRY_REQUEUE,
    .wait_us = upscale_retry_backoff (what.n_resends + 1, what.jitter),
    .is_endpoint_failure = TRUE,
  };
}

/* A tile that fails alone and has failed before is the likely cause. If such failures
 * counted against endpoints, one tile could stop them all, and its neighbors were lost.
 */
static gboolean
is_tile_suspect (UpscaleRetryCase what)
{
  return what.n_open == 1 && what.n_tries > 1;
}

/* A resend under the same id is the cheapest step: the endpoint may have finished the
 * batch by now. */
static UpscaleRetryDecision
decide_failure (UpscaleRetryCase what)
{
  UpscaleRetryDecision decision = {
    .action = UPSCALE_RETRY_REQUEUE,
    .wait_us = upscale_retry_backoff (what.n_resends + what.n_tries, what.jitter),
    .is_endpoint_failure = !is_tile_suspect (what),
    .is_try = TRUE,
  };

  if (what.n_resends < (what.is_submitted ? MAX_RESENDS : 1))
    {
      decision.action = UPSCALE_RETRY_RESEND;
      decision.is_try = FALSE;
    }
  else if (what.n_tries >= TRIES_TOGETHER && what.n_open > 1)
    decision.action = UPSCALE_RETRY_ISOLATE;
  return decision;
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
      return (UpscaleRetryDecision) { .action = UPSCALE_RETRY_HALVE,
                                      .is_try = what.n_open == 1 };
    case UPSCALE_ERROR_TIMED_OUT:
      return (UpscaleRetryDecision) { .action = UPSCALE_RETRY_HALVE,
                                      .is_endpoint_failure = TRUE,
                                      .is_try = TRUE };
    case UPSCALE_ERROR_EXPIRED:
      return what.is_submitted ? (UpscaleRetryDecision) { .action = UPSCALE_RETRY_REQUEUE,
                                                          .is_try = TRUE }
                               : decide_failure (what);
    case UPSCALE_ERROR_REJECTED:
    case UPSCALE_ERROR_ARGUMENT:
    case UPSCALE_ERROR_NO_ENDPOINT:
    case UPSCALE_ERROR_LAYER:
      return (UpscaleRetryDecision) { .action = UPSCALE_RETRY_STOP_ENDPOINT,
                                      .is_endpoint_failure = TRUE };
    case UPSCALE_ERROR_TRANSPORT:
    case UPSCALE_ERROR_SERVER:
    case UPSCALE_ERROR_PROTOCOL:
    case UPSCALE_ERROR_BAD_PICTURE:
    case UPSCALE_ERROR_STORAGE:
      return decide_failure (what);
    }
  return decide_failure (what);
}

/* A user who allows one try only gets no resend either; a wait for a busy endpoint is no
 * try. */
static UpscaleRetryDecision
decide_step (const GError *error, UpscaleRetryCase what)
{
  UpscaleRetryDecision decision = error->domain == UPSCALE_ERROR
                                      ? decide_with_tries_left (error, what)
                                      : decide_failure (what);

  if (what.max_tries > 1 || decision.action == UPSCALE_RETRY_STOP_ENDPOINT ||
      upscale_error_is_busy (error))
    return decision;
  return (UpscaleRetryDecision) { .action = UPSCALE_RETRY_REQUEUE,
                                  .wait_us = decision.wait_us,
                                  .is_endpoint_failure = TRUE,
                                  .is_try = TRUE };
}

/**
 * upscale_retry_decide:
 * @error: the reason why the batch failed; not a cancellation
 * @what: the other facts
 *
 * Decides about the open tiles of a failed batch and about its endpoint. The tries that
 * each tile has left are checked by upscale_retry_decide_tile().
 *
 * Returns: the decision
 */
UpscaleRetryDecision
upscale_retry_decide (const GError *error, UpscaleRetryCase what)
{
  UpscaleRetryDecision decision = { 0 };
  gboolean             loses_work;

  g_return_val_if_fail (error != NULL, decision);

  decision = decide_step (error, what);
  loses_work = decision.action != UPSCALE_RETRY_RESEND;
  decision.backs_off = loses_work && decision.wait_us > 0;
  decision.needs_probe = decision.is_endpoint_failure && decision.backs_off;
  decision.reduces_slots = loses_work && upscale_error_is_busy (error);
  return decision;
}

/**
 * upscale_retry_should_resend:
 * @decision: the decision about a failed batch
 * @n_open: tiles of the batch that are not settled
 * @is_endpoint_alive: %FALSE if the failure has stopped the endpoint
 * @is_job_running: %FALSE if the job has ended
 *
 * Returns: %TRUE if the batch is sent again; otherwise its open tiles have failed
 */
gboolean
upscale_retry_should_resend (UpscaleRetryDecision decision,
                             guint                n_open,
                             gboolean             is_endpoint_alive,
                             gboolean             is_job_running)
{
  return decision.action == UPSCALE_RETRY_RESEND && n_open > 0 && is_endpoint_alive &&
         is_job_running;
}

/**
 * upscale_retry_decide_probe:
 * @error: the reason why the probe failed; not a cancellation
 *
 * Returns: the next step
 */
UpscaleRetryProbeAction
upscale_retry_decide_probe (const GError *error)
{
  g_return_val_if_fail (error != NULL, UPSCALE_RETRY_PROBE_STOP);

  if (upscale_error_is_unready (error))
    return UPSCALE_RETRY_PROBE_WAIT;
  return upscale_error_is_transient (error) ? UPSCALE_RETRY_PROBE_BACK_OFF
                                            : UPSCALE_RETRY_PROBE_STOP;
}

/**
 * upscale_retry_should_stop:
 * @what: the facts about an endpoint that has failed
 *
 * Returns: %TRUE if the endpoint is sent nothing more in this job
 */
gboolean
upscale_retry_should_stop (UpscaleRetryHealthCase what)
{
  int most = what.is_probe ? MIN (MAX_FAILURES, what.max_tries) : MAX_FAILURES;

  if (what.n_failures < most)
    return FALSE;
  return what.max_tries <= 1 || !what.has_worked || what.failing_us >= PATIENCE_US;
}

/**
 * upscale_retry_blames_tile:
 * @error: the reason why a tile failed
 * @n_tiles: tiles of its batch
 * @is_answer: the endpoint's answer was about this tile; otherwise the batch failed
 *
 * The failure of a whole batch says nothing about one of its tiles, and neither does a
 * proxy's error page. A tile that was too large together with others may fit alone.
 *
 * Returns: %TRUE if the tile itself is the cause, so that the same failure may be
 * expected again: the same request with the same seed fails the same way
 */
gboolean
upscale_retry_blames_tile (const GError *error, guint n_tiles, gboolean is_answer)
{
  gboolean is_alone = n_tiles <= 1;

  g_return_val_if_fail (error != NULL, FALSE);

  if (g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_SERVER) ||
      g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL) ||
      g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE))
    return is_answer || (is_alone && !upscale_error_is_unready (error));
  return is_alone && g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_TOO_LARGE);
}

/**
 * upscale_retry_should_halve:
 * @error: the endpoint's answer about one tile
 * @n_tiles: tiles of its batch
 *
 * Returns: %TRUE if the endpoint should get batches of half the size
 */
gboolean
upscale_retry_should_halve (const GError *error, guint n_tiles)
{
  g_return_val_if_fail (error != NULL, FALSE);

  return n_tiles > 1 && g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_TOO_LARGE);
}

/**
 * upscale_retry_takes_try_back:
 * @error: the endpoint's answer about one tile
 * @n_tiles: tiles of its batch
 * @max_tries: tries that a tile gets
 *
 * A tile that was too large together with others may fit alone. A user who allows one try
 * only gets no second one for that either.
 *
 * Returns: %TRUE if the answer does not count as a try of the tile
 */
gboolean
upscale_retry_takes_try_back (const GError *error, guint n_tiles, int max_tries)
{
  g_return_val_if_fail (error != NULL, FALSE);

  return max_tries > 1 && upscale_retry_should_halve (error, n_tiles);
}

/**
 * upscale_retry_decide_tile:
 * @what: the facts
 *
 * Decides about one tile that has failed alone, or as an open tile of a failed batch. A
 * tile that another request carries has not failed yet, as it may still be painted there.
 * A tile that can't be prepared has no endpoint to blame and would fail again.
 *
 * Returns: the next step
 */
UpscaleRetryTileAction
upscale_retry_decide_tile (UpscaleRetryTileCase what)
{
  if (what.has_other_request)
    return what.is_unsent ? UPSCALE_RETRY_TILE_CLAIM : UPSCALE_RETRY_TILE_LEAVE;
  if (what.is_unsent || what.is_repeated || what.n_tries >= what.max_tries)
    return UPSCALE_RETRY_TILE_GIVE_UP;
  return UPSCALE_RETRY_TILE_WAIT;
}
