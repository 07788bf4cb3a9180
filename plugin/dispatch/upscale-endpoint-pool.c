/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-pool.h"

#include "upscale-batch-size.h"

/**
 * UpscaleEndpointPool:
 *
 * The endpoints of a job, in the user's order, and everything that concerns all of them
 * together: slots, batch sizes, waits, speed and cost.
 */
struct _UpscaleEndpointPool
{
  GPtrArray    *endpoints;
  UpscalePolicy policy;
  guint         n_tiles; /* of the job */
  guint         n_alive;
  guint         n_slots; /* of all endpoints together */
};

/**
 * upscale_endpoint_pool_new:
 * @policy: the user's settings
 * @n_tiles: tiles of the whole job
 *
 * Returns: (transfer full): a pool without endpoints
 */
UpscaleEndpointPool *
upscale_endpoint_pool_new (UpscalePolicy policy, guint n_tiles)
{
  UpscaleEndpointPool *pool = g_new0 (UpscaleEndpointPool, 1);

  pool->endpoints = g_ptr_array_new_with_free_func (g_object_unref);
  pool->policy = policy;
  pool->n_tiles = n_tiles;
  return pool;
}

static guint
count_slots (const UpscaleEndpointPool *pool, UpscaleEndpoint *endpoint)
{
  const UpscaleCapabilities *capabilities = upscale_endpoint_get_capabilities (endpoint);

  if (upscale_endpoint_get_state (endpoint) != UPSCALE_ENDPOINT_READY)
    return 0;
  return (guint) upscale_batch_size_count_slots (pool->policy, pool->n_tiles,
                                                 (int) upscale_endpoint_get_n_workers (
                                                     endpoint),
                                                 capabilities->autoscales);
}

/* The sums are needed for each batch, so they are kept. */
static void
recount (UpscaleEndpointPool *pool)
{
  pool->n_alive = 0;
  pool->n_slots = 0;
  for (guint i = 0; i < pool->endpoints->len; i++)
    {
      pool->n_alive += upscale_endpoint_is_alive (pool->endpoints->pdata[i]) ? 1 : 0;
      pool->n_slots += count_slots (pool, pool->endpoints->pdata[i]);
    }
}

/* Only ready endpoints have slots. */
static void
on_state_changed (UpscaleEndpoint *endpoint, guint previous, gpointer user_data)
{
  UpscaleEndpointState state = upscale_endpoint_get_state (endpoint);

  if (previous == UPSCALE_ENDPOINT_READY || state == UPSCALE_ENDPOINT_READY ||
      state == UPSCALE_ENDPOINT_STOPPED)
    recount (user_data);
}

/**
 * upscale_endpoint_pool_free:
 * @pool: (transfer full): a pool
 *
 * Frees the pool.
 */
void
upscale_endpoint_pool_free (UpscaleEndpointPool *pool)
{
  g_return_if_fail (pool != NULL);

  for (guint i = 0; i < pool->endpoints->len; i++)
    g_signal_handlers_disconnect_by_data (pool->endpoints->pdata[i], pool);
  g_ptr_array_unref (pool->endpoints);
  g_free (pool);
}

/**
 * upscale_endpoint_pool_add:
 * @pool: a pool
 * @endpoint: an endpoint
 *
 * Adds an endpoint at the end.
 */
void
upscale_endpoint_pool_add (UpscaleEndpointPool *pool, UpscaleEndpoint *endpoint)
{
  g_return_if_fail (pool != NULL);
  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));

  g_ptr_array_add (pool->endpoints, g_object_ref (endpoint));
  g_signal_connect (endpoint, "state-changed", G_CALLBACK (on_state_changed), pool);
  recount (pool);
}

/**
 * upscale_endpoint_pool_get_length:
 * @pool: a pool
 *
 * Returns: the number of endpoints
 */
guint
upscale_endpoint_pool_get_length (const UpscaleEndpointPool *pool)
{
  g_return_val_if_fail (pool != NULL, 0);

  return pool->endpoints->len;
}

/**
 * upscale_endpoint_pool_get:
 * @pool: a pool
 * @i: a number below upscale_endpoint_pool_get_length()
 *
 * Returns: (transfer none): the endpoint
 */
UpscaleEndpoint *
upscale_endpoint_pool_get (const UpscaleEndpointPool *pool, guint i)
{
  g_return_val_if_fail (pool != NULL, NULL);
  g_return_val_if_fail (i < pool->endpoints->len, NULL);

  return pool->endpoints->pdata[i];
}

