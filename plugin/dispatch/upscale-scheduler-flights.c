/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the scheduler does for its requests, and what it hears of them. */
#include "upscale-endpoint-pool.h"
#include "upscale-scheduler-private.h"

static void
carry (UpscaleScheduler *self, UpscaleBatchRequest *request, guint tile_index)
{
  upscale_tile_queue_carry (self->queue, tile_index, request,
                            upscale_batch_request_get_endpoint (request),
                            upscale_clock_get_now (self->clock));
}

static guint
take_tile (UpscaleBatchRequest *request, guint beside, gpointer owner)
{
  UpscaleScheduler *self = owner;
  UpscaleEndpoint  *endpoint = upscale_batch_request_get_endpoint (request);
  guint             tile_index =
      upscale_tile_queue_take (self->queue, endpoint,
                               upscale_scheduler_has_others (self, endpoint), beside);

  if (tile_index != UPSCALE_NO_TILE)
    carry (self, request, tile_index);
  return tile_index;
}

/* A copy is no try of its own: it says nothing about the tile. */
static void
on_sent (UpscaleBatchRequest *request, gpointer owner)
{
  UpscaleScheduler   *self = owner;
  const UpscaleBatch *batch = upscale_batch_request_get_batch (request);

  for (guint i = 0; i < batch->tiles->len && !upscale_batch_request_is_copy (request);
       i++)
    {
      const UpscaleTileMessage *message = batch->tiles->pdata[i];

      upscale_tile_queue_add_try (self->queue, message->tile.index, 1);
    }
  upscale_scheduler_tell (self,
                          (UpscaleEvent) {
                              .kind = UPSCALE_EVENT_SENT,
                              .endpoint = upscale_batch_request_get_endpoint (request),
                              .batch = batch,
                              .tile_index = UPSCALE_NO_TILE });
  upscale_scheduler_tell_progress (self);
}

static void
on_phase_changed (UpscaleBatchRequest *request, gpointer owner)
{
  upscale_scheduler_tell_progress (owner);
}

/* The first picture counts; who else is at it may stop. */
static void
on_claimed (UpscaleBatchRequest *request, guint tile_index, gpointer owner)
{
  UpscaleScheduler    *self = owner;
  UpscaleBatchRequest *other =
      upscale_tile_queue_get_other_carrier (self->queue, tile_index, request);

  upscale_tile_queue_claim (self->queue, tile_index);
  if (!other)
    return;
  upscale_tile_queue_release (self->queue, tile_index, other);
  upscale_batch_request_drop (other, tile_index);
}

static UpscaleTileState
to_state (UpscalePrepared how)
{
  switch (how)
    {
    case UPSCALE_PREPARED_SEND:
      return UPSCALE_TILE_PAINTED;
    case UPSCALE_PREPARED_STORED:
      return UPSCALE_TILE_STORED;
    case UPSCALE_PREPARED_SKIPPED:
      return UPSCALE_TILE_SKIPPED;
    }
  return UPSCALE_TILE_PAINTED;
}

static const char *
describe_settled (UpscalePrepared how)
{
  switch (how)
    {
    case UPSCALE_PREPARED_SEND:
      return "painted";
    case UPSCALE_PREPARED_STORED:
      return "stored";
    case UPSCALE_PREPARED_SKIPPED:
      return "skipped";
    }
  return NULL;
}

static void
on_settled (UpscaleBatchRequest *request,
            guint                tile_index,
            UpscalePrepared      how,
            gpointer             owner)
{
  UpscaleScheduler *self = owner;

  /* A copy may find in the store what the first has just brought home. */
  on_claimed (request, tile_index, owner);
  upscale_tile_queue_release (self->queue, tile_index, request);
  upscale_tile_queue_settle (self->queue, tile_index, to_state (how),
                             upscale_clock_get_now (self->clock));
  upscale_scheduler_tell (self,
                          (UpscaleEvent) {
                              .kind = UPSCALE_EVENT_TILE_SETTLED,
                              .endpoint = upscale_batch_request_get_endpoint (request),
                              .tile_index = tile_index,
                              .text = describe_settled (how) });
  upscale_scheduler_tell_progress (self);
}

static void
return_cancelled_tiles (UpscaleScheduler *self, UpscaleBatchRequest *request)
{
  g_autoptr (GArray) tiles = upscale_batch_request_get_open_tiles (request);

  for (guint i = 0; i < tiles->len; i++)
    {
      guint tile_index = g_array_index (tiles, guint, i);

      if (upscale_tile_queue_release (self->queue, tile_index, request))
        upscale_tile_queue_return (self->queue, tile_index);
    }
}

/* What an endpoint held ready it begins with now. */
static void
promote_spare (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  UpscaleBatchRequest *next = g_queue_pop_head (upscale_endpoint_get_spares (endpoint));

  if (!next)
    return;
  self->n_spares--;
  upscale_batch_request_begin_work (next);
}

