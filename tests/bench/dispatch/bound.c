/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "fake-backend.h"
#include "scenario.h"

/* Returns the number of whole tiles that all slots together have finished after a time.
 */
static double
count_finished (const Scenario *scenario, double seconds)
{
  double n = 0.0;

  for (int i = 0; i < MAX_KINDS; i++)
    {
      const Kind *kind = &scenario->kinds[i];
      double      end_s = kind->dies_s > 0.0 ? MIN (seconds, kind->dies_s) : seconds;
      double      work_s = MAX (end_s - kind->cold_start_s, 0.0);

      if (kind->n_endpoints > 0)
        n += (double) kind->n_endpoints * kind->n_slots *
             floor (work_s / kind->seconds_per_tile + 1e-9);
    }
  return n;
}

/* A normal tile takes one unit and a slow one SLOW_FACTOR units, on equal slots. */
static double
bound_with_stragglers_s (const Scenario *scenario, guint seed)
{
  guint n_units = scenario->n_tiles;
  guint n_slow = 0;
  guint n_slots = (guint) (scenario->kinds[0].n_endpoints * scenario->kinds[0].n_slots);

  for (guint i = 0; i < scenario->n_tiles; i++)
    if (fake_backend_is_straggler (seed, i, 0, scenario->straggler_share))
      n_slow++;
  n_units += n_slow * (SLOW_FACTOR - 1);
  return MAX (ceil ((double) n_units / n_slots), n_slow > 0 ? SLOW_FACTOR : 1) *
         SECONDS_PER_TILE;
}

/* Returns the shortest time after which all tiles can be finished. */
double
scenario_get_bound_s (const Scenario *scenario, guint seed)
{
  double low = 0.0;
  double high = 1.0;

  if (scenario->straggler_share > 0.0)
    return bound_with_stragglers_s (scenario, seed);
  while (count_finished (scenario, high) < scenario->n_tiles)
    high *= 2.0;
  for (int i = 0; i < 60; i++)
    {
      double middle = (low + high) / 2.0;

      if (count_finished (scenario, middle) < scenario->n_tiles)
        low = middle;
      else
        high = middle;
    }
  return high;
}
