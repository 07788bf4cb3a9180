/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-progress-meter.h"

static void
count_tiles (UpscaleProgress *progress, const UpscaleTileQueue *queue)
{
  progress->n_painted = upscale_tile_queue_count (queue, UPSCALE_TILE_PAINTED);
  progress->n_stored = upscale_tile_queue_count (queue, UPSCALE_TILE_STORED);
  progress->n_skipped = upscale_tile_queue_count (queue, UPSCALE_TILE_SKIPPED);
  progress->n_failed = upscale_tile_queue_count (queue, UPSCALE_TILE_FAILED);
  progress->n_in_flight = upscale_tile_queue_count (queue, UPSCALE_TILE_IN_FLIGHT);
  progress->n_tiles = upscale_progress_count_settled (*progress) + progress->n_in_flight +
                      upscale_tile_queue_count (queue, UPSCALE_TILE_WAITING);
}

/* By the measured speeds and the prices of the slots that are ready. */
static void
estimate_rest (UpscaleProgress *progress, const UpscaleEndpointPool *pool)
{
  guint  n_left = progress->n_tiles - upscale_progress_count_settled (*progress);
  double tiles_per_s = upscale_endpoint_pool_get_tiles_per_s (pool);

  progress->seconds_left = -1.0;
  progress->expected_cost = -1.0;
  if (n_left == 0)
    progress->seconds_left = 0.0;
  else if (tiles_per_s > 0.0)
    progress->seconds_left = n_left / tiles_per_s;
  if (progress->seconds_left >= 0.0)
    progress->expected_cost =
        progress->cost +
        progress->seconds_left * upscale_endpoint_pool_get_dollars_per_s (pool);
}

/**
 * upscale_progress_meter_measure:
 * @queue: the tiles of a job
 * @requests: the batch requests of the job that are under way
 * @pool: the endpoints of the job
 * @now_us: the time
 *
 * Returns: the progress of the job
 */
UpscaleProgress
upscale_progress_meter_measure (const UpscaleTileQueue    *queue,
                                const UpscaleRequestList  *requests,
                                const UpscaleEndpointPool *pool,
                                gint64                     now_us)
{
  UpscaleProgress progress = { 0 };

  g_return_val_if_fail (queue != NULL, progress);
  g_return_val_if_fail (requests != NULL, progress);
  g_return_val_if_fail (pool != NULL, progress);

  count_tiles (&progress, queue);
  progress.n_queued =
      upscale_request_list_count_in_phase (requests, NULL, UPSCALE_PHASE_QUEUED);
  progress.n_starting =
      upscale_request_list_count_in_phase (requests, NULL, UPSCALE_PHASE_STARTING);
  if (upscale_request_list_is_backing_off (requests))
    progress.wait_us = upscale_endpoint_pool_get_wait_us (pool, now_us);
  progress.cost = upscale_endpoint_pool_get_cost (pool, now_us);
  estimate_rest (&progress, pool);
  return progress;
}
