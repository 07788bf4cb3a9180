/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-hedge.h"

/* A duplicate or a move costs something, so the gain must be at least this factor... */
#define MIN_GAIN_FACTOR 1.2
/* ...and a duplicate, which may cost money, must also gain a time that a user notices. */
#define MIN_GAIN_S 2.0
/* A queued batch has on average half a tile of its endpoint's running batch before it. */
#define TILES_BEFORE_QUEUED 0.5
/* Times that an idle endpoint looks for late batches while it could paint one tile. */
#define LOOKS_PER_TILE 4.0
#define SHORTEST_INTERVAL_S 0.1

/**
 * upscale_hedge_remaining_s:
 * @what: the facts
 *
 * Estimates how long a batch will still take. A batch that keeps to its endpoint's speed
 * ends as that speed says. A late batch is expected to need as long again as it has been
 * quiet: work that has taken long mostly takes longer (the Lindy rule).
 *
 * Returns: the estimate, seconds
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
 * @what: the facts
 *
 * Decides how many tiles of a batch the idle endpoint paints as duplicates. They are
 * taken from the batch's end, so that both endpoints would finish at the same time: one
 * from the front, the other from the back.
 *
 * Returns: the number of tiles, 0 if a duplicate is not worth it
 */
guint
upscale_hedge_count_tiles (UpscaleHedgeCase what)
{
  double remaining_s = upscale_hedge_remaining_s (what);
  double both = what.seconds_per_tile + what.own_seconds_per_tile;
  guint  n;

  if (what.is_duplicate || what.own_seconds_per_tile <= 0.0 || what.n_open == 0 ||
      remaining_s < MIN_GAIN_FACTOR * what.own_seconds_per_tile ||
      remaining_s < what.own_seconds_per_tile + MIN_GAIN_S)
    return 0;
  n = (guint) (remaining_s / both);
  /* The whole batch is late, so its first tile may never come either. */
  if (what.quiet_s >
      MIN_GAIN_FACTOR * MAX (what.seconds_per_tile, what.own_seconds_per_tile))
    n = what.n_open;
  return CLAMP (n, 1, what.n_open);
}

/**
 * upscale_hedge_should_steal:
 * @what: the facts; quiet_s is not used
 *
 * Decides whether the idle endpoint takes over a batch that the other endpoint has only
 * queued. An endpoint of unknown speed steals nothing.
 *
 * Returns: %TRUE if the batch would end sooner at the idle endpoint, by more than the
 * move costs
 */
gboolean
upscale_hedge_should_steal (UpscaleHedgeCase what)
{
  double there_s = what.seconds_per_tile * (what.n_open + TILES_BEFORE_QUEUED);
  double here_s = what.own_seconds_per_tile * what.n_open;

  if (what.own_seconds_per_tile <= 0.0)
    return FALSE;
  return what.seconds_per_tile <= 0.0 || here_s * MIN_GAIN_FACTOR < there_s;
}

/**
 * upscale_hedge_get_interval_s:
 * @fastest_s: seconds a tile of the fastest endpoint, 0 if no speed is known
 *
 * Returns: the time after which an idle endpoint looks for late batches again, seconds; 0
 * if looking is no use
 */
double
upscale_hedge_get_interval_s (double fastest_s)
{
  return fastest_s > 0.0 ? MAX (fastest_s / LOOKS_PER_TILE, SHORTEST_INTERVAL_S) : 0.0;
}
