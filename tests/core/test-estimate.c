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
  { .name = "the-sentence",
    .n_tiles = 81,
    .policy = IN_NINES,
    .endpoints = { { .n_slots = 5,
                     .autoscales = TRUE,
                     .seconds_per_tile = 57.0,
                     .price_per_hour = 0.66 },
                   { .n_slots = 4,
                     .autoscales = TRUE,
                     .seconds_per_tile = 57.0,
                     .price_per_hour = 0.66 } },
    .n_endpoints = 2,
    .line = "81 tiles in 9 batches on 2 endpoints, about 9 min, about $0.85" },
  { .name = "what-retries-may-cost",
    .n_tiles = 81,
    .policy = { .batch_size = 9,
                .batch_timeout_us = G_GINT64_CONSTANT (2400000000),
                .max_tries = 4 },
    .endpoints = { { .n_slots = 9, .seconds_per_tile = 57.0, .price_per_hour = 0.66 } },
    .n_endpoints = 1,
    .line = "81 tiles in 9 batches on 1 endpoint, about 9 min, about $0.85 (up to $3.39 "
            "if tiles "
            "fail)" },
  { .name = "nothing-measured",
    .n_tiles = 81,
    .policy = AUTOMATIC,
    .endpoints = { { .n_slots = 1 } },
    .n_endpoints = 1,
    .line = "81 tiles on 1 endpoint" },
  { .name = "one-of-two-measured",
    .n_tiles = 81,
    .policy = IN_NINES,
    .endpoints = { { .n_slots = 1, .seconds_per_tile = 57.0, .price_per_hour = 1.0 },
                   { .n_slots = 1, .price_per_hour = 1.0 } },
    .n_endpoints = 2,
    .line = "81 tiles in 9 batches on 2 endpoints" },
  { .name = "free-and-quick",
    .n_tiles = 9,
    .policy = AUTOMATIC,
    .endpoints = { { .n_slots = 1, .seconds_per_tile = 0.5 } },
    .n_endpoints = 1,
    .line = "9 tiles in 2 batches on 1 endpoint, less than a minute" },
  { .name = "next-to-nothing",
    .n_tiles = 9,
    .policy = AUTOMATIC,
    .endpoints = { { .n_slots = 1, .seconds_per_tile = 0.5, .price_per_hour = 1.0 } },
    .n_endpoints = 1,
    .line = "9 tiles in 2 batches on 1 endpoint, less than a minute" },
  { .name = "one-of-each",
    .n_tiles = 1,
    .policy = AUTOMATIC,
    .endpoints = { { .n_slots = 4, .seconds_per_tile = 90.0 } },
    .n_endpoints = 1,
    .line = "1 tile in 1 batch on 1 endpoint, about 2 min" },
  /* 29 tiles of 60 s on one slot only, as starting four would cost more than it saves. */
  { .name = "few-tiles-on-a-cold-service",
    .n_tiles = 29,
    .policy = IN_NINES,
    .endpoints = { { .n_slots = 4, .autoscales = TRUE, .seconds_per_tile = 60.0 } },
    .n_endpoints = 1,
    .line = "29 tiles in 4 batches on 1 endpoint, about 29 min" },
  /* floor (2400 / 600) tiles end before the timeout. */
  { .name = "slow-tiles",
    .n_tiles = 40,
    .policy = IN_NINES,
    .endpoints = { { .n_slots = 1, .seconds_per_tile = 600.0 } },
    .n_endpoints = 1,
    .line = "40 tiles in 10 batches on 1 endpoint, about 400 min" },
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
