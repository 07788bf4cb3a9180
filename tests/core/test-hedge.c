/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-hedge.h"

typedef struct
{
  const char *name;
  /* n_open, quiet_s, seconds_per_tile, own_seconds_per_tile, is_duplicate */
  UpscaleHedgeCase what;
  guint            expected;
} Row;

static const Row rows[] = {
  { "batch-in-time-gets-no-duplicate", { 1, 30.0, 57.0, 57.0, FALSE }, 0 },
  { "slightly-late-batch-gets-no-duplicate", { 1, 60.0, 57.0, 57.0, FALSE }, 0 },
  { "late-batch-gets-a-duplicate", { 1, 80.0, 57.0, 57.0, FALSE }, 1 },
  { "batch-of-a-slow-endpoint-gets-a-duplicate-early",
    { 1, 10.0, 228.0, 57.0, FALSE },
    1 },
  { "nearly-done-batch-gets-no-duplicate", { 1, 200.0, 228.0, 57.0, FALSE }, 0 },
  { "half-of-a-long-batch-is-duplicated", { 4, 0.0, 57.0, 57.0, FALSE }, 2 },
  { "stalled-batch-is-duplicated-whole", { 4, 100.0, 57.0, 57.0, FALSE }, 4 },
  { "slower-endpoint-paints-no-duplicate", { 1, 0.0, 57.0, 228.0, FALSE }, 0 },
  { "endpoint-of-unknown-speed-paints-no-duplicate", { 1, 500.0, 57.0, 0.0, FALSE }, 0 },
  { "unknown-speed-counts-as-the-idle-endpoints", { 1, 100.0, 0.0, 57.0, FALSE }, 1 },
  { "short-gain-is-not-worth-a-duplicate", { 1, 1.0, 0.5, 0.1, FALSE }, 0 },
  { "duplicate-gets-no-duplicate", { 1, 80.0, 57.0, 57.0, TRUE }, 0 },
  { "batch-without-open-tiles-gets-no-duplicate", { 0, 100.0, 57.0, 57.0, FALSE }, 0 },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;

  g_assert_cmpuint (upscale_hedge_count_tiles (row->what), ==, row->expected);
}

static void
test_queued_batch_moves_where_it_ends_sooner (void)
{
  UpscaleHedgeCase what = { .n_open = 4,
                            .seconds_per_tile = 57.0,
                            .own_seconds_per_tile = 57.0 };

  g_assert_false (upscale_hedge_should_steal (what));
  what.n_open = 1;
  g_assert_true (upscale_hedge_should_steal (what));
  what.own_seconds_per_tile = 72.0;
  g_assert_false (upscale_hedge_should_steal (what));
  what.seconds_per_tile = 0.0;
  g_assert_true (upscale_hedge_should_steal (what));
  what.own_seconds_per_tile = 0.0;
  g_assert_false (upscale_hedge_should_steal (what));
}

static void
test_idle_endpoint_looks_four_times_a_tile (void)
{
  g_assert_cmpfloat (upscale_hedge_get_interval_s (57.0), ==, 57.0 / 4.0);
  g_assert_cmpfloat (upscale_hedge_get_interval_s (0.01), ==, 0.1);
  g_assert_cmpfloat (upscale_hedge_get_interval_s (0.0), ==, 0.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/hedge/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/hedge/queued-batch-moves-where-it-ends-sooner",
                   test_queued_batch_moves_where_it_ends_sooner);
  g_test_add_func ("/hedge/idle-endpoint-looks-four-times-a-tile",
                   test_idle_endpoint_looks_four_times_a_tile);
  return g_test_run ();
}
