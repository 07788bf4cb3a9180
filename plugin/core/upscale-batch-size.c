/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-batch-size.h"

/* Long enough that the request itself costs nothing, short enough that pixels show and a
 * lost batch does not hurt. */
#define WANTED_BATCH_S 90.0
/* However fast an endpoint is: more would only fill memory with tiles that wait to be
 * blended. */
#define MOST_AUTOMATIC 6.0

/* floor (timeout / seconds per tile): more could not end in time. */
static double
most_in_time (UpscaleBatchSizeCase what)
{
  return (double) what.policy.batch_timeout_us / G_USEC_PER_SEC / what.seconds_per_tile;
}

/* Making a batch ready takes time too: one many times larger than the last would keep a
 * fast endpoint waiting for it. */
static double
most_to_grow (UpscaleBatchSizeCase what)
{
  return MAX (2.0 * what.n_last, 1.0);
}

/* The tail is shared out, so that all slots end together. */
static double
fair_share (UpscaleBatchSizeCase what)
{
  guint slots = MAX (what.n_slots, 1);

  return (double) ((what.n_pending + slots - 1) / slots);
}

/**
 * upscale_batch_size_choose:
 * @what: what is known
 *
 * Chooses how many tiles go into the next batch. Automatic: one at first, to learn the
 * speed and to show pixels early, then doubling towards a minute and a half, never more
 * than can end before the timeout.
 *
 * Returns: at least 1
 */
int
upscale_batch_size_choose (UpscaleBatchSizeCase what)
{
  double size = what.policy.batch_size;

  if (what.policy.batch_size == 0)
    size = what.seconds_per_tile > 0.0
               ? MIN (MIN (WANTED_BATCH_S / what.seconds_per_tile, MOST_AUTOMATIC),
                      MIN (fair_share (what), most_to_grow (what)))
               : 1.0;
  if (what.seconds_per_tile > 0.0)
    size = MIN (size, most_in_time (what));
  return (int) CLAMP (size, 1.0, MAX (what.max_tiles, 1));
}

/**
 * upscale_batch_size_count_slots:
 * @policy: what the user wants
 * @n_tiles: tiles of the whole job
 * @concurrency: batches the endpoint works on at once
 * @autoscales: whether its slots start cold
 *
 * Waking more machines costs more than it saves while there are few tiles.
 *
 * Returns: how many batches the endpoint gets at once, at least 1
 */
int
upscale_batch_size_count_slots (UpscalePolicy policy,
                                guint         n_tiles,
                                int           concurrency,
                                gboolean      autoscales)
{
  if (autoscales && n_tiles < (guint) policy.sequential_below)
    return 1;
  return MAX (concurrency, 1);
}
