/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-backend.h"
#include "scenario.h"

#define TILES_PER_BATCH 10

typedef struct
{
  const Kind *kind;
  double      busy_until_s;
  gboolean    is_warm;
} Slot;

typedef struct
{
  guint first;
  guint n_tiles;
  guint n_tries;
} Batch;

static GArray *
make_slots (const Scenario *scenario)
{
  GArray *slots = g_array_new (FALSE, FALSE, sizeof (Slot));

  for (int i = 0; i < MAX_KINDS; i++)
    for (int n = 0; n < scenario->kinds[i].n_endpoints * scenario->kinds[i].n_slots; n++)
      {
        Slot slot = { &scenario->kinds[i], 0.0, FALSE };

        g_array_append_val (slots, slot);
      }
  return slots;
}

static double
sum_seconds (const Scenario *scenario, const Slot *slot, const Batch *batch, guint seed)
{
  double seconds = ROUND_TRIP_S + (slot->is_warm ? 0.0 : slot->kind->cold_start_s);

  for (guint i = 0; i < batch->n_tiles; i++)
    seconds += slot->kind->seconds_per_tile *
               (fake_backend_is_straggler (seed, batch->first + i, batch->n_tries,
                                           scenario->straggler_share)
                    ? SLOW_FACTOR
                    : 1);
  return seconds;
}

/* Returns TRUE if the batch succeeded. */
static gboolean
run_batch (const Scenario *scenario, Slot *slot, Batch *batch, guint seed, GRand *random)
{
  double   seconds = sum_seconds (scenario, slot, batch, seed);
  double   dies_s = slot->kind->dies_s > 0.0 ? slot->kind->dies_s : G_MAXDOUBLE;
  gboolean fails = g_rand_double (random) < scenario->failure_share;

  batch->n_tries++;
  slot->is_warm = TRUE;
  if (slot->busy_until_s >= dies_s)
    return FALSE;
  if (slot->busy_until_s + seconds > dies_s)
    {
      slot->busy_until_s = dies_s;
      return FALSE;
    }
  slot->busy_until_s += fails ? seconds * g_rand_double (random) : seconds;
  return !fails;
}

static double
get_end (GArray *slots)
{
  double end_s = 0.0;

  for (guint i = 0; i < slots->len; i++)
    end_s = MAX (end_s, g_array_index (slots, Slot, i).busy_until_s);
  return end_s;
}

/* Runs the failed batches once more, in turn, on the slots that live, after all others.
 */
static void
run_failed (const Scenario *scenario,
            GArray         *slots,
            GArray         *failed,
            guint           seed,
            GRand          *random)
{
  double end_s = get_end (slots);
  guint  next = 0;

  for (guint i = 0; i < slots->len; i++)
    g_array_index (slots, Slot, i).busy_until_s = end_s;
  for (guint i = 0; i < failed->len; i++)
    {
      Slot *slot = &g_array_index (slots, Slot, next++ % slots->len);

      while (slot->kind->dies_s > 0.0 && slot->kind->dies_s <= end_s)
        slot = &g_array_index (slots, Slot, next++ % slots->len);
      run_batch (scenario, slot, &g_array_index (failed, Batch, i), seed, random);
    }
}

/* The plain design: fixed batches, each assigned to a slot before the start. Batches that
 * fail a second time are lost, which the makespan does not show. */
double
scenario_get_static_map_s (const Scenario *scenario, guint seed)
{
  g_autoptr (GArray) slots = make_slots (scenario);
  g_autoptr (GArray) failed = g_array_new (FALSE, FALSE, sizeof (Batch));
  GRand *random = g_rand_new_with_seed (seed + 1);
  guint  next = 0;

  for (guint first = 0; first < scenario->n_tiles; first += TILES_PER_BATCH)
    {
      Batch batch = { first, MIN (TILES_PER_BATCH, scenario->n_tiles - first), 0 };
      Slot *slot = &g_array_index (slots, Slot, next++ % slots->len);

      if (!run_batch (scenario, slot, &batch, seed, random))
        g_array_append_val (failed, batch);
    }
  if (failed->len > 0)
    run_failed (scenario, slots, failed, seed, random);
  g_rand_free (random);
  return get_end (slots);
}
