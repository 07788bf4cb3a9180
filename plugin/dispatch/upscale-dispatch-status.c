/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-dispatch-status.h"

/**
 * UpscaleDispatchStatus:
 *
 * A view of a run for windows, logs and summaries: its progress, tiles and endpoints at
 * the moment of the call. The view changes nothing, and the scheduler owns it.
 */
struct _UpscaleDispatchStatus
{
  /* Not owned: the scheduler frees these after the view. */
  const UpscaleTileQueue    *queue;
  const UpscaleRequestList  *requests;
  const UpscaleEndpointPool *pool;
  UpscaleClock              *clock;
};

/**
 * upscale_dispatch_status_new:
 * @queue: the tiles of the run; must outlive the view
 * @requests: the batch requests of the run, likewise
 * @pool: the endpoints of the run, likewise
 * @clock: the time, likewise
 *
 * Returns: (transfer full): the view
 */
UpscaleDispatchStatus *
upscale_dispatch_status_new (const UpscaleTileQueue    *queue,
                             const UpscaleRequestList  *requests,
                             const UpscaleEndpointPool *pool,
                             UpscaleClock              *clock)
{
  UpscaleDispatchStatus *status;

  g_return_val_if_fail (queue != NULL, NULL);
  g_return_val_if_fail (requests != NULL, NULL);
  g_return_val_if_fail (pool != NULL, NULL);
  g_return_val_if_fail (UPSCALE_IS_CLOCK (clock), NULL);

  status = g_new0 (UpscaleDispatchStatus, 1);
  status->queue = queue;
  status->requests = requests;
  status->pool = pool;
  status->clock = clock;
  return status;
}

/**
 * upscale_dispatch_status_free:
 * @status: (transfer full): a view
 *
 * Frees the view, and nothing that it shows.
 */
void
upscale_dispatch_status_free (UpscaleDispatchStatus *status)
{
  g_return_if_fail (status != NULL);

  g_free (status);
}

/**
 * upscale_dispatch_status_get_pool:
 * @status: a view
 *
 * Returns: (transfer none): the endpoints, in the order in which they were added
 */
const UpscaleEndpointPool *
upscale_dispatch_status_get_pool (const UpscaleDispatchStatus *status)
{
  g_return_val_if_fail (status != NULL, NULL);

  return status->pool;
}

static void
count_tiles (UpscaleProgress *progress, const UpscaleTileQueue *queue)
{
  progress->n_painted = upscale_tile_queue_count (queue, UPSCALE_TILE_PAINTED);
  progress->n_stored = upscale_tile_queue_count (queue, UPSCALE_TILE_STORED) +
                       upscale_tile_queue_count_expected (queue, UPSCALE_TILE_STORED);
  progress->n_skipped = upscale_tile_queue_count (queue, UPSCALE_TILE_SKIPPED) +
                        upscale_tile_queue_count_expected (queue, UPSCALE_TILE_SKIPPED);
  progress->n_failed = upscale_tile_queue_count (queue, UPSCALE_TILE_FAILED);
  progress->n_in_flight = upscale_tile_queue_count (queue, UPSCALE_TILE_IN_FLIGHT);
  progress->n_tiles = progress->n_painted +
                      upscale_tile_queue_count (queue, UPSCALE_TILE_STORED) +
                      upscale_tile_queue_count (queue, UPSCALE_TILE_SKIPPED) +
                      progress->n_failed + upscale_tile_queue_count_open (queue);
}

