/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-batch-size.h"

/* Long enough that the request itself costs nothing, short enough that pixels show soon
 * and a lost batch costs little. */
#define WANTED_BATCH_S 90.0
/* Larger batches would only fill memory with tiles that wait for blending, however fast
 * the endpoint is. */
#define MOST_AUTOMATIC 6.0

/* A larger batch could not end before the timeout. */
static double
most_in_time (UpscaleBatchSizeCase what)
{
  return (double) what.policy.batch_timeout_us / G_USEC_PER_SEC / what.seconds_per_tile;
}

/* Preparing a batch takes time too: a fast endpoint would wait for a batch that is many
 * times larger than its last. */
static double
most_to_grow (UpscaleBatchSizeCase what)
{
  return MAX (2.0 * what.n_last, 1.0);
}

/* The last tiles are shared out, so that all slots end together. Those that do not make
 * one for each slot are left to the first slots that are free: an endpoint that queued
 * one of them could end a whole tile later than the others. */
static double
fair_share (UpscaleBatchSizeCase what)
{
  guint slots = MAX (what.n_slots, 1);

  return (double) ((what.n_pending + (what.is_queued ? 0 : slots - 1)) / slots);
}

/**
 * upscale_batch_size_choose:
 * @what: the facts
 *
 * Chooses how many tiles go into the next batch. The automatic size is one tile at first,
 * to measure the speed and to show pixels early. Later batches double towards a minute
 * and a half, and never exceed what can end before the timeout.
 *
 * Returns: the number of tiles, at least 1; 0 if none is to be queued
 */
int
upscale_batch_size_choose (UpscaleBatchSizeCase what)
{
  double size = what.policy.batch_size;

  if (what.policy.batch_size == 0)
    size = what.seconds_per_tile > 0.0
               ? MIN (MIN (WANTED_BATCH_S / what.seconds_per_tile, MOST_AUTOMATIC),
                      MIN (fair_share (what), most_to_grow (what)))
               : MIN (1.0, fair_share (what));
  if (what.seconds_per_tile > 0.0)
    size = MIN (size, most_in_time (what));
  return (int) CLAMP (size, what.is_queued ? 0.0 : 1.0, MAX (what.max_tiles, 1));
}

/**
 * upscale_batch_size_count_slots:
 * @policy: the user's settings
 * @n_tiles: tiles of the whole job
 * @concurrency: batches that the endpoint works on at once
 * @autoscales: %TRUE if the endpoint's slots start cold
 *
 * A small job gets one slot of an autoscaling endpoint, because starting more machines
 * costs more than it saves.
 *
 * Returns: the number of batches that the endpoint gets at once, at least 1
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
