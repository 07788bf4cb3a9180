/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-request-list.h"

#include "upscale-hedge.h"

/**
 * UpscaleRequestList:
 *
 * The batch requests of a job that are under way, oldest first, and for each endpoint the
 * requests whose batch it has only queued. Makes requests and lets idle endpoints take
 * over batches. Launching and removing cost the same with many requests as with few.
 */
struct _UpscaleRequestList
{
  UpscaleRequestListPlan plan;
  GQueue                 order;  /* of UpscaleBatchRequest, oldest first */
  GHashTable            *links;  /* UpscaleBatchRequest, owned -> its link in @order */
  GHashTable            *queued; /* UpscaleEndpoint -> GQueue of requests, oldest first */
  guint                  n_queued; /* of all endpoints */
  UpscaleBatchRequest   *stolen;   /* not owned: cancelled in favor of an idle endpoint */
  GPtrArray             *orphans;  /* of UpscaleOrphanedBatch, not asked for yet */
};

/**
 * upscale_request_list_new:
 * @plan: the facts
 *
 * Returns: (transfer full): an empty list
 */
UpscaleRequestList *
upscale_request_list_new (UpscaleRequestListPlan plan)
{
  UpscaleRequestList *list = g_new0 (UpscaleRequestList, 1);

  list->plan = plan;
  g_object_ref (plan.provider);
  g_object_ref (plan.clock);
  upscale_gen_params_ref (plan.gen_params);
  g_queue_init (&list->order);
  list->links =
      g_hash_table_new_full (NULL, NULL, (GDestroyNotify) upscale_batch_request_unref,
                             NULL);
  list->queued = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_queue_free);
  list->orphans =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_orphaned_batch_unref);
  return list;
}

/**
 * upscale_request_list_free:
 * @list: (transfer full): an empty list
 *
 * Frees the list.
 */
void
upscale_request_list_free (UpscaleRequestList *list)
{
  g_return_if_fail (list != NULL);
  g_assert (list->order.length == 0);

  g_ptr_array_unref (list->orphans);
  g_hash_table_unref (list->queued);
  g_hash_table_unref (list->links);
  upscale_gen_params_unref (list->plan.gen_params);
  g_object_unref (list->plan.clock);
  g_object_unref (list->plan.provider);
  g_free (list);
}

static GQueue *
get_queued (const UpscaleRequestList *list, UpscaleEndpoint *endpoint)
{
  return g_hash_table_lookup (list->queued, endpoint);
}

static void
add_queued (UpscaleRequestList *list, UpscaleBatchRequest *request)
{
  UpscaleEndpoint *endpoint = upscale_batch_request_get_endpoint (request);
  GQueue          *queued = get_queued (list, endpoint);

  if (!queued)
    {
      queued = g_queue_new ();
      g_hash_table_insert (list->queued, endpoint, queued);
    }
  g_queue_push_tail (queued, request);
  list->n_queued++;
}

/**
 * upscale_request_list_launch:
 * @list: a list
 * @endpoint: an endpoint that may get a batch
 * @n_wanted: the most tiles of the batch
 * @tiles: (nullable) (element-type guint): the tiles of the batch, instead of tiles from
 * the queue
 * @orphan: (nullable): the batch of an earlier run that @tiles belong to
 *
 * Starts a request. The request may end at once, when all its tiles are settled by their
 * preparation.
 */
void
upscale_request_list_launch (UpscaleRequestList   *list,
                             UpscaleEndpoint      *endpoint,
                             guint                 n_wanted,
                             GArray               *tiles,
                             UpscaleOrphanedBatch *orphan)
{
  g_autoptr (UpscaleBatchRequest) request = NULL;
  UpscaleBatchRequestPlan plan;

  g_return_if_fail (list != NULL);
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));

  plan = (UpscaleBatchRequestPlan) {
    .endpoint = endpoint,
    .provider = list->plan.provider,
    .queue = list->plan.queue,
    .clock = list->plan.clock,
    .gen_params = list->plan.gen_params,
    .n_wanted = n_wanted,
    .tiles = tiles,
    .orphan = orphan,
    .timeout_us = list->plan.policy.batch_timeout_us,
  };
  request =
      upscale_batch_request_new (plan, list->plan.funcs, g_object_ref (list->plan.owner));
  g_queue_push_tail (&list->order, request);
  g_hash_table_insert (list->links, upscale_batch_request_ref (request),
                       g_queue_peek_tail_link (&list->order));
  if (upscale_endpoint_take_slot (endpoint, n_wanted,
                                  upscale_clock_get_now (list->plan.clock)))
    add_queued (list, request);
  upscale_batch_request_start (request);
}

