/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-hedge.h"

/* A second copy costs money, so it must be this much sooner... */
#define WORTH 1.2
/* ...and by a time that somebody notices. */
#define LEAST_GAIN_S 2.0

/**
 * upscale_hedge_remaining_s:
 * @what: what is known
 *
 * Guesses how long a batch will still take. One that keeps to its endpoint's speed ends
 * as that says; one that is late is taken to need as long again as it has been quiet:
 * what has taken long mostly takes longer (the Lindy rule).
 *
 * Returns: seconds
 */
double
upscale_hedge_remaining_s (UpscaleHedgeCase what)
{
  double speed =
      what.seconds_per_tile > 0.0 ? what.seconds_per_tile : what.own_seconds_per_tile;

  if (what.quiet_s <= speed)
    return speed * what.n_open - what.quiet_s;
  return what.quiet_s + speed * (what.n_open - 1);
}

/**
 * upscale_hedge_count_tiles:
 * @what: what is known
 *
 * Decides how many of a batch's tiles are sent a second time, from its end, so that both
 * would be through at the same time: the one from the front, the other from the back.
 *
 * Returns: 0 when it is not worth it
 */
guint
upscale_hedge_count_tiles (UpscaleHedgeCase what)
{
  double remaining_s = upscale_hedge_remaining_s (what);
  double both = what.seconds_per_tile + what.own_seconds_per_tile;
  guint  n;

  if (what.own_seconds_per_tile <= 0.0 || what.n_open == 0 ||
      remaining_s < WORTH * what.own_seconds_per_tile ||
      remaining_s < what.own_seconds_per_tile + LEAST_GAIN_S)
    return 0;
  n = (guint) (remaining_s / both);
  /* Late altogether: its first tile may never come either. */
  if (what.quiet_s > WORTH * MAX (what.seconds_per_tile, what.own_seconds_per_tile))
    n = what.n_open;
  return CLAMP (n, 1, what.n_open);
}
