/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-progress.h"

static void
test_sentences (void)
{
  UpscaleProgress progress = {
    .n_tiles = 81, .n_painted = 70, .n_stored = 10, .n_skipped = 1
  };
  g_autofree char *all = upscale_progress_summarise (progress, NULL);
  g_autofree char *some = NULL;

  g_assert_cmpstr (all, ==, "Upscaled 81 of 81 tiles");
  progress.n_painted = 69;
  progress.n_failed = 1;
  some = upscale_progress_summarise (progress, "tile 12: it timed out");
  g_assert_cmpstr (some, ==,
                   "80 of 81 tiles; tile 12: it timed out. Run again to finish.");
}

static void
test_time_left (void)
{
  UpscaleProgress progress = { .n_tiles = 81, .n_painted = 1 };

  g_assert_cmpfloat (upscale_progress_seconds_left (progress), <, 0.0);
  progress.tiles_per_second = 0.5;
  g_assert_cmpfloat (upscale_progress_seconds_left (progress), ==, 160.0);
  progress.n_stored = 80;
  g_assert_cmpfloat (upscale_progress_seconds_left (progress), ==, 0.0);
}

static void
test_status_line (void)
{
  UpscaleProgress progress = {
    .n_tiles = 45, .n_painted = 5, .n_in_flight = 9, .tiles_per_second = 0.25
  };
  g_autofree char *line = upscale_progress_describe (progress);

  g_assert_cmpstr (line, ==, "5 of 45 tiles, 9 in flight, about 3 min left");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/progress/sentences", test_sentences);
  g_test_add_func ("/progress/time-left", test_time_left);
  g_test_add_func ("/progress/status-line", test_status_line);
  return g_test_run ();
}