/**
 * upscale_request_list_add_orphan:
 * @list: a list
 * @orphan: a batch that an earlier run has sent
 */
void
upscale_request_list_add_orphan (UpscaleRequestList *list, UpscaleOrphanedBatch *orphan)
{
  g_return_if_fail (list != NULL);
  g_return_if_fail (orphan != NULL);

  g_ptr_array_add (list->orphans, upscale_orphaned_batch_ref (orphan));
}

static void
resume (UpscaleRequestList *list, UpscaleEndpoint *endpoint, UpscaleOrphanedBatch *orphan)
{
  g_autoptr (GArray) sent = upscale_orphaned_batch_get_tiles (orphan);
  g_autoptr (GArray) tiles = upscale_tile_queue_take_orphaned (list->plan.queue, sent);

  if (tiles->len > 0)
    upscale_request_list_launch (list, endpoint, tiles->len, tiles, orphan);
}

/**
 * upscale_request_list_resume_orphans:
 * @list: a list
 * @endpoint: an endpoint that has become ready, and keeps batches
 *
 * Asks the endpoint for its orphaned batches, each once. Asking costs nothing, and
 * finished work is paid for.
 */
void
upscale_request_list_resume_orphans (UpscaleRequestList *list, UpscaleEndpoint *endpoint)
{
  guint i = 0;

  g_return_if_fail (list != NULL);
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));

  while (i < list->orphans->len)
    {
      UpscaleOrphanedBatch *orphan = list->orphans->pdata[i];

      if (g_str_equal (orphan->endpoint, upscale_endpoint_get_name (endpoint)))
        {
          g_ptr_array_steal_index (list->orphans, i);
          resume (list, endpoint, orphan);
          upscale_orphaned_batch_unref (orphan);
        }
      else
        i++;
    }
}

/* Returns the request that the endpoint begins with, if it has queued one. */
static UpscaleBatchRequest *
remove_queued (UpscaleRequestList *list, UpscaleBatchRequest *request)
{
  GQueue *queued = get_queued (list, upscale_batch_request_get_endpoint (request));

  if (!queued || g_queue_is_empty (queued))
    return NULL;
  list->n_queued--;
  return g_queue_remove (queued, request) ? NULL : g_queue_pop_head (queued);
}

/**
 * upscale_request_list_remove:
 * @list: a list
 * @request: a request that has ended
 *
 * Removes a request and frees its slot. If its batch was at work, the endpoint begins
 * with the oldest batch that it has queued.
 */
void
upscale_request_list_remove (UpscaleRequestList *list, UpscaleBatchRequest *request)
{
  UpscaleBatchRequest *next;
  GList               *link;

  g_return_if_fail (list != NULL);

  link = g_hash_table_lookup (list->links, request);
  g_return_if_fail (link != NULL);

  if (list->stolen == request)
    list->stolen = NULL;
  upscale_endpoint_free_slot (upscale_batch_request_get_endpoint (request),
                              upscale_clock_get_now (list->plan.clock));
  next = remove_queued (list, request);
  if (next)
    upscale_batch_request_begin_work (next);
  g_queue_delete_link (&list->order, link);
  g_hash_table_remove (list->links, request);
  g_object_unref (list->plan.owner);
}

/**
 * upscale_request_list_cancel_all:
 * @list: a list
 *
 * Cancels every request, at the endpoints too.
 */
void
upscale_request_list_cancel_all (UpscaleRequestList *list)
{
  g_autoptr (GPtrArray) requests =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_batch_request_unref);

  g_return_if_fail (list != NULL);

  /* A request that ends is removed from the list. */
  for (const GList *link = list->order.head; link; link = link->next)
    g_ptr_array_add (requests, upscale_batch_request_ref (link->data));
  for (guint i = 0; i < requests->len; i++)
    upscale_batch_request_cancel (requests->pdata[i]);
}

/**
 * upscale_request_list_is_empty:
 * @list: a list
 *
 * Returns: %TRUE if no request is under way
 */
