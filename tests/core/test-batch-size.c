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
  { "one-tile-to-learn-the-speed", { { 0, 30, TIMEOUT_US, 4 }, 64, 0.0, 81, 9, 0 }, 1 },
  { "towards-a-minute-and-a-half", { { 0, 30, TIMEOUT_US, 4 }, 64, 30.0, 81, 1, 2 }, 3 },
  { "at-least-one-when-slow", { { 0, 30, TIMEOUT_US, 4 }, 64, 500.0, 81, 1, 1 }, 1 },
  { "never-many-when-fast", { { 0, 30, TIMEOUT_US, 4 }, 64, 0.1, 81, 1, 4 }, 6 },
  { "no-more-than-twice-the-last", { { 0, 30, TIMEOUT_US, 4 }, 64, 0.1, 81, 1, 1 }, 2 },
  { "tail-is-shared-out", { { 0, 30, TIMEOUT_US, 4 }, 64, 1.0, 4, 2, 6 }, 2 },
  { "users-number-holds", { { 10, 30, TIMEOUT_US, 4 }, 64, 30.0, 81, 9, 10 }, 10 },
  { "users-number-holds-before-the-speed-is-known",
    { { 10, 30, TIMEOUT_US, 4 }, 64, 0.0, 81, 9, 0 },
    10 },
  { "never-more-than-end-in-time",
    { { 100, 30, TIMEOUT_US, 4 }, 200, 57.0, 500, 1, 42 },
    42 },
  { "never-more-than-the-endpoint-takes",
    { { 100, 30, TIMEOUT_US, 4 }, 8, 1.0, 500, 1, 8 },
    8 },
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