static gboolean
is_probing (const UpscaleEndpointPool *pool)
{
  gboolean is_any_probed = FALSE;

  for (guint i = 0; i < upscale_endpoint_pool_get_length (pool); i++)
    {
      UpscaleEndpointState state =
          upscale_endpoint_get_state (upscale_endpoint_pool_get (pool, i));

      if (state == UPSCALE_ENDPOINT_READY)
        return FALSE;
      is_any_probed |= state == UPSCALE_ENDPOINT_PROBING;
    }
  return is_any_probed;
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
 * upscale_dispatch_status_get_progress:
 * @status: a view
 *
 * Returns: the progress of the run
 */
UpscaleProgress
upscale_dispatch_status_get_progress (const UpscaleDispatchStatus *status)
{
  UpscaleProgress progress = { 0 };
  gint64          now_us;

  g_return_val_if_fail (status != NULL, progress);

  now_us = upscale_clock_get_now (status->clock);
  count_tiles (&progress, status->queue);
  progress.n_queued =
      upscale_dispatch_status_count_in_phase (status, NULL, UPSCALE_PHASE_QUEUED);
  progress.n_starting =
      upscale_dispatch_status_count_in_phase (status, NULL, UPSCALE_PHASE_STARTING);
  progress.waited_us = upscale_dispatch_status_get_waited_us (status, NULL);
  progress.is_probing = is_probing (status->pool);
  if (upscale_request_list_is_backing_off (status->requests))
    progress.wait_us = upscale_endpoint_pool_get_wait_us (status->pool, now_us);
  progress.cost = upscale_endpoint_pool_get_cost (status->pool, now_us);
  estimate_rest (&progress, status->pool);
  return progress;
}

/**
 * upscale_dispatch_status_get_tile:
 * @status: a view
 * @tile_index: a tile
 *
 * Returns: the tile's status
 */
UpscaleTileStatus
upscale_dispatch_status_get_tile (const UpscaleDispatchStatus *status, guint tile_index)
{
  g_return_val_if_fail (status != NULL, (UpscaleTileStatus) { 0 });

  return upscale_tile_queue_get_status (status->queue, tile_index,
                                        upscale_clock_get_now (status->clock));
}

/**
 * upscale_dispatch_status_count_in_phase:
 * @status: a view
 * @endpoint: (nullable): an endpoint of the run, %NULL for all
 * @phase: a phase of batches at an endpoint
 *
 * Returns: the number of tiles in the endpoint's batches that are in that phase
 */
guint
upscale_dispatch_status_count_in_phase (const UpscaleDispatchStatus *status,
                                        UpscaleEndpoint             *endpoint,
                                        UpscalePhase                 phase)
{
  g_return_val_if_fail (status != NULL, 0);

  return upscale_request_list_count_in_phase (status->requests, endpoint, phase);
}

/**
 * upscale_dispatch_status_get_wait_us:
 * @status: a view
 * @endpoint: an endpoint of the run
 *
 * Returns: the time until a busy endpoint gets its next request, us; 0 if the endpoint is
 * not busy
 */
gint64
upscale_dispatch_status_get_wait_us (const UpscaleDispatchStatus *status,
                                     UpscaleEndpoint             *endpoint)
{
  g_return_val_if_fail (status != NULL, 0);

  return upscale_endpoint_get_wait_us (endpoint, upscale_clock_get_now (status->clock));
}

/**
 * upscale_dispatch_status_get_waited_us:
 * @status: a view
 * @endpoint: (nullable): an endpoint of the run, %NULL for all
 *
 * Returns: the time that the endpoint's batches have waited in its queue or for a
 * machine, us; 0 if none waits
 */
gint64
upscale_dispatch_status_get_waited_us (const UpscaleDispatchStatus *status,
                                       UpscaleEndpoint             *endpoint)
{
  g_return_val_if_fail (status != NULL, 0);

  return upscale_request_list_get_waited_us (status->requests, endpoint);
}

/**
 * upscale_dispatch_status_dup_first_failure:
 * @status: a view
 *
 * Returns: (transfer full) (nullable): the failure of the first of the tiles that were
 * given up; names tile, endpoint and cause
 */
char *
upscale_dispatch_status_dup_first_failure (const UpscaleDispatchStatus *status)
{
  g_return_val_if_fail (status != NULL, NULL);

  return g_strdup (upscale_tile_queue_get_first_failure (status->queue));
}

/**
 * upscale_dispatch_status_summarize:
 * @status: a view of a run that has ended
 *
 * Returns: (transfer full): the result of the run, one sentence
 */
char *
upscale_dispatch_status_summarize (const UpscaleDispatchStatus *status)
{
  g_return_val_if_fail (status != NULL, NULL);

  return upscale_progress_summarize (upscale_dispatch_status_get_progress (status),
                                     upscale_tile_queue_get_first_failure (
                                         status->queue));
}
