/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-estimate.h"

#include <glib/gi18n-lib.h>

#include "upscale-batch-size.h"
#include "upscale-limits.h"

#define MINUTE_S 60.0
#define HOUR_S 3600.0
#define MEGAPIXEL 1e6
#define SHOWS_TENTHS_BELOW_MP 10.0
#define LEAST_COST 0.005 /* a lower cost is not shown */

/* The slots of all endpoints together. */
typedef struct
{
  guint  n_slots;
  double tiles_per_s;
  double dollars_per_s;
  double quickest_s; /* of the fastest slot, per tile */
  guint  n_unknown;
} Pool;

static Pool
sum_up (UpscaleEstimateCase what)
{
  Pool pool = { .quickest_s = G_MAXDOUBLE };

  for (guint i = 0; i < what.n_endpoints; i++)
    {
      UpscaleEstimateEndpoint endpoint = what.endpoints[i];
      int                     n_slots =
          upscale_batch_size_count_slots (what.policy, what.n_tiles, endpoint.n_slots,
                                          endpoint.autoscales);

      pool.n_slots += (guint) n_slots;
      pool.dollars_per_s += n_slots * endpoint.price_per_hour / HOUR_S;
      if (endpoint.seconds_per_tile <= 0.0)
        {
          pool.n_unknown++;
          continue;
        }
      pool.tiles_per_s += n_slots / endpoint.seconds_per_tile;
      pool.quickest_s = MIN (pool.quickest_s, endpoint.seconds_per_tile);
    }
  return pool;
}

/* Counts batches as the scheduler cuts them once speeds are known. With endpoints of
 * different speeds, the batch of an average endpoint counts. */
static guint
count_batches (UpscaleEstimateCase what, Pool pool)
{
  UpscaleBatchSizeCase size = {
    .policy = what.policy,
    .max_tiles = G_MAXINT,
    .seconds_per_tile = pool.tiles_per_s > 0.0 ? pool.n_slots / pool.tiles_per_s : 0.0,
    .n_pending = what.n_tiles,
    .n_slots = pool.n_slots,
    /* Count batches of full size, not the small first ones. */
    .n_last = what.n_tiles,
  };
  guint n;

  if (what.policy.batch_size == 0 && pool.n_unknown > 0)
    return 0;
  n = (guint) upscale_batch_size_choose (size);
  return (what.n_tiles + n - 1) / n;
}

/**
 * upscale_estimate:
 * @what: a job
 *
 * Estimates a job from the speeds that earlier runs measured: n / sum (slots / seconds
 * per tile), at the price of each slot. Fields that depend on an unknown speed are
 * negative, or 0 for batches.
 *
 * Returns: the estimate
 */
UpscaleEstimate
upscale_estimate (UpscaleEstimateCase what)
{
  Pool            pool = sum_up (what);
  UpscaleEstimate estimate = {
    .n_tiles = what.n_tiles,
    .n_batches = count_batches (what, pool),
    .n_endpoints = what.n_endpoints,
    .seconds = -1.0,
    .cost = -1.0,
    .most_cost = -1.0,
  };

  if (pool.n_unknown == 0 && pool.tiles_per_s > 0.0)
    {
      double busy_s = what.n_tiles / pool.tiles_per_s;

      estimate.seconds = MAX (busy_s, pool.quickest_s);
      estimate.cost = busy_s * pool.dollars_per_s;
      estimate.most_cost = estimate.cost * MAX (what.policy.max_tries, 1);
    }
  return estimate;
}

static void
append_time (GString *line, double seconds)
{
  int minutes = (int) (seconds / MINUTE_S + 0.5);

  if (seconds < 0.0)
    return;
  if (minutes < 1)
    g_string_append (line, _ (", less than a minute"));
  else
    g_string_append_printf (line, _ (", about %d min"), minutes);
}

/**
 * upscale_estimate_describe:
 * @estimate: an estimate
 *
 * Returns: (transfer full): one line, such as `81 tiles in 9 batches on 2 endpoints,
 * about 9 min, about $0.85`
 */
char *
upscale_estimate_describe (UpscaleEstimate estimate)
{
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_append_printf (line, ngettext ("%u tile", "%u tiles", estimate.n_tiles),
                          estimate.n_tiles);
  if (estimate.n_batches > 0)
    g_string_append_printf (line,
                            ngettext (" in %u batch", " in %u batches",
                                      estimate.n_batches),
                            estimate.n_batches);
  g_string_append_printf (line,
                          ngettext (" on %u endpoint", " on %u endpoints",
                                    estimate.n_endpoints),
                          estimate.n_endpoints);
  append_time (line, estimate.seconds);
  if (estimate.cost >= LEAST_COST)
    g_string_append_printf (line, _ (", about $%.2f"), estimate.cost);
  if (estimate.cost >= LEAST_COST && estimate.most_cost > estimate.cost)
    g_string_append_printf (line, _ (" (up to $%.2f if tiles fail)"), estimate.most_cost);
  return g_string_free_and_steal (g_steal_pointer (&line));
}

/**
 * upscale_estimate_describe_size:
 * @pixels: number of pixels of the result
 * @pixel_bytes: bytes of one pixel
 *
 * Returns: (transfer full): the size of the result and the memory of its pixels, such as
 * `10,923 MP, about 43.7 GB`
 */
char *
upscale_estimate_describe_size (double pixels, int pixel_bytes)
{
  double           megapixels = pixels / MEGAPIXEL;
  g_autofree char *memory = g_format_size ((guint64) (pixels * pixel_bytes));
  g_autofree char *shown =
      g_strdup_printf ("%'.*f", megapixels < SHOWS_TENTHS_BELOW_MP ? 1 : 0, megapixels);

  return g_strdup_printf (_ ("%s MP, about %s"), shown, memory);
}

/**
 * upscale_estimate_is_large:
 * @estimate: an estimate
 * @pixels: number of pixels of the result
 *
 * Returns: %TRUE if the user should be asked before the job begins
 */
gboolean
upscale_estimate_is_large (UpscaleEstimate estimate, double pixels)
{
  return pixels > UPSCALE_LARGE_PIXELS || estimate.n_tiles > UPSCALE_LARGE_TILES ||
         estimate.seconds > UPSCALE_LARGE_S || estimate.cost > UPSCALE_LARGE_COST;
}
