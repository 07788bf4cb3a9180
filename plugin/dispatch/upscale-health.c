/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-health.h"

/**
 * upscale_health_note_failure:
 * @health: of an endpoint that has failed
 * @begun_us: when the failed work was begun
 * @now_us: the time
 *
 * Many batches that break together are one failure: only work that was begun after the
 * last one counts again.
 *
 * Returns: %TRUE if it counts
 */
gboolean
upscale_health_note_failure (UpscaleHealth *health, gint64 begun_us, gint64 now_us)
{
  if (begun_us < health->last_strike_us)
    return FALSE;
  if (health->n_strikes++ == 0)
    health->first_strike_us = now_us;
  health->last_strike_us = now_us;
  return TRUE;
}

/**
 * upscale_health_note_success:
 * @health: of an endpoint that has painted
 */
void
upscale_health_note_success (UpscaleHealth *health)
{
  health->n_strikes = 0;
  health->has_worked = TRUE;
  upscale_health_note_room (health);
}

/**
 * upscale_health_note_busy:
 * @health: of an endpoint that has no room, or is being started
 * @now_us: the time
 *
 * Returns: for how long it has been so, us
 */
gint64
upscale_health_note_busy (UpscaleHealth *health, gint64 now_us)
{
  if (health->n_busy++ == 0)
    health->busy_since_us = now_us;
  return now_us - health->busy_since_us;
}

/**
 * upscale_health_note_room:
 * @health: of an endpoint that is not busy any more
 */
void
upscale_health_note_room (UpscaleHealth *health)
{
  health->n_busy = 0;
}

/**
 * upscale_health_rest:
 * @health: of an endpoint
 * @until_us: until when it is to be left alone
 */
void
upscale_health_rest (UpscaleHealth *health, gint64 until_us)
{
  health->resting_until_us = MAX (health->resting_until_us, until_us);
}

/**
 * upscale_health_get_case:
 * @health: of an endpoint that has failed
 * @now_us: the time
 *
 * Returns: what is known of it, for the scheduler to complete
 */
UpscaleHealthCase
upscale_health_get_case (const UpscaleHealth *health, gint64 now_us)
{
  return (UpscaleHealthCase) { .n_strikes = health->n_strikes,
                               .unwell_us = now_us - health->first_strike_us,
                               .has_worked = health->has_worked };
}
