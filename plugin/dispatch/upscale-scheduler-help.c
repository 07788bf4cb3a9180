/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tail: no tile waits any more, and somebody is free. What is late is sent to him a
 * second time; what another endpoint only holds ready is called back for him. */
#include "upscale-hedge.h"
#include "upscale-scheduler-private.h"

/* The oldest batches are the likeliest to be late; looking at more would cost more than
 * it finds. */
#define MAX_CANDIDATES 16
/* How often a free endpoint looks whether something has become late, in tiles. */
#define LOOKS_PER_TILE 4.0
#define SHORTEST_INTERVAL_S 0.1
/* A batch held ready has about half a tile before it; moving it is worth it when that is
 * longer than the move. */
#define TILES_BEFORE_SPARE 0.5
#define WORTH_OF_MOVE 1.2

static gboolean
is_copied (UpscaleScheduler *self, UpscaleBatchRequest *request, GArray *tiles)
{
  return (upscale_batch_request_is_copy (request) &&
          !upscale_batch_request_is_orphan (request)) ||
         upscale_tile_queue_get_other_carrier (
             self->queue, g_array_index (tiles, guint, tiles->len - 1), request) != NULL;
}

/* Of batches that share tiles one may have been copied already. */
static void
remove_copied (UpscaleScheduler *self, GArray *tiles)
{
  for (guint i = tiles->len; i-- > 0;)
    if (!upscale_tile_queue_can_be_copied (self->queue, g_array_index (tiles, guint, i)))
      g_array_remove_index (tiles, i);
}

/* The last tiles, as the endpoint that has them works from the front. */
static GArray *
choose_copies (UpscaleScheduler    *self,
               UpscaleBatchRequest *request,
               UpscaleEndpoint     *helper)
{
  UpscaleEndpoint *endpoint = upscale_batch_request_get_endpoint (request);
  g_autoptr (GArray) tiles = upscale_batch_request_get_open_tiles (request);
  UpscaleHedgeCase what = {
    .n_open = tiles->len,
    .quiet_s = upscale_batch_request_get_quiet_s (request),
    .seconds_per_tile = upscale_endpoint_get_seconds_per_tile (endpoint),
    .own_seconds_per_tile = upscale_endpoint_get_seconds_per_tile (helper),
  };
  guint n = upscale_hedge_count_tiles (what);

  if (n == 0 || is_copied (self, request, tiles))
    return NULL;
  g_array_remove_range (tiles, 0, tiles->len - n);
  remove_copied (self, tiles);
  return g_steal_pointer (&tiles);
}

static gboolean
copy_late_tiles (UpscaleScheduler *self, UpscaleEndpoint *helper)
{
  guint n_looked_at = 0;

  if (!upscale_endpoint_allows_duplicates (helper))
    return FALSE;
  for (GList *link = self->order.head; link && n_looked_at < MAX_CANDIDATES;
       link = link->next)
    {
      UpscaleBatchRequest *request = link->data;
      g_autoptr (GArray) copies = NULL;

      if (!upscale_batch_request_is_waiting_for_answers (request))
        continue;
      n_looked_at++;
      copies = choose_copies (self, request, helper);
      if (copies)
        {
          upscale_batch_request_unref (
              upscale_scheduler_launch (self, helper, copies->len, copies, NULL));
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
is_worth_moving (UpscaleBatchRequest *spare, UpscaleEndpoint *helper)
{
  UpscaleEndpoint *endpoint = upscale_batch_request_get_endpoint (spare);
  double           there_s = upscale_endpoint_get_seconds_per_tile (endpoint);
  double           here_s = upscale_endpoint_get_seconds_per_tile (helper);
  double           n = upscale_batch_request_count_open (spare);

  return here_s > 0.0 && (there_s <= 0.0 || here_s * n * WORTH_OF_MOVE <
                                                there_s * (n + TILES_BEFORE_SPARE));
}

static gboolean
call_spare_back (UpscaleScheduler *self, UpscaleEndpoint *helper)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      UpscaleEndpoint     *endpoint = self->endpoints->pdata[i];
      UpscaleBatchRequest *spare =
          g_queue_peek_tail (upscale_endpoint_get_spares (endpoint));

      if (endpoint == helper || !spare || !is_worth_moving (spare, helper))
        continue;
      self->recalled = spare;
      upscale_batch_request_cancel (spare);
      return TRUE;
    }
  return FALSE;
}

/**
 * upscale_scheduler_help:
 * @self: a scheduler
 * @endpoint: an endpoint with a free slot and no tile to take
 *
 * Finds it something that is under way elsewhere.
 *
 * Returns: whether its slot was filled
 */
gboolean
upscale_scheduler_help (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  if (upscale_scheduler_count_waiting (self) > 0)
    return FALSE;
  /* A batch called back shows as waiting tiles a moment later. */
  if (self->n_spares > 0 && !self->recalled && call_spare_back (self, endpoint))
    return FALSE;
  return !self->recalled && copy_late_tiles (self, endpoint);
}

/**
 * upscale_scheduler_get_help_interval_s:
 * @self: a scheduler
 *
 * Returns: how soon a free endpoint should look again, 0 when that is no use
 */
double
upscale_scheduler_get_help_interval_s (UpscaleScheduler *self)
{
  double fastest_s = 0.0;

  if (upscale_scheduler_count_waiting (self) > 0 || self->order.length == 0)
    return 0.0;
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      double speed_s = upscale_endpoint_get_seconds_per_tile (self->endpoints->pdata[i]);

      if (speed_s > 0.0 && (fastest_s <= 0.0 || speed_s < fastest_s))
        fastest_s = speed_s;
    }
  return fastest_s > 0.0 ? MAX (fastest_s / LOOKS_PER_TILE, SHORTEST_INTERVAL_S) : 0.0;
}