/**
 * upscale_endpoint_pool_is_alive:
 * @pool: a pool
 *
 * Returns: %TRUE if at least one endpoint is not stopped
 */
gboolean
upscale_endpoint_pool_is_alive (const UpscaleEndpointPool *pool)
{
  g_return_val_if_fail (pool != NULL, FALSE);

  return pool->n_alive > 0;
}

/**
 * upscale_endpoint_pool_has_others:
 * @pool: a pool
 * @endpoint: (nullable): one of its endpoints
 *
 * Returns: %TRUE if another endpoint may take a tile: it is neither stopped nor busy
 */
gboolean
upscale_endpoint_pool_has_others (const UpscaleEndpointPool *pool,
                                  UpscaleEndpoint           *endpoint)
{
  g_return_val_if_fail (pool != NULL, FALSE);

  for (guint i = 0; i < pool->endpoints->len; i++)
    {
      UpscaleEndpoint *other = pool->endpoints->pdata[i];

      if (other != endpoint && upscale_endpoint_is_alive (other) &&
          upscale_endpoint_get_health (other)->n_busy == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * upscale_endpoint_pool_count_slots:
 * @pool: a pool
 * @endpoint: one of its endpoints
 *
 * A small job uses one slot of an endpoint that adds machines for more, see
 * upscale_batch_size_count_slots().
 *
 * Returns: the number of slots that this job fills at the endpoint, 0 while the endpoint
 * is not ready
 */
guint
upscale_endpoint_pool_count_slots (const UpscaleEndpointPool *pool,
                                   UpscaleEndpoint           *endpoint)
{
  g_return_val_if_fail (pool != NULL, 0);
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), 0);

  return count_slots (pool, endpoint);
}

/**
 * upscale_endpoint_pool_count_with_queued:
 * @pool: a pool
 * @endpoint: one of its endpoints
 *
 * Returns: the number of batches that the endpoint gets at once with the queued ones,
 * so that a free slot never waits for an upload
 */
guint
upscale_endpoint_pool_count_with_queued (const UpscaleEndpointPool *pool,
                                         UpscaleEndpoint           *endpoint)
{
  guint n_slots;

  g_return_val_if_fail (pool != NULL, 0);
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), 0);

  n_slots = count_slots (pool, endpoint);
  return n_slots > 0
             ? n_slots + (guint) upscale_endpoint_get_capabilities (endpoint)->n_queued
             : 0;
}

/**
 * upscale_endpoint_pool_choose_batch_size:
 * @pool: a pool
 * @endpoint: one of its endpoints
 * @n_waiting: tiles that wait
 * @is_queued: %TRUE if the batch is queued there
 *
 * Returns: the number of tiles for the endpoint's next batch, 0 for none
 */
guint
upscale_endpoint_pool_choose_batch_size (const UpscaleEndpointPool *pool,
                                         UpscaleEndpoint           *endpoint,
                                         guint                      n_waiting,
                                         gboolean                   is_queued)
{
  UpscaleBatchSizeCase what;

  g_return_val_if_fail (pool != NULL, 1);

  what = (UpscaleBatchSizeCase) {
    .policy = pool->policy,
    .max_tiles = upscale_endpoint_get_max_tiles (endpoint),
    .seconds_per_tile = upscale_endpoint_get_seconds_per_tile (endpoint),
    .n_pending = n_waiting,
    .n_slots = pool->n_slots,
    .n_last = upscale_endpoint_get_n_last (endpoint),
    .is_queued = is_queued,
  };
  return (guint) upscale_batch_size_choose (what);
}

/**
 * upscale_endpoint_pool_get_next_wake_up:
 * @pool: a pool
 * @now_us: the time
 *
 * Returns: the time when the first of the endpoints that back off may get a request
 * again, %G_MAXINT64 if none backs off
 */
gint64
upscale_endpoint_pool_get_next_wake_up (const UpscaleEndpointPool *pool, gint64 now_us)
{
  gint64 first_us = G_MAXINT64;

  g_return_val_if_fail (pool != NULL, first_us);

  for (guint i = 0; i < pool->endpoints->len; i++)
    {
      UpscaleEndpoint *endpoint = pool->endpoints->pdata[i];

      if (upscale_endpoint_is_alive (endpoint) &&
          upscale_endpoint_is_backing_off (endpoint, now_us))
        first_us =
            MIN (first_us, upscale_endpoint_get_health (endpoint)->backing_off_until_us);
    }
  return first_us;
}