gboolean
upscale_request_list_is_empty (const UpscaleRequestList *list)
{
  g_return_val_if_fail (list != NULL, TRUE);

  return list->order.length == 0;
}

/**
 * upscale_request_list_is_backing_off:
 * @list: a list
 *
 * Returns: %TRUE if every request waits to be sent again
 */
gboolean
upscale_request_list_is_backing_off (const UpscaleRequestList *list)
{
  g_return_val_if_fail (list != NULL, TRUE);

  for (const GList *link = list->order.head; link; link = link->next)
    if (upscale_batch_request_get_state (link->data) != UPSCALE_BATCH_REQUEST_BACKING_OFF)
      return FALSE;
  return TRUE;
}

/**
 * upscale_request_list_count_in_phase:
 * @list: a list
 * @endpoint: (nullable): an endpoint, %NULL for all
 * @phase: a phase
 *
 * Returns: the number of open tiles in the endpoint's batches that are in that phase
 */
guint
upscale_request_list_count_in_phase (const UpscaleRequestList *list,
                                     UpscaleEndpoint          *endpoint,
                                     UpscalePhase              phase)
{
  guint n = 0;

  g_return_val_if_fail (list != NULL, 0);

  for (const GList *link = list->order.head; link; link = link->next)
    if (upscale_batch_request_get_phase (link->data) == phase &&
        (!endpoint || upscale_batch_request_get_endpoint (link->data) == endpoint))
      n += upscale_batch_request_count_open (link->data);
  return n;
}

/**
 * upscale_request_list_get_waited_us:
 * @list: a list
 * @endpoint: (nullable): an endpoint, %NULL for all
 *
 * Returns: the time since the first of the endpoint's batches that are queued or wait for
 * a machine came to that phase, us; 0 if there is none
 */
gint64
upscale_request_list_get_waited_us (const UpscaleRequestList *list,
                                    UpscaleEndpoint          *endpoint)
{
  gint64 now_us;
  gint64 most_us = 0;

  g_return_val_if_fail (list != NULL, 0);

  now_us = upscale_clock_get_now (list->plan.clock);
  for (const GList *link = list->order.head; link; link = link->next)
    if (upscale_batch_request_get_phase (link->data) != UPSCALE_PHASE_AT_WORK &&
        upscale_batch_request_count_open (link->data) > 0 &&
        (!endpoint || upscale_batch_request_get_endpoint (link->data) == endpoint))
      most_us =
          MAX (most_us, now_us - upscale_batch_request_get_phase_since_us (link->data));
  return most_us;
}

static UpscaleHedgeCase
make_hedge_case (const UpscaleRequestList *list,
                 UpscaleBatchRequest      *request,
                 UpscaleEndpoint          *idle)
{
  UpscaleEndpoint *endpoint = upscale_batch_request_get_endpoint (request);
  g_autoptr (GArray) tiles = upscale_batch_request_get_open_tiles (request);

  return (UpscaleHedgeCase) {
    .n_open = tiles->len,
    .quiet_s = upscale_batch_request_get_quiet_s (request),
    .seconds_per_tile = upscale_endpoint_get_seconds_per_tile (endpoint),
    .own_seconds_per_tile = upscale_endpoint_get_seconds_per_tile (idle),
    .is_duplicate =
        upscale_batch_request_get_kind (request) == UPSCALE_BATCH_REQUEST_DUPLICATE,
    .is_last_taken = tiles->len > 0 &&
                     !upscale_tile_queue_can_be_duplicated (
                         list->plan.queue, g_array_index (tiles, guint, tiles->len - 1)),
  };
}

/* The newest queued batch of each other endpoint. */
static GPtrArray *
get_newest_queued (const UpscaleRequestList *list, UpscaleEndpoint *idle)
{
  GPtrArray *requests = g_ptr_array_new ();
  guint      n_endpoints =
      list->n_queued > 0 ? upscale_endpoint_pool_get_length (list->plan.pool) : 0;

  for (guint i = 0; i < n_endpoints; i++)
    {
      UpscaleEndpoint     *endpoint = upscale_endpoint_pool_get (list->plan.pool, i);
      GQueue              *queued = get_queued (list, endpoint);
      UpscaleBatchRequest *newest = queued ? g_queue_peek_tail (queued) : NULL;

      if (endpoint != idle && newest)
        g_ptr_array_add (requests, newest);
    }
  return requests;
}

