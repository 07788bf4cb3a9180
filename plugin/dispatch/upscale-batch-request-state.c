/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a request is made of, and what can be asked of it. Its way is in
 * upscale-batch-request.c. */
#include "upscale-batch-request-private.h"

/* A tile that is not prepared yet has no message. */
static void
clear_message (gpointer message)
{
  if (message)
    upscale_tile_message_unref (message);
}

static UpscaleBatch *
make_batch (const UpscaleBatchRequestPlan *plan)
{
  UpscaleBatch *batch = upscale_batch_new (plan->gen_params);

  if (plan->orphan)
    {
      g_free (batch->id);
      batch->id = g_strdup (plan->orphan->batch_id);
      batch->remote_id = g_strdup (plan->orphan->remote_id);
      batch->sent_before = g_hash_table_ref (plan->orphan->keys);
      batch->is_submitted = TRUE;
    }
  return batch;
}

/**
 * upscale_batch_request_new:
 * @plan: what it needs to know
 * @funcs: what it asks and tells
 * @owner: for @funcs; must outlive the request's work
 *
 * Returns: (transfer full): a request that has not started
 */
UpscaleBatchRequest *
upscale_batch_request_new (UpscaleBatchRequestPlan         plan,
                           const UpscaleBatchRequestFuncs *funcs,
                           gpointer                        owner)
{
  UpscaleBatchRequest *request = g_rc_box_new0 (UpscaleBatchRequest);

  request->plan = plan;
  g_object_ref (plan.endpoint);
  g_object_ref (plan.provider);
  g_object_ref (plan.clock);
  upscale_gen_params_ref (plan.gen_params);
  if (plan.copies)
    g_array_ref (plan.copies);
  if (plan.orphan)
    upscale_orphaned_batch_ref (plan.orphan);
  request->funcs = funcs;
  request->owner = owner;
  request->capabilities =
      upscale_capabilities_ref (upscale_endpoint_get_capabilities (plan.endpoint));
  request->batch = make_batch (&plan);
  request->cancellable = g_cancellable_new ();
  request->taken = g_array_new (FALSE, FALSE, sizeof (guint));
  request->carried = g_hash_table_new_full (NULL, NULL, NULL, clear_message);
  request->sent_us = upscale_clock_get_now (plan.clock);
  return request;
}

/**
 * upscale_batch_request_ref:
 * @request: a request
 *
 * Returns: (transfer full): @request
 */
UpscaleBatchRequest *
upscale_batch_request_ref (UpscaleBatchRequest *request)
{
  return g_rc_box_acquire (request);
}

static void
free_members (gpointer data)
{
  UpscaleBatchRequest *request = data;

  g_clear_error (&request->error);
  g_clear_pointer (&request->plan.copies, g_array_unref);
  g_clear_pointer (&request->plan.orphan, upscale_orphaned_batch_unref);
  g_array_unref (request->taken);
  g_hash_table_unref (request->carried);
  g_object_unref (request->cancellable);
  upscale_batch_unref (request->batch);
  upscale_capabilities_unref (request->capabilities);
  upscale_gen_params_unref (request->plan.gen_params);
  g_object_unref (request->plan.clock);
  g_object_unref (request->plan.provider);
  g_object_unref (request->plan.endpoint);
}

/**
 * upscale_batch_request_unref:
 * @request: (transfer full): a request
 *
 * Drops a reference.
 */
void
upscale_batch_request_unref (UpscaleBatchRequest *request)
{
  g_rc_box_release_full (request, free_members);
}

/**
 * upscale_tile_work_new:
 * @request: whose tile it is
 * @tile_index: the tile
 *
 * Returns: (transfer full): what travels through the provider with a tile
 */
UpscaleTileWork *
upscale_tile_work_new (UpscaleBatchRequest *request, guint tile_index)
{
  UpscaleTileWork *work = g_new (UpscaleTileWork, 1);

  *work = (UpscaleTileWork) { upscale_batch_request_ref (request), tile_index };
  return work;
}