/**
 * upscale_endpoint_pool_get_wait_us:
 * @pool: a pool
 * @now_us: the time
 *
 * Returns: the time until the first busy endpoint gets a request again, us; 0 if none is
 * busy
 */
gint64
upscale_endpoint_pool_get_wait_us (const UpscaleEndpointPool *pool, gint64 now_us)
{
  gint64 first_us = 0;

  g_return_val_if_fail (pool != NULL, 0);

  for (guint i = 0; i < pool->endpoints->len; i++)
    {
      gint64 wait_us = upscale_endpoint_get_wait_us (pool->endpoints->pdata[i], now_us);

      if (wait_us > 0 && (first_us == 0 || wait_us < first_us))
        first_us = wait_us;
    }
  return first_us;
}

/**
 * upscale_endpoint_pool_get_fastest_s:
 * @pool: a pool
 *
 * Returns: seconds a tile of the fastest endpoint, 0 if no speed is known
 */
double
upscale_endpoint_pool_get_fastest_s (const UpscaleEndpointPool *pool)
{
  double fastest_s = 0.0;

  g_return_val_if_fail (pool != NULL, 0.0);

  for (guint i = 0; i < pool->endpoints->len; i++)
    {
      double speed_s = upscale_endpoint_get_seconds_per_tile (pool->endpoints->pdata[i]);

      if (speed_s > 0.0 && (fastest_s <= 0.0 || speed_s < fastest_s))
        fastest_s = speed_s;
    }
  return fastest_s;
}

/**
 * upscale_endpoint_pool_get_tiles_per_s:
 * @pool: a pool
 *
 * Returns: tiles a second of all slots together whose speed is known
 */
double
upscale_endpoint_pool_get_tiles_per_s (const UpscaleEndpointPool *pool)
{
  double tiles_per_s = 0.0;

  g_return_val_if_fail (pool != NULL, 0.0);

  for (guint i = 0; i < pool->endpoints->len; i++)
    {
      UpscaleEndpoint *endpoint = pool->endpoints->pdata[i];
      double           speed_s = upscale_endpoint_get_seconds_per_tile (endpoint);

      if (speed_s > 0.0)
        tiles_per_s += count_slots (pool, endpoint) / speed_s;
    }
  return tiles_per_s;
}

/**
 * upscale_endpoint_pool_get_dollars_per_s:
 * @pool: a pool
 *
 * Returns: the price of one second of all slots together whose speed is known, in dollars
 */
double
upscale_endpoint_pool_get_dollars_per_s (const UpscaleEndpointPool *pool)
{
  double dollars_per_s = 0.0;

  g_return_val_if_fail (pool != NULL, 0.0);

  for (guint i = 0; i < pool->endpoints->len; i++)
    {
      UpscaleEndpoint *endpoint = pool->endpoints->pdata[i];

      if (upscale_endpoint_get_seconds_per_tile (endpoint) > 0.0)
        dollars_per_s += count_slots (pool, endpoint) *
                         upscale_endpoint_get_price_per_hour (endpoint) / 3600.0;
    }
  return dollars_per_s;
}

/**
 * upscale_endpoint_pool_get_cost:
 * @pool: a pool
 * @now_us: the time
 *
 * Returns: the cost of the job so far, in dollars
 */
double
upscale_endpoint_pool_get_cost (const UpscaleEndpointPool *pool, gint64 now_us)
{
  double cost = 0.0;

  g_return_val_if_fail (pool != NULL, 0.0);

  for (guint i = 0; i < pool->endpoints->len; i++)
    cost += upscale_endpoint_get_cost (pool->endpoints->pdata[i], now_us);
  return cost;
}

/**
 * upscale_endpoint_pool_dup_reasons:
 * @pool: a pool whose endpoints are all stopped
 *
 * Returns: (transfer full): the reason of each endpoint, after the endpoint's name
 */
char *
upscale_endpoint_pool_dup_reasons (const UpscaleEndpointPool *pool)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (pool != NULL, NULL);

  for (guint i = 0; i < pool->endpoints->len; i++)
    g_string_append_printf (text, "%s%s: %s", i > 0 ? "; " : "",
                            upscale_endpoint_get_name (pool->endpoints->pdata[i]),
                            upscale_endpoint_get_reason (pool->endpoints->pdata[i]));
  return g_string_free_and_steal (g_steal_pointer (&text));
}
