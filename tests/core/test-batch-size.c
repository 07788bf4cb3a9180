/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-batch-size.h"

#define TIMEOUT_US (2400 * (gint64) G_USEC_PER_SEC)

typedef struct
{
  const char          *name;
  UpscaleBatchSizeCase what;
  int                  expected;
} Row;

static const Row rows[] = {
  { .name = "one-tile-to-measure-the-speed",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .max_tiles = 64,
              .n_pending = 81,
              .n_slots = 9 },
    .expected = 1 },
  { .name = "towards-a-minute-and-a-half",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .max_tiles = 64,
              .seconds_per_tile = 30.0,
              .n_pending = 81,
              .n_slots = 1,
              .n_last = 2 },
    .expected = 3 },
  { .name = "at-least-one-when-slow",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .max_tiles = 64,
              .seconds_per_tile = 500.0,
              .n_pending = 81,
              .n_slots = 1,
              .n_last = 1 },
    .expected = 1 },
  { .name = "never-many-when-fast",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .max_tiles = 64,
              .seconds_per_tile = 0.1,
              .n_pending = 81,
              .n_slots = 1,
              .n_last = 4 },
    .expected = 6 },
  { .name = "no-more-than-twice-the-last",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .max_tiles = 64,
              .seconds_per_tile = 0.1,
              .n_pending = 81,
              .n_slots = 1,
              .n_last = 1 },
    .expected = 2 },
  { .name = "last-tiles-are-shared-out",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .max_tiles = 64,
              .seconds_per_tile = 1.0,
              .n_pending = 4,
              .n_slots = 2,
              .n_last = 6 },
    .expected = 2 },
  { .name = "last-tiles-are-not-queued",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .max_tiles = 64,
              .seconds_per_tile = 1.0,
              .n_pending = 3,
              .n_slots = 4,
              .n_last = 6,
              .is_queued = TRUE },
    .expected = 0 },
  { .name = "only-full-rounds-are-queued",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .max_tiles = 64,
              .seconds_per_tile = 1.0,
              .n_pending = 11,
              .n_slots = 4,
              .n_last = 6,
              .is_queued = TRUE },
    .expected = 2 },
  { .name = "last-tile-is-not-queued-at-an-unknown-speed",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .max_tiles = 64,
              .n_pending = 1,
              .n_slots = 2,
              .is_queued = TRUE },
    .expected = 0 },
  { .name = "users-number-is-queued",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .policy.batch_size = 10,
              .max_tiles = 64,
              .n_pending = 3,
              .n_slots = 4,
              .is_queued = TRUE },
    .expected = 10 },
  { .name = "users-number-is-kept",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .policy.batch_size = 10,
              .max_tiles = 64,
              .seconds_per_tile = 30.0,
              .n_pending = 81,
              .n_slots = 9,
              .n_last = 10 },
    .expected = 10 },
  { .name = "users-number-is-kept-before-the-speed-is-known",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .policy.batch_size = 10,
              .max_tiles = 64,
              .n_pending = 81,
              .n_slots = 9 },
    .expected = 10 },
  { .name = "never-more-than-end-in-time",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .policy.batch_size = 100,
              .max_tiles = 200,
              .seconds_per_tile = 57.0,
              .n_pending = 500,
              .n_slots = 1,
              .n_last = 42 },
    .expected = 42 },
  { .name = "never-more-than-the-endpoint-takes",
    .what = { .policy.batch_timeout_us = TIMEOUT_US,
              .policy.batch_size = 100,
              .max_tiles = 8,
              .seconds_per_tile = 1.0,
              .n_pending = 500,
              .n_slots = 1,
              .n_last = 8 },
    .expected = 8 },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;

  g_assert_cmpint (upscale_batch_size_choose (row->what), ==, row->expected);
}

static void
test_few_tiles_wake_one_machine_only (void)
{
  UpscalePolicy policy = { .sequential_below = 30 };

  g_assert_cmpint (upscale_batch_size_count_slots (policy, 29, 9, TRUE), ==, 1);
  g_assert_cmpint (upscale_batch_size_count_slots (policy, 30, 9, TRUE), ==, 9);
  g_assert_cmpint (upscale_batch_size_count_slots (policy, 29, 9, FALSE), ==, 9);
  g_assert_cmpint (upscale_batch_size_count_slots (policy, 100, 0, FALSE), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/batch-size/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/batch-size/few-tiles-wake-one-machine-only",
                   test_few_tiles_wake_one_machine_only);
  return g_test_run ();
}
