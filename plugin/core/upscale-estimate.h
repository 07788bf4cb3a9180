/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "upscale-policy.h"

G_BEGIN_DECLS

/**
 * UpscaleEstimateEndpoint:
 * @n_slots: batches that the endpoint works on at once, at least 1
 * @autoscales: %TRUE if slots start cold
 * @seconds_per_tile: as measured in an earlier run, 0 for unknown
 * @price_per_hour: of one working slot, in dollars
 *
 * Known properties of an endpoint before any request. A value.
 */
typedef struct
{
  int      n_slots;
  gboolean autoscales;
  double   seconds_per_tile;
  double   price_per_hour;
} UpscaleEstimateEndpoint;

/**
 * UpscaleEstimateCase:
 * @n_tiles: tiles of the job
 * @policy: the user's settings
 * @endpoints: (array length=n_endpoints): the endpoints of the job
 * @n_endpoints: the number of endpoints
 *
 * A job that has not begun. A value that points at memory of the caller.
 */
typedef struct
{
  guint                          n_tiles;
  UpscalePolicy                  policy;
  const UpscaleEstimateEndpoint *endpoints;
  guint                          n_endpoints;
} UpscaleEstimateCase;

/**
 * UpscaleEstimate:
 * @n_tiles: tiles
 * @n_batches: batches, 0 for unknown
 * @n_endpoints: endpoints
 * @seconds: duration; negative for unknown
 * @cost: in dollars; negative for unknown
 * @most_cost: in dollars, if every tile fails as often as allowed; negative for unknown
 *
 * The estimated size, duration and cost of a job. A value.
 */
typedef struct
{
  guint  n_tiles;
  guint  n_batches;
  guint  n_endpoints;
  double seconds;
  double cost;
  double most_cost;
} UpscaleEstimate;

UpscaleEstimate upscale_estimate (UpscaleEstimateCase what);
char           *upscale_estimate_describe (UpscaleEstimate estimate);
char           *upscale_estimate_describe_size (double pixels, int pixel_bytes);
gboolean        upscale_estimate_is_large (UpscaleEstimate estimate, double pixels);

G_END_DECLS