static void
remove_request (UpscaleScheduler *self, UpscaleBatchRequest *request)
{
  UpscaleEndpoint *endpoint = upscale_batch_request_get_endpoint (request);
  GList           *link = g_hash_table_lookup (self->requests, request);

  upscale_endpoint_free_slot (endpoint, upscale_clock_get_now (self->clock));
  if (g_queue_remove (upscale_endpoint_get_spares (endpoint), request))
    self->n_spares--;
  else
    promote_spare (self, endpoint);
  g_queue_delete_link (&self->order, link);
  g_hash_table_remove (self->requests, request);
  g_object_unref (self);
}

static void
on_request_ended (UpscaleBatchRequest *request, const GError *error, gpointer owner)
{
  g_autoptr (UpscaleScheduler) self = g_object_ref (owner);
  UpscaleEndpoint *endpoint = upscale_batch_request_get_endpoint (request);
  gboolean         is_cancelled =
      error && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  if (is_cancelled)
    return_cancelled_tiles (self, request);
  else if (error && upscale_scheduler_fail_request (self, request, error))
    return;
  if (self->recalled == request)
    self->recalled = NULL;
  if (upscale_batch_request_was_sent (request))
    upscale_scheduler_tell (self, (UpscaleEvent) {
                                      .kind = UPSCALE_EVENT_BATCH_ENDED,
                                      .endpoint = endpoint,
                                      .batch = upscale_batch_request_get_batch (request),
                                      .tile_index = UPSCALE_NO_TILE });
  remove_request (self, request);
  /* The last batch of the last endpoint leaves nobody to pull the rest. */
  if (error || !upscale_endpoint_is_alive (endpoint))
    upscale_scheduler_pump (self);
  else
    upscale_scheduler_pump_endpoint (self, endpoint);
}

static void
on_tile_failed (UpscaleBatchRequest *request,
                guint                tile_index,
                const GError        *error,
                gpointer             owner)
{
  upscale_scheduler_fail_tile (owner, request, tile_index, error);
}

static void
on_tile_changed (UpscaleBatchRequest *request, guint tile_index, gpointer owner)
{
  UpscaleScheduler *self = owner;

  if (!upscale_tile_queue_release (self->queue, tile_index, request))
    return;
  upscale_tile_queue_return (self->queue, tile_index);
  upscale_scheduler_pump_soon (self);
}

static void
on_named (UpscaleBatchRequest *request, gpointer owner)
{
  upscale_scheduler_tell (owner,
                          (UpscaleEvent) {
                              .kind = UPSCALE_EVENT_NAMED,
                              .endpoint = upscale_batch_request_get_endpoint (request),
                              .batch = upscale_batch_request_get_batch (request),
                              .tile_index = UPSCALE_NO_TILE });
}

static const UpscaleBatchRequestFuncs request_funcs = {
  .take_tile = take_tile,
  .on_sent = on_sent,
  .on_phase_changed = on_phase_changed,
  .on_named = on_named,
  .on_settled = on_settled,
  .on_claimed = on_claimed,
  .on_tile_failed = on_tile_failed,
  .on_tile_changed = on_tile_changed,
  .on_ended = on_request_ended,
};

/**
 * upscale_scheduler_launch:
 * @self: a scheduler
 * @endpoint: an endpoint with a free place
 * @n_wanted: how many tiles to take at most
 * @copies: (nullable): tiles to send a second time, instead of taking some
 * @orphan: (nullable): as what an earlier run has sent @copies
 *
 * Sends a batch on its way. May end at once, when nothing of it need be sent.
 *
 * Returns: (transfer full): the request
 */
UpscaleBatchRequest *
upscale_scheduler_launch (UpscaleScheduler     *self,
                          UpscaleEndpoint      *endpoint,
                          guint                 n_wanted,
                          GArray               *copies,
                          UpscaleOrphanedBatch *orphan)
{
  UpscaleBatchRequestPlan plan = {
    .endpoint = endpoint,
    .provider = self->provider,
    .clock = self->clock,
    .gen_params = self->gen_params,
    .n_wanted = n_wanted,
    .copies = copies,
    .orphan = orphan,
    .timeout_us = self->policy.batch_timeout_us,
  };
  /* Each request keeps its owner, also after a cancelled run has answered. */
  UpscaleBatchRequest *request =
      upscale_batch_request_new (plan, &request_funcs, g_object_ref (self));

  g_queue_push_tail (&self->order, request);
  g_hash_table_insert (self->requests, upscale_batch_request_ref (request),
                       g_queue_peek_tail_link (&self->order));
  for (guint i = 0; copies && i < copies->len; i++)
    carry (self, request, g_array_index (copies, guint, i));
  upscale_endpoint_take_slot (endpoint, n_wanted, upscale_clock_get_now (self->clock));
  if (upscale_endpoint_get_n_taken (endpoint) >
      upscale_endpoint_get_n_workers (endpoint) +
          upscale_endpoint_get_spares (endpoint)->length)
    {
      g_queue_push_tail (upscale_endpoint_get_spares (endpoint), request);
      self->n_spares++;
    }
  upscale_batch_request_start (request);
  return request;
}
