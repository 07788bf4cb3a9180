/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-health.h"

/**
 * upscale_health_note_failure:
 * @health: the health of an endpoint that has failed
 * @begun_us: time when the failed work began
 * @now_us: the time
 *
 * Counts a failure. Batches that break together are one failure, so work that began
 * before the last failure does not count again.
 *
 * Returns: %TRUE if the failure counts
 */
gboolean
upscale_health_note_failure (UpscaleHealth *health, gint64 begun_us, gint64 now_us)
{
  g_return_val_if_fail (health != NULL, FALSE);

  if (begun_us < health->last_failure_us)
    return FALSE;
  if (health->n_failures++ == 0)
    health->first_failure_us = now_us;
  health->last_failure_us = now_us;
  return TRUE;
}

/**
 * upscale_health_note_success:
 * @health: the health of an endpoint that has painted a tile
 */
void
upscale_health_note_success (UpscaleHealth *health)
{
  g_return_if_fail (health != NULL);

  health->n_failures = 0;
  health->has_worked = TRUE;
  upscale_health_note_room (health);
}

/**
 * upscale_health_note_busy:
 * @health: the health of an endpoint that has no room, or is being started
 * @now_us: the time
 *
 * Returns: the time since the first of the endpoint's busy answers in a row, us
 */
gint64
upscale_health_note_busy (UpscaleHealth *health, gint64 now_us)
{
  g_return_val_if_fail (health != NULL, 0);

  if (health->n_busy++ == 0)
    health->busy_since_us = now_us;
  return now_us - health->busy_since_us;
}

/**
 * upscale_health_note_room:
 * @health: the health of an endpoint that is not busy any more
 */
void
upscale_health_note_room (UpscaleHealth *health)
{
  g_return_if_fail (health != NULL);

  health->n_busy = 0;
}

/**
 * upscale_health_back_off:
 * @health: the health of an endpoint
 * @until_us: time until which the endpoint gets no request; an earlier one than noted
 * before changes nothing
 */
void
upscale_health_back_off (UpscaleHealth *health, gint64 until_us)
{
  g_return_if_fail (health != NULL);

  health->backing_off_until_us = MAX (health->backing_off_until_us, until_us);
}

/**
 * upscale_health_get_case:
 * @health: the health of an endpoint that has failed
 * @now_us: the time
 *
 * Returns: the facts for upscale_retry_should_stop(), for the caller to complete
 */
UpscaleRetryHealthCase
upscale_health_get_case (const UpscaleHealth *health, gint64 now_us)
{
  g_return_val_if_fail (health != NULL, (UpscaleRetryHealthCase) { 0 });

  return (UpscaleRetryHealthCase) { .n_failures = health->n_failures,
                                    .failing_us = now_us - health->first_failure_us,
                                    .has_worked = health->has_worked };
}
