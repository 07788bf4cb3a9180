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
 * from the front, the other from the back. If the very last tile has a duplicate, so have
 * the others that are worth one.
 *
 * Returns: the number of tiles, 0 if a duplicate is not worth it
 */
guint
upscale_hedge_count_tiles (UpscaleHedgeCase what)
{
  double remaining_s = upscale_hedge_remaining_s (what);
  double both = what.seconds_per_tile + what.own_seconds_per_tile;
  guint  n;

  if (what.is_duplicate || what.is_last_taken || what.own_seconds_per_tile <= 0.0 ||
      what.n_open == 0 || remaining_s < MIN_GAIN_FACTOR * what.own_seconds_per_tile ||
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
 * upscale_hedge_choose_queued:
 * @queued: (array length=n_queued): for each other endpoint that has only queued some
 * batches, the newest of them, in the user's order of endpoints
 * @n_queued: number of these batches
 *
 * Decides which endpoint the idle one takes a batch from. The newest batch would be begun
 * last.
 *
 * Returns: the index of the batch, %UPSCALE_HEDGE_NO_BATCH if none should be taken
 */
guint
upscale_hedge_choose_queued (const UpscaleHedgeCase *queued, guint n_queued)
{
  g_return_val_if_fail (queued != NULL || n_queued == 0, UPSCALE_HEDGE_NO_BATCH);

  for (guint i = 0; i < n_queued; i++)
    if (upscale_hedge_should_steal (queued[i]))
      return i;
  return UPSCALE_HEDGE_NO_BATCH;
}

/**
 * upscale_hedge_choose_late:
 * @sent: (array length=n_sent): the batches that endpoints have, oldest first; those
 * beyond %UPSCALE_HEDGE_MAX_CANDIDATES are not compared
 * @n_sent: number of these batches
 *
 * Decides which batch the idle endpoint paints duplicates of. The number of tiles is
 * upscale_hedge_count_tiles().
 *
 * Returns: the index of the batch, %UPSCALE_HEDGE_NO_BATCH if a duplicate of none is
 * worth it
 */
guint
upscale_hedge_choose_late (const UpscaleHedgeCase *sent, guint n_sent)
{
  g_return_val_if_fail (sent != NULL || n_sent == 0, UPSCALE_HEDGE_NO_BATCH);

  for (guint i = 0; i < MIN (n_sent, UPSCALE_HEDGE_MAX_CANDIDATES); i++)
    if (upscale_hedge_count_tiles (sent[i]) > 0)
      return i;
  return UPSCALE_HEDGE_NO_BATCH;
}

/**
 * upscale_hedge_allows_duplicates:
 * @choice: the user's choice for the idle endpoint
 * @autoscales: %TRUE if the endpoint starts machines for more batches
 * @price_per_hour: price of one slot at work, in dollars; 0 for free or unknown
 *
 * Returns: %TRUE if the endpoint may paint duplicates of late tiles
 */
gboolean
upscale_hedge_allows_duplicates (UpscaleHedgeDuplicates choice,
                                 gboolean               autoscales,
                                 double                 price_per_hour)
{
  if (choice != UPSCALE_HEDGE_DUPLICATES_AUTO)
    return choice == UPSCALE_HEDGE_DUPLICATES_ALLOWED;
  return !autoscales && price_per_hour <= 0.0;
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
