/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be said of all endpoints of a job together. */
#include "upscale-endpoint-pool.h"

#include "upscale-batch-size.h"

/**
 * upscale_endpoint_is_alive:
 * @endpoint: an endpoint
 *
 * Returns: whether it may still paint something in this job
 */
gboolean
upscale_endpoint_is_alive (UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), FALSE);

  return upscale_endpoint_get_state (endpoint) != UPSCALE_ENDPOINT_STOPPED;
}

/**
 * upscale_endpoint_count_slots:
 * @endpoint: an endpoint
 * @policy: what the user wants
 * @n_tiles: tiles of the whole job
 *
 * Returns: how many batches it gets at once, 0 while it is not ready
 */
guint
upscale_endpoint_count_slots (UpscaleEndpoint *endpoint,
                              UpscalePolicy    policy,
                              guint            n_tiles)
{
  const UpscaleCapabilities *capabilities;

  g_return_val_if_fail (UPSCALE_IS_ENDPOINT (endpoint), 0);

  capabilities = upscale_endpoint_get_capabilities (endpoint);
  if (upscale_endpoint_get_state (endpoint) != UPSCALE_ENDPOINT_READY)
    return 0;
  return (guint) upscale_batch_size_count_slots (policy, n_tiles,
                                                 (int) upscale_endpoint_get_n_workers (
                                                     endpoint),
                                                 capabilities->autoscales);
}

/**
 * upscale_endpoint_count_places:
 * @endpoint: an endpoint
 * @policy: what the user wants
 * @n_tiles: tiles of the whole job
 *
 * Returns: how many batches it gets at once with those that it holds ready, so that its
 * slots never wait for an upload
 */
guint
upscale_endpoint_count_places (UpscaleEndpoint *endpoint,
                               UpscalePolicy    policy,
                               guint            n_tiles)
{
  guint n_slots = upscale_endpoint_count_slots (endpoint, policy, n_tiles);
  const UpscaleCapabilities *capabilities = upscale_endpoint_get_capabilities (endpoint);

  return n_slots > 0 ? n_slots + (guint) capabilities->n_queued : 0;
}

/**
 * upscale_endpoint_pool_count_alive:
 * @endpoints: (element-type UpscaleEndpoint): endpoints
 *
 * Returns: how many of them may still paint something
 */
guint
upscale_endpoint_pool_count_alive (GPtrArray *endpoints)
{
  guint n = 0;

  g_return_val_if_fail (endpoints != NULL, 0);

  for (guint i = 0; i < endpoints->len; i++)
    n += upscale_endpoint_is_alive (endpoints->pdata[i]) ? 1 : 0;
  return n;
}

/**
 * upscale_endpoint_pool_has_others:
 * @endpoints: (element-type UpscaleEndpoint): endpoints
 * @endpoint: one of them
 *
 * Returns: %TRUE if another one may take a tile now: it is neither stopped nor busy
 */
gboolean
upscale_endpoint_pool_has_others (GPtrArray *endpoints, UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (endpoints != NULL, FALSE);

  for (guint i = 0; i < endpoints->len; i++)
    {
      UpscaleEndpoint *other = endpoints->pdata[i];

      if (other != endpoint && upscale_endpoint_is_alive (other) &&
          upscale_endpoint_get_health (other)->n_busy == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * upscale_endpoint_pool_count_slots:
 * @endpoints: (element-type UpscaleEndpoint): endpoints
 * @policy: what the user wants
 * @n_tiles: tiles of the whole job
 *
 * Returns: how many batches they get at once, together
 */
guint
upscale_endpoint_pool_count_slots (GPtrArray    *endpoints,
                                   UpscalePolicy policy,
                                   guint         n_tiles)
{
  guint n = 0;

  g_return_val_if_fail (endpoints != NULL, 0);

  for (guint i = 0; i < endpoints->len; i++)
    n += upscale_endpoint_count_slots (endpoints->pdata[i], policy, n_tiles);
  return n;
}

/**
 * upscale_endpoint_pool_get_next_awakening:
 * @endpoints: (element-type UpscaleEndpoint): endpoints
 * @now_us: the time
 *
 * Returns: when the first of those that rest may be asked again, %G_MAXINT64 when none
 * rests
 */
gint64
upscale_endpoint_pool_get_next_awakening (GPtrArray *endpoints, gint64 now_us)
{
  gint64 first_us = G_MAXINT64;

  g_return_val_if_fail (endpoints != NULL, first_us);

  for (guint i = 0; i < endpoints->len; i++)
    {
      gint64 until_us =
          upscale_endpoint_get_health (endpoints->pdata[i])->resting_until_us;

      if (upscale_endpoint_is_alive (endpoints->pdata[i]) && until_us > now_us)
        first_us = MIN (first_us, until_us);
    }
  return first_us;
}

/**
 * upscale_endpoint_pool_describe:
 * @endpoints: (element-type UpscaleEndpoint): endpoints that are all stopped
 *
 * Returns: (transfer full): why, each by name
 */
char *
upscale_endpoint_pool_describe (GPtrArray *endpoints)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (endpoints != NULL, NULL);

  for (guint i = 0; i < endpoints->len; i++)
    g_string_append_printf (text, "%s%s: %s", i > 0 ? "; " : "",
                            upscale_endpoint_get_name (endpoints->pdata[i]),
                            upscale_endpoint_get_reason (endpoints->pdata[i]));
  return g_string_free_and_steal (g_steal_pointer (&text));
}
