/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-estimate.h"

#define AUTOMATIC                                                                        \
  { .sequential_below = 30, .batch_timeout_us = G_GINT64_CONSTANT (2400000000) }
#define IN_NINES                                                                         \
  { .batch_size = 9,                                                                     \
    .sequential_below = 30,                                                              \
    .batch_timeout_us = G_GINT64_CONSTANT (2400000000) }

typedef struct
{
  const char             *name;
  guint                   n_tiles;
  UpscalePolicy           policy;
  UpscaleEstimateEndpoint endpoints[2];
  guint                   n_endpoints;
  const char             *line;
} Row;

/* 81 tiles of 57 s on nine slots are 513 s; nine slots at $0.66 an hour for that long are
 * $0.85. */
static const Row rows[] = {
  { "the-sentence",
    81,
    IN_NINES,
    { { 5, TRUE, 57.0, 0.66 }, { 4, TRUE, 57.0, 0.66 } },
    2,
    "81 tiles in 9 batches on 2 endpoints, about 9 min, about $0.85" },
  { "what-retries-may-cost",
    81,
    { .batch_size = 9,
      .batch_timeout_us = G_GINT64_CONSTANT (2400000000),
      .max_tries = 4 },
    { { 9, FALSE, 57.0, 0.66 } },
    1,
    "81 tiles in 9 batches on 1 endpoint, about 9 min, about $0.85 (up to $3.39 if tiles "
    "fail)" },
  { "nothing-measured",
    81,
    AUTOMATIC,
    { { 1, FALSE, 0.0, 0.0 } },
    1,
    "81 tiles on 1 endpoint" },
  { "one-of-two-measured",
    81,
    IN_NINES,
    { { 1, FALSE, 57.0, 1.0 }, { 1, FALSE, 0.0, 1.0 } },
    2,
    "81 tiles in 9 batches on 2 endpoints" },
  { "free-and-quick",
    9,
    AUTOMATIC,
    { { 1, FALSE, 0.5, 0.0 } },
    1,
    "9 tiles in 2 batches on 1 endpoint, less than a minute" },
  { "next-to-nothing",
    9,
    AUTOMATIC,
    { { 1, FALSE, 0.5, 1.0 } },
    1,
    "9 tiles in 2 batches on 1 endpoint, less than a minute" },
  { "one-of-each",
    1,
    AUTOMATIC,
    { { 4, FALSE, 90.0, 0.0 } },
    1,
    "1 tile in 1 batch on 1 endpoint, about 2 min" },
  /* 29 tiles of 60 s on one slot only, as starting four would cost more than it saves. */
  { "few-tiles-on-a-cold-service",
    29,
    IN_NINES,
    { { 4, TRUE, 60.0, 0.0 } },
    1,
    "29 tiles in 4 batches on 1 endpoint, about 29 min" },
  /* floor (2400 / 600) tiles end before the timeout. */
  { "slow-tiles",
    40,
    IN_NINES,
    { { 1, FALSE, 600.0, 0.0 } },
    1,
    "40 tiles in 10 batches on 1 endpoint, about 400 min" },
};

static void
test_row (gconstpointer data)
{
  const Row       *row = data;
  UpscaleEstimate  estimate = upscale_estimate ((UpscaleEstimateCase) {
      row->n_tiles, row->policy, row->endpoints, row->n_endpoints });
  g_autofree char *line = upscale_estimate_describe (estimate);

  g_assert_cmpstr (line, ==, row->line);
}

static void
test_each_threshold_makes_a_job_large (void)
{
  static const struct
  {
    UpscaleEstimate estimate;
    double          pixels;
    gboolean        is_large;
  } jobs[] = {
    { { .n_tiles = 81, .seconds = 4617.0, .cost = 2.0 }, 8192.0 * 8192.0, FALSE },
    { { .n_tiles = 500, .seconds = 7200.0, .cost = 10.0 }, 500e6, FALSE },
    { { .n_tiles = 501, .seconds = -1.0, .cost = -1.0 }, 1e6, TRUE },
    { { .n_tiles = 1, .seconds = 7201.0, .cost = -1.0 }, 1e6, TRUE },
    { { .n_tiles = 1, .seconds = -1.0, .cost = 10.01 }, 1e6, TRUE },
    { { .n_tiles = 1, .seconds = -1.0, .cost = -1.0 }, 500e6 + 1.0, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (jobs); i++)
    g_assert_cmpint (upscale_estimate_is_large (jobs[i].estimate, jobs[i].pixels), ==,
                     jobs[i].is_large);
}

static void
test_sizes_are_megapixels_and_memory (void)
{
  g_autofree char *small = upscale_estimate_describe_size (2400.0 * 1600.0, 3);
  g_autofree char *large = upscale_estimate_describe_size (10923e6, 4);

  g_assert_cmpstr (small, ==, "3.8 MP, about 11.5\xc2\xa0MB");
  /* The locale C groups no digits. */
  g_assert_cmpstr (large, ==, "10923 MP, about 43.7\xc2\xa0GB");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/estimate/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/estimate/each-threshold-makes-a-job-large",
                   test_each_threshold_makes_a_job_large);
  g_test_add_func ("/estimate/sizes-are-megapixels-and-memory",
                   test_sizes_are_megapixels_and_memory);
  return g_test_run ();
}
