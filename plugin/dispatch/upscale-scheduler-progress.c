/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be told of a scheduler's work. */
#include "upscale-endpoint-pool.h"
#include "upscale-scheduler-private.h"

/**
 * upscale_scheduler_count_in_phase:
 * @scheduler: a scheduler
 * @endpoint: (nullable): an endpoint, %NULL for all of them
 * @phase: what an endpoint does with a batch
 *
 * Returns: how many tiles are in such batches
 */
guint
upscale_scheduler_count_in_phase (UpscaleScheduler *scheduler,
                                  UpscaleEndpoint  *endpoint,
                                  UpscalePhase      phase)
{
  guint n = 0;

  for (const GList *link = scheduler->order.head; link; link = link->next)
    if (upscale_batch_request_get_phase (link->data) == phase &&
        (!endpoint || upscale_batch_request_get_endpoint (link->data) == endpoint))
      n += upscale_batch_request_count_open (link->data);
  return n;
}

/**
 * upscale_scheduler_get_wait_us:
 * @scheduler: a scheduler
 * @endpoint: one of its endpoints
 *
 * Returns: how long the endpoint is left alone still because it was busy, us; 0 when it
 * was not
 */
gint64
upscale_scheduler_get_wait_us (UpscaleScheduler *scheduler, UpscaleEndpoint *endpoint)
{
  const UpscaleHealth *health = upscale_endpoint_get_health (endpoint);
  gint64               now_us = upscale_clock_get_now (scheduler->clock);

  if (health->n_busy == 0 || !upscale_endpoint_is_alive (endpoint))
    return 0;
  return MAX (health->resting_until_us - now_us, 0);
}

/* Nobody is at work: the first of the busy ones is waited for. */
static gint64
find_wait_us (UpscaleScheduler *self)
{
  gint64 first_us = 0;

  for (const GList *link = self->order.head; link; link = link->next)
    if (!upscale_batch_request_is_pausing (link->data))
      return 0;
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      gint64 wait_us = upscale_scheduler_get_wait_us (self, self->endpoints->pdata[i]);

      if (wait_us > 0 && (first_us == 0 || wait_us < first_us))
        first_us = wait_us;
    }
  return first_us;
}

/* Tiles a second, of all endpoints whose speed is known, and dollars a second. */
static void
measure_rates (UpscaleScheduler *self,
               guint             n_tiles,
               double           *tiles_per_s,
               double           *dollars_per_s)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      UpscaleEndpoint *endpoint = self->endpoints->pdata[i];
      double           speed_s = upscale_endpoint_get_seconds_per_tile (endpoint);
      guint n_slots = upscale_endpoint_count_slots (endpoint, self->policy, n_tiles);

      if (speed_s <= 0.0)
        continue;
      *tiles_per_s += n_slots / speed_s;
      *dollars_per_s += n_slots * upscale_endpoint_get_price_per_hour (endpoint) / 3600.0;
    }
}

static double
sum_cost (UpscaleScheduler *self)
{
  gint64 now_us = upscale_clock_get_now (self->clock);
  double cost = 0.0;

  for (guint i = 0; i < self->endpoints->len; i++)
    cost += upscale_endpoint_get_cost (self->endpoints->pdata[i], now_us);
  return cost;
}

/**
 * upscale_scheduler_get_progress:
 * @scheduler: a scheduler
 *
 * Returns: how far it is
 */
UpscaleProgress
upscale_scheduler_get_progress (UpscaleScheduler *scheduler)
{
  const UpscaleTileQueue *queue = scheduler->queue;
  UpscaleProgress         progress = {
            .n_painted = upscale_tile_queue_count (queue, UPSCALE_TILE_PAINTED),
            .n_stored = upscale_tile_queue_count (queue, UPSCALE_TILE_STORED),
            .n_skipped = upscale_tile_queue_count (queue, UPSCALE_TILE_SKIPPED),
            .n_failed = upscale_tile_queue_count (queue, UPSCALE_TILE_FAILED),
            .n_in_flight = upscale_tile_queue_count (queue, UPSCALE_TILE_IN_FLIGHT),
            .n_queued = upscale_scheduler_count_in_phase (scheduler, NULL, UPSCALE_PHASE_QUEUED),
            .n_starting =
        upscale_scheduler_count_in_phase (scheduler, NULL, UPSCALE_PHASE_STARTING),
            .wait_us = find_wait_us (scheduler),
            .seconds_left = -1.0,
            .cost = sum_cost (scheduler),
            .expected_cost = -1.0,
  };
  guint n_left =
      progress.n_in_flight + upscale_tile_queue_count (queue, UPSCALE_TILE_WAITING);
  double tiles_per_s = 0.0;
  double dollars_per_s = 0.0;

  progress.n_tiles = n_left + upscale_progress_count_settled (progress);
  measure_rates (scheduler, progress.n_tiles, &tiles_per_s, &dollars_per_s);
  if (n_left == 0)
    progress.seconds_left = 0.0;
  else if (tiles_per_s > 0.0)
    progress.seconds_left = n_left / tiles_per_s;
  if (progress.seconds_left >= 0.0)
    progress.expected_cost = progress.cost + progress.seconds_left * dollars_per_s;
  return progress;
}

/**
 * upscale_scheduler_get_tile:
 * @scheduler: a scheduler
 * @tile_index: a tile
 *
 * Returns: what can be told of it
 */
UpscaleTileStatus
upscale_scheduler_get_tile (UpscaleScheduler *scheduler, guint tile_index)
{
  return upscale_tile_queue_get_status (scheduler->queue, tile_index,
                                        upscale_clock_get_now (scheduler->clock));
}

/**
 * upscale_scheduler_get_endpoints:
 * @scheduler: a scheduler
 *
 * Returns: (transfer none) (element-type UpscaleEndpoint): who paints
 */
GPtrArray *
upscale_scheduler_get_endpoints (UpscaleScheduler *scheduler)
{
  return scheduler->endpoints;
}

/**
 * upscale_scheduler_dup_summary:
 * @scheduler: a scheduler that has run
 *
 * Returns: (transfer full): how it ended, one sentence
 */
char *
upscale_scheduler_dup_summary (UpscaleScheduler *scheduler)
{
  return upscale_progress_summarise (upscale_scheduler_get_progress (scheduler),
                                     upscale_tile_queue_get_first_failure (
                                         scheduler->queue));
}