/* The oldest batches that endpoints have. */
static GPtrArray *
get_oldest_sent (const UpscaleRequestList *list)
{
  GPtrArray *requests = g_ptr_array_new ();

  for (const GList *link = list->order.head;
       link && requests->len < UPSCALE_HEDGE_MAX_CANDIDATES; link = link->next)
    if (upscale_batch_request_get_state (link->data) == UPSCALE_BATCH_REQUEST_SENT)
      g_ptr_array_add (requests, link->data);
  return requests;
}

static UpscaleHedgeCase *
make_hedge_cases (const UpscaleRequestList *list,
                  GPtrArray                *requests,
                  UpscaleEndpoint          *idle)
{
  UpscaleHedgeCase *cases = g_new (UpscaleHedgeCase, requests->len);

  for (guint i = 0; i < requests->len; i++)
    cases[i] = make_hedge_case (list, requests->pdata[i], idle);
  return cases;
}

static gboolean
steal_queued_batch (UpscaleRequestList *list, UpscaleEndpoint *idle)
{
  g_autoptr (GPtrArray) queued = get_newest_queued (list, idle);
  g_autofree UpscaleHedgeCase *cases = make_hedge_cases (list, queued, idle);
  guint                        i = upscale_hedge_choose_queued (cases, queued->len);
  UpscaleBatchRequest         *request;

  if (i == UPSCALE_HEDGE_NO_BATCH)
    return FALSE;
  request = queued->pdata[i];
  g_debug ("batch %s: stolen from %s for %s",
           upscale_batch_request_get_batch (request)->id,
           upscale_endpoint_get_debug_name (upscale_batch_request_get_endpoint (request)),
           upscale_endpoint_get_debug_name (idle));
  list->stolen = request;
  upscale_batch_request_cancel (request);
  return TRUE;
}

/* The last @n open tiles of a batch, as its endpoint works from the front. Requests may
 * share tiles, so that some of these have a duplicate already. */
static GArray *
dup_last_tiles (const UpscaleRequestList *list, UpscaleBatchRequest *request, guint n)
{
  const UpscaleTileQueue *queue = list->plan.queue;
  g_autoptr (GArray) tiles = upscale_batch_request_get_open_tiles (request);

  g_array_remove_range (tiles, 0, tiles->len - n);
  for (guint i = tiles->len; i-- > 0;)
    if (!upscale_tile_queue_can_be_duplicated (queue, g_array_index (tiles, guint, i)))
      g_array_remove_index (tiles, i);
  return g_steal_pointer (&tiles);
}

static gboolean
duplicate_late_tiles (UpscaleRequestList *list, UpscaleEndpoint *idle)
{
  g_autoptr (GPtrArray) sent = NULL;
  g_autofree UpscaleHedgeCase *cases = NULL;
  g_autoptr (GArray) tiles = NULL;
  guint i;

  if (!upscale_endpoint_allows_duplicates (idle))
    return FALSE;
  sent = get_oldest_sent (list);
  cases = make_hedge_cases (list, sent, idle);
  i = upscale_hedge_choose_late (cases, sent->len);
  if (i == UPSCALE_HEDGE_NO_BATCH)
    return FALSE;
  tiles = dup_last_tiles (list, sent->pdata[i], upscale_hedge_count_tiles (cases[i]));
  upscale_request_list_launch (list, idle, tiles->len, tiles, NULL);
  return TRUE;
}

/**
 * upscale_request_list_hedge:
 * @list: a list of a job in which no tile waits
 * @idle: an endpoint with a free slot
 *
 * Lets the idle endpoint take over a batch that is only queued elsewhere, or paint
 * duplicates of late tiles. The tiles of a batch that is taken over wait a moment later,
 * once its request has ended; nothing else is done until then.
 *
 * Returns: %TRUE if the endpoint has got a batch
 */
gboolean
upscale_request_list_hedge (UpscaleRequestList *list, UpscaleEndpoint *idle)
{
  g_return_val_if_fail (list != NULL, FALSE);
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (idle), FALSE);

  if (list->stolen || steal_queued_batch (list, idle))
    return FALSE;
  return duplicate_late_tiles (list, idle);
}
