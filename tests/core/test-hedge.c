/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-hedge.h"

typedef struct
{
  const char      *name;
  UpscaleHedgeCase what;
  guint            expected;
} Row;

static const Row rows[] = {
  { .name = "batch-in-time-gets-no-duplicate",
    .what = { .n_open = 1,
              .quiet_s = 30.0,
              .seconds_per_tile = 57.0,
              .own_seconds_per_tile = 57.0 },
    .expected = 0 },
  { .name = "slightly-late-batch-gets-no-duplicate",
    .what = { .n_open = 1,
              .quiet_s = 60.0,
              .seconds_per_tile = 57.0,
              .own_seconds_per_tile = 57.0 },
    .expected = 0 },
  { .name = "late-batch-gets-a-duplicate",
    .what = { .n_open = 1,
              .quiet_s = 80.0,
              .seconds_per_tile = 57.0,
              .own_seconds_per_tile = 57.0 },
    .expected = 1 },
  { .name = "batch-of-a-slow-endpoint-gets-a-duplicate-early",
    .what = { .n_open = 1,
              .quiet_s = 10.0,
              .seconds_per_tile = 228.0,
              .own_seconds_per_tile = 57.0 },
    .expected = 1 },
  { .name = "nearly-done-batch-gets-no-duplicate",
    .what = { .n_open = 1,
              .quiet_s = 200.0,
              .seconds_per_tile = 228.0,
              .own_seconds_per_tile = 57.0 },
    .expected = 0 },
  { .name = "half-of-a-long-batch-is-duplicated",
    .what = { .n_open = 4,
              .quiet_s = 0.0,
              .seconds_per_tile = 57.0,
              .own_seconds_per_tile = 57.0 },
    .expected = 2 },
  { .name = "stalled-batch-is-duplicated-whole",
    .what = { .n_open = 4,
              .quiet_s = 100.0,
              .seconds_per_tile = 57.0,
              .own_seconds_per_tile = 57.0 },
    .expected = 4 },
  { .name = "slower-endpoint-paints-no-duplicate",
    .what = { .n_open = 1,
              .quiet_s = 0.0,
              .seconds_per_tile = 57.0,
              .own_seconds_per_tile = 228.0 },
    .expected = 0 },
  { .name = "endpoint-of-unknown-speed-paints-no-duplicate",
    .what = { .n_open = 1,
              .quiet_s = 500.0,
              .seconds_per_tile = 57.0,
              .own_seconds_per_tile = 0.0 },
    .expected = 0 },
  { .name = "unknown-speed-counts-as-the-idle-endpoints",
    .what = { .n_open = 1,
              .quiet_s = 100.0,
              .seconds_per_tile = 0.0,
              .own_seconds_per_tile = 57.0 },
    .expected = 1 },
  { .name = "short-gain-is-not-worth-a-duplicate",
    .what = { .n_open = 1,
              .quiet_s = 1.0,
              .seconds_per_tile = 0.5,
              .own_seconds_per_tile = 0.1 },
    .expected = 0 },
  { .name = "duplicate-gets-no-duplicate",
    .what = { .n_open = 1,
              .quiet_s = 80.0,
              .seconds_per_tile = 57.0,
              .own_seconds_per_tile = 57.0,
              .is_duplicate = TRUE },
    .expected = 0 },
  { .name = "batch-without-open-tiles-gets-no-duplicate",
    .what = { .n_open = 0,
              .quiet_s = 100.0,
              .seconds_per_tile = 57.0,
              .own_seconds_per_tile = 57.0 },
    .expected = 0 },
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

/* Two batches share their last tile, of which one duplicate is enough. */
static void
test_batch_whose_last_tile_is_taken_gets_no_duplicate (void)
{
  UpscaleHedgeCase what = {
    .n_open = 4, .quiet_s = 100.0, .seconds_per_tile = 57.0, .own_seconds_per_tile = 57.0
  };

  g_assert_cmpuint (upscale_hedge_count_tiles (what), ==, 4);
  what.is_last_taken = TRUE;
  g_assert_cmpuint (upscale_hedge_count_tiles (what), ==, 0);
}

static void
test_first_queued_batch_that_ends_sooner_is_stolen (void)
{
  UpscaleHedgeCase queued[] = {
    { .n_open = 4, .seconds_per_tile = 57.0, .own_seconds_per_tile = 57.0 },
    { .n_open = 4, .seconds_per_tile = 100.0, .own_seconds_per_tile = 57.0 },
    { .n_open = 4, .seconds_per_tile = 228.0, .own_seconds_per_tile = 57.0 },
  };

  g_assert_cmpuint (upscale_hedge_choose_queued (queued, 3), ==, 1);
  g_assert_cmpuint (upscale_hedge_choose_queued (queued, 1), ==, UPSCALE_HEDGE_NO_BATCH);
  g_assert_cmpuint (upscale_hedge_choose_queued (NULL, 0), ==, UPSCALE_HEDGE_NO_BATCH);
}

static void
test_oldest_late_batch_is_duplicated (void)
{
  UpscaleHedgeCase in_time = {
    .n_open = 1, .quiet_s = 30.0, .seconds_per_tile = 57.0, .own_seconds_per_tile = 57.0
  };
  UpscaleHedgeCase late = {
    .n_open = 1, .quiet_s = 80.0, .seconds_per_tile = 57.0, .own_seconds_per_tile = 57.0
  };
  UpscaleHedgeCase sent[] = { in_time, late, late };

  g_assert_cmpuint (upscale_hedge_choose_late (sent, 3), ==, 1);
  g_assert_cmpuint (upscale_hedge_choose_late (sent, 1), ==, UPSCALE_HEDGE_NO_BATCH);
  g_assert_cmpuint (upscale_hedge_choose_late (NULL, 0), ==, UPSCALE_HEDGE_NO_BATCH);
}

static void
test_late_batch_behind_many_others_is_not_looked_at (void)
{
  UpscaleHedgeCase sent[UPSCALE_HEDGE_MAX_CANDIDATES + 1] = { 0 };

  sent[UPSCALE_HEDGE_MAX_CANDIDATES] = (UpscaleHedgeCase) {
    .n_open = 1, .quiet_s = 80.0, .seconds_per_tile = 57.0, .own_seconds_per_tile = 57.0
  };
  g_assert_cmpuint (upscale_hedge_choose_late (sent, G_N_ELEMENTS (sent)), ==,
                    UPSCALE_HEDGE_NO_BATCH);
  sent[UPSCALE_HEDGE_MAX_CANDIDATES - 1] = sent[UPSCALE_HEDGE_MAX_CANDIDATES];
  g_assert_cmpuint (upscale_hedge_choose_late (sent, G_N_ELEMENTS (sent)), ==,
                    UPSCALE_HEDGE_MAX_CANDIDATES - 1);
}

static void
test_duplicates_cost_money_only_if_the_user_allows_them (void)
{
  UpscaleHedgeDuplicates automatic = UPSCALE_HEDGE_DUPLICATES_AUTO;

  g_assert_true (upscale_hedge_allows_duplicates (automatic, FALSE, 0.0));
  g_assert_false (upscale_hedge_allows_duplicates (automatic, TRUE, 0.0));
  g_assert_false (upscale_hedge_allows_duplicates (automatic, FALSE, 1.5));
  g_assert_true (
      upscale_hedge_allows_duplicates (UPSCALE_HEDGE_DUPLICATES_ALLOWED, TRUE, 1.5));
  g_assert_false (
      upscale_hedge_allows_duplicates (UPSCALE_HEDGE_DUPLICATES_NEVER, FALSE, 0.0));
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
  g_test_add_func ("/hedge/batch-whose-last-tile-is-taken-gets-no-duplicate",
                   test_batch_whose_last_tile_is_taken_gets_no_duplicate);
  g_test_add_func ("/hedge/first-queued-batch-that-ends-sooner-is-stolen",
                   test_first_queued_batch_that_ends_sooner_is_stolen);
  g_test_add_func ("/hedge/oldest-late-batch-is-duplicated",
                   test_oldest_late_batch_is_duplicated);
  g_test_add_func ("/hedge/late-batch-behind-many-others-is-not-looked-at",
                   test_late_batch_behind_many_others_is_not_looked_at);
  g_test_add_func ("/hedge/duplicates-cost-money-only-if-the-user-allows-them",
                   test_duplicates_cost_money_only_if_the_user_allows_them);
  g_test_add_func ("/hedge/idle-endpoint-looks-four-times-a-tile",
                   test_idle_endpoint_looks_four_times_a_tile);
  return g_test_run ();
}