/**
 * upscale_batch_request_get_endpoint:
 * @request: a request
 *
 * Returns: (transfer none): who paints
 */
UpscaleEndpoint *
upscale_batch_request_get_endpoint (UpscaleBatchRequest *request)
{
  return request->plan.endpoint;
}

/**
 * upscale_batch_request_get_batch:
 * @request: a request
 *
 * Returns: (transfer none): what it carries, as far as it is prepared
 */
UpscaleBatch *
upscale_batch_request_get_batch (UpscaleBatchRequest *request)
{
  return request->batch;
}

/**
 * upscale_batch_request_get_n_resends:
 * @request: a request
 *
 * Returns: how often it was sent again since the last answer
 */
int
upscale_batch_request_get_n_resends (UpscaleBatchRequest *request)
{
  return request->n_resends;
}

/**
 * upscale_batch_request_get_sent_us:
 * @request: a request
 *
 * Returns: when it was sent last, or set out
 */
gint64
upscale_batch_request_get_sent_us (UpscaleBatchRequest *request)
{
  return request->sent_us;
}

/**
 * upscale_batch_request_get_quiet_s:
 * @request: a request that was sent
 *
 * Returns: how long it has been at work since its last answer, seconds
 */
double
upscale_batch_request_get_quiet_s (UpscaleBatchRequest *request)
{
  return (double) (upscale_clock_get_now (request->plan.clock) - request->news_us) /
         G_USEC_PER_SEC;
}

/**
 * upscale_batch_request_is_copy:
 * @request: a request
 *
 * Returns: whether its tiles were carried by another request when it set out
 */
gboolean
upscale_batch_request_is_copy (UpscaleBatchRequest *request)
{
  return request->plan.copies != NULL;
}

/**
 * upscale_batch_request_is_orphan:
 * @request: a request
 *
 * Returns: whether an earlier run has sent its batch
 */
gboolean
upscale_batch_request_is_orphan (UpscaleBatchRequest *request)
{
  return request->plan.orphan != NULL;
}

/**
 * upscale_batch_request_was_sent:
 * @request: a request
 *
 * Returns: whether the endpoint was asked for anything: not when every tile was settled
 * without it
 */
gboolean
upscale_batch_request_was_sent (UpscaleBatchRequest *request)
{
  return request->work_began_us != 0;
}

/**
 * upscale_batch_request_get_phase:
 * @request: a request
 *
 * Returns: what the endpoint does with it
 */
UpscalePhase
upscale_batch_request_get_phase (UpscaleBatchRequest *request)
{
  return request->phase;
}

/**
 * upscale_batch_request_is_pausing:
 * @request: a request
 *
 * Returns: %TRUE if it waits to be sent again
 */
gboolean
upscale_batch_request_is_pausing (UpscaleBatchRequest *request)
{
  return request->pause != 0;
}

/**
 * upscale_batch_request_is_waiting_for_answers:
 * @request: a request
 *
 * Returns: whether it was sent, and neither pauses nor has ended
 */
gboolean
upscale_batch_request_is_waiting_for_answers (UpscaleBatchRequest *request)
{
  return request->deadline != 0;
}

/**
 * upscale_batch_request_count_open:
 * @request: a request
 *
 * Returns: tiles it carries that were not answered
 */
guint
upscale_batch_request_count_open (UpscaleBatchRequest *request)
{
  return g_hash_table_size (request->carried);
}

/**
 * upscale_batch_request_get_open_tiles:
 * @request: a request
 *
 * Returns: (transfer full) (element-type guint): tiles it carries that were not answered,
 * in the order in which they are painted
 */
GArray *
upscale_batch_request_get_open_tiles (UpscaleBatchRequest *request)
{
  GArray *tiles = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < request->taken->len; i++)
    {
      guint tile_index = g_array_index (request->taken, guint, i);

      if (g_hash_table_contains (request->carried, GUINT_TO_POINTER (tile_index)))
        g_array_append_val (tiles, tile_index);
    }
  return tiles;
}
