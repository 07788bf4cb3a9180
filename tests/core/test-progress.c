/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-progress.h"

static void
test_sentences (void)
{
  UpscaleProgress progress = {
    .n_tiles = 81, .n_painted = 70, .n_stored = 10, .n_skipped = 1
  };
  g_autofree char *all = upscale_progress_summarize (progress, NULL);
  g_autofree char *some = NULL;

  g_assert_cmpstr (all, ==, "Upscaled 81 of 81 tiles");
  progress.n_painted = 69;
  progress.n_failed = 1;
  some = upscale_progress_summarize (progress, "tile 12: it timed out");
  g_assert_cmpstr (some, ==,
                   "80 of 81 tiles; tile 12: it timed out. Run again to finish.");
}

/* Some failures end with a question mark, or with an instruction. */
static void
test_summary_has_no_doubled_punctuation (void)
{
  static const char *const failures[] = { "tile 1: is the port right?",
                                          "tile 1: it answered 404. Check the address." };
  UpscaleProgress          progress = { .n_tiles = 4, .n_painted = 3, .n_failed = 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *line = upscale_progress_summarize (progress, failures[i]);
      g_autofree char *expected =
          g_strdup_printf ("3 of 4 tiles; %s Run again to finish.", failures[i]);

      g_assert_cmpstr (line, ==, expected);
    }
}

typedef struct
{
  const char     *name;
  UpscaleProgress progress;
  const char     *line;
} Row;

static const Row rows[] = {
  { "nothing-known-yet",
    { .n_tiles = 45, .n_in_flight = 9, .seconds_left = -1.0 },
    "0 of 45 tiles, 9 in flight" },
  { "a-speed-is-known",
    { .n_tiles = 45, .n_painted = 5, .n_in_flight = 9, .seconds_left = 170.0 },
    "5 of 45 tiles, 9 in flight, about 3 min left" },
  { "nearly-done",
    { .n_tiles = 45, .n_painted = 44, .n_in_flight = 1, .seconds_left = 20.0 },
    "44 of 45 tiles, 1 in flight, less than a minute left" },
  { "all-settled",
    { .n_tiles = 6, .n_painted = 4, .n_failed = 2, .seconds_left = 0.0 },
    "4 of 6 tiles, 2 failed" },
  { "machines-start",
    { .n_tiles = 45,
      .n_in_flight = 9,
      .n_starting = 9,
      .waited_us = 200 * G_USEC_PER_SEC,
      .seconds_left = -1.0 },
    "0 of 45 tiles, 9 in flight, waiting for machines to start (3 min)" },
  { "some-machines-work-already",
    { .n_tiles = 45, .n_in_flight = 9, .n_starting = 8, .seconds_left = -1.0 },
    "0 of 45 tiles, 9 in flight" },
  { "all-wait-in-a-queue",
    { .n_tiles = 45,
      .n_in_flight = 9,
      .n_queued = 9,
      .waited_us = 40 * G_USEC_PER_SEC,
      .seconds_left = -1.0 },
    "0 of 45 tiles, 9 in flight, waiting in the server's queue (40 s)" },
  { "some-wait-for-machines-and-the-others-in-a-queue",
    { .n_tiles = 45,
      .n_in_flight = 9,
      .n_queued = 5,
      .n_starting = 4,
      .waited_us = 60 * G_USEC_PER_SEC,
      .seconds_left = -1.0 },
    "0 of 45 tiles, 9 in flight, waiting for machines to start (1 min)" },
  { "no-endpoint-has-answered",
    { .n_tiles = 45, .is_probing = TRUE, .seconds_left = -1.0 },
    "0 of 45 tiles, waiting for the endpoints to answer" },
  { "all-servers-are-busy",
    { .n_tiles = 45, .wait_us = 39 * G_USEC_PER_SEC + 1, .seconds_left = -1.0 },
    "0 of 45 tiles, busy, asks again in 40 s" },
  { "it-costs",
    { .n_tiles = 45,
      .n_painted = 9,
      .n_in_flight = 9,
      .seconds_left = 240.0,
      .cost = 0.2,
      .expected_cost = 0.851 },
    "9 of 45 tiles, 9 in flight, about 4 min left, $0.20 of about $0.85" },
  { "costs-are-not-foreseen",
    { .n_tiles = 45,
      .n_in_flight = 9,
      .seconds_left = -1.0,
      .cost = 0.01,
      .expected_cost = -1.0 },
    "0 of 45 tiles, 9 in flight, $0.01 so far" },
};

static void
test_status_line (gconstpointer data)
{
  const Row       *row = data;
  g_autofree char *line = upscale_progress_describe (row->progress);

  g_assert_cmpstr (line, ==, row->line);
}

static void
test_end (void)
{
  static const struct
  {
    double      seconds;
    double      cost;
    const char *end;
  } ends[] = {
    { 0.2, 0.0, ", 0 s" },
    { 41.4, 0.031, ", 41 s, $0.03" },
    { 119.0, 0.004, ", 119 s" },
    { 120.0, 0.0, ", 2 min" },
    { 7100.0, 1.5, ", 118 min, $1.50" },
    { 7260.0, 12.0, ", 2 h 1 min, $12.00" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      UpscaleProgress  progress = { .n_tiles = 28,
                                    .n_painted = 20,
                                    .n_stored = 5,
                                    .n_skipped = 1,
                                    .n_failed = 2,
                                    .cost = ends[i].cost };
      g_autofree char *line =
          upscale_progress_describe_end (progress, "photo.jpg 2x", ends[i].seconds);
      g_autofree char *expected =
          g_strconcat ("photo.jpg 2x: 26 of 28 tiles", ends[i].end, NULL);

      g_assert_cmpstr (line, ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/progress/sentences", test_sentences);
  g_test_add_func ("/progress/no-doubled-punctuation",
                   test_summary_has_no_doubled_punctuation);
  g_test_add_func ("/progress/end", test_end);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/progress/status-line/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_status_line);
    }
  return g_test_run ();
}
