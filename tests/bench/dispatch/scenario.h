/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MAX_KINDS 3
#define SECONDS_PER_TILE 57.0
/* Batches grow to several tiles. */
#define QUICK_SECONDS_PER_TILE 8.0
#define ROUND_TRIP_S 0.25
#define SLOW_FACTOR 5

/** Equal endpoints. With a @dies_s of 0 they never die. */
typedef struct
{
  int    n_endpoints;
  int    n_slots;
  double seconds_per_tile;
  int    n_queued;
  double cold_start_s;
  double dies_s;
} Kind;

/** A job and its endpoints. */
typedef struct
{
  const char *name;
  guint       n_tiles;
  double      straggler_share;
  double      failure_share;
  Kind        kinds[MAX_KINDS];
} Scenario;

double scenario_get_bound_s (const Scenario *scenario, guint seed);
double scenario_get_static_map_s (const Scenario *scenario, guint seed);

G_END_DECLS
