/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "upscale-policy.h"

G_BEGIN_DECLS

/**
 * UpscaleEstimateEndpoint:
 * @n_slots: batches it works on at once, at least 1
 * @autoscales: whether its slots start cold
 * @seconds_per_tile: as it was measured in an earlier run, 0 when it never was
 * @price_per_hour: of one slot at work, in dollars
 *
 * What is known of an endpoint before it is asked. A value.
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
 * @policy: what the user wants
 * @endpoints: (array length=n_endpoints): who would paint them
 * @n_endpoints: how many they are
 *
 * A job that has not begun. A value; points at its maker's memory.
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
 * @n_batches: batches, 0 when nobody knows yet
 * @n_endpoints: endpoints
 * @seconds: how long it takes; negative when nobody knows yet
 * @cost: in dollars; negative when nobody knows yet
 * @most_cost: in dollars, when every tile fails as often as it may; negative likewise
 *
 * What can be said of a job before it begins. A value.
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

G_END_DECLS
