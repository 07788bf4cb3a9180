/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole jobs from pixels to pixels, with the real scheduler, composer, tile cache,
 * encoder and sockets, and an endpoint that keeps the contract strictly. */
#include <string.h>

#include "job-fixture.h"
#include "upscale-error.h"

static void
assert_equals_source (JobFixture *fixture, UpscaleJob *job)
{
  gsize              size = JOB_FIXTURE_SOURCE_PX * JOB_FIXTURE_SOURCE_PX * 3;
  g_autofree guint8 *expected = g_malloc (size);
  g_autofree guint8 *actual = g_malloc (size);

  gegl_buffer_get (fixture->pixels, NULL, 1.0, babl_format ("R'G'B' u8"), expected,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  gegl_buffer_get (upscale_job_get_result (job), NULL, 1.0, babl_format ("R'G'B' u8"),
                   actual, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_assert_cmpmem (actual, size, expected, size);
}

static void
test_echo_gives_the_source_back (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleJob) job = job_fixture_run (fixture, 1.0);

  g_assert_no_error (fixture->error);
  g_assert_true (fixture->succeeded);
  assert_equals_source (fixture, job);
  g_assert_cmpuint (job_fixture_count_sent (fixture), ==, 4);
}

static void
test_second_run_sends_nothing (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleJob) first = job_fixture_run (fixture, 1.0);
  g_autoptr (UpscaleJob) second = job_fixture_run (fixture, 1.0);

  g_assert_true (fixture->succeeded);
  assert_equals_source (fixture, second);
  g_assert_cmpuint (job_fixture_count_sent (fixture), ==, 4);
}

/* Returns whether the endpoint received the tile. */
static gboolean
was_sent (JobFixture *fixture, guint tile_index, guint from)
{
  GPtrArray       *notes = job_fixture_get_echo (fixture)->notes;
  g_autofree char *start = g_strdup_printf ("%u |", tile_index);

  for (guint i = from; i < notes->len; i++)
    if (g_str_has_prefix (notes->pdata[i], start))
      return TRUE;
  return FALSE;
}

/* A tile that is tried before the job is a tile of the job. */
static void
test_a_tile_alone_counts_in_the_job (JobFixture *fixture, gconstpointer data)
{
  UpscaleJobRequest request = job_fixture_make_request (fixture, 1.0);
  guint             tile = (guint) g_test_rand_int_range (0, 4);
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (UpscaleJob) trial = NULL;
  g_autoptr (UpscaleJob) job = NULL;

  g_array_append_val (wanted, tile);
  request.wanted = wanted;
  trial = job_fixture_run_request (fixture, &request);
  g_assert_true (fixture->succeeded);
  g_assert_cmpuint (job_fixture_count_sent (fixture), ==, 1);
  g_assert_true (was_sent (fixture, tile, 0));
  job = job_fixture_run (fixture, 1.0);
  g_assert_true (fixture->succeeded);
  assert_equals_source (fixture, job);
  g_assert_cmpuint (job_fixture_count_sent (fixture), ==, 4);
  g_assert_false (was_sent (fixture, tile, 1));
}

/* The layer got smaller after the user had chosen the tile. */
static void
test_a_tile_that_is_gone_is_refused (JobFixture *fixture, gconstpointer data)
{
  UpscaleJobRequest request = job_fixture_make_request (fixture, 1.0);
  guint             tile = (guint) g_test_rand_int_range (4, G_MAXINT);
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GError) error = NULL;

  g_array_append_val (wanted, tile);
  request.wanted = wanted;
  g_assert_null (upscale_job_new (&request, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_LAYER);
}

static void
test_other_strength_is_painted_again (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleJob) first = job_fixture_run (fixture, 1.0);
  g_autoptr (UpscaleJob) second = NULL;

  fixture->gen_params->strength = 0.4;
  second = job_fixture_run (fixture, 1.0);
  g_assert_true (fixture->succeeded);
  g_assert_cmpuint (job_fixture_count_sent (fixture), ==, 8);
}

static void
test_tile_that_always_fails_shows_the_base (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleJob) job = NULL;

  job_fixture_get_echo (fixture)->failing_tile = "2";
  job = job_fixture_run (fixture, 1.0);
  g_assert_no_error (fixture->error);
  g_assert_true (fixture->succeeded);
  g_assert_cmpuint (
      upscale_dispatch_status_get_progress (upscale_job_get_status (job)).n_failed, ==,
      1);
  assert_equals_source (fixture, job);
}

static void
test_retry_counts_painted_tiles_from_the_start (JobFixture *fixture, gconstpointer data)
{
  UpscaleJobRequest request;
  UpscaleProgress   progress;
  guint             n_sent;
  g_autoptr (UpscaleJob) failed = NULL;
  g_autoptr (UpscaleJob) waiting = NULL;
  g_autoptr (UpscaleJob) retry = NULL;

  job_fixture_get_echo (fixture)->failing_tile = "2";
  failed = job_fixture_run (fixture, 1.0);
  n_sent = job_fixture_count_sent (fixture);
  job_fixture_get_echo (fixture)->failing_tile = NULL;
  request = job_fixture_make_request (fixture, 1.0);
  request.retried = failed;
  waiting = upscale_job_new (&request, NULL);
  progress = upscale_dispatch_status_get_progress (upscale_job_get_status (waiting));
  g_assert_cmpuint (upscale_progress_count_done (progress), ==, progress.n_tiles - 1);
  retry = job_fixture_run_request (fixture, &request);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (job_fixture_count_sent (fixture), ==, n_sent + 1);
  assert_equals_source (fixture, retry);
}

static void
test_unwritable_cache_costs_a_warning_only (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleJob) job = NULL;
  g_autofree char *warning = NULL;

  /* A file in place of the folder stops even root from writing there. */
  job_fixture_delete_folder (fixture->folder);
  g_assert_true (g_file_replace_contents (fixture->folder, "x", 1, NULL, FALSE,
                                          G_FILE_CREATE_NONE, NULL, NULL, NULL));
  job = job_fixture_run (fixture, 1.0);
  g_assert_true (fixture->succeeded);
  assert_equals_source (fixture, job);
  warning = upscale_job_dup_warning (job);
  g_assert_nonnull (warning);
}

static void
test_single_color_is_not_sent (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleJob) job = NULL;
  guint8 gray[3] = { 90, 90, 90 };

  gegl_buffer_set_color_from_pixel (fixture->pixels, NULL, gray,
                                    babl_format ("R'G'B' u8"));
  job = job_fixture_run (fixture, 2.0);
  g_assert_true (fixture->succeeded);
  g_assert_cmpuint (job_fixture_count_sent (fixture), ==, 0);
}

/* Tiles may begin between source pixels, and their answers must lie in place all the
 * same. */
static void
assert_enlarged_pixel_by_pixel (JobFixture *fixture, UpscaleJob *job, int scale)
{
  int                side_px = JOB_FIXTURE_SOURCE_PX * scale;
  gsize              size = (gsize) side_px * (gsize) side_px * 3;
  g_autofree guint8 *source =
      g_malloc (JOB_FIXTURE_SOURCE_PX * JOB_FIXTURE_SOURCE_PX * 3);
  g_autofree guint8 *result = g_malloc (size);

  gegl_buffer_get (fixture->pixels, NULL, 1.0, babl_format ("R'G'B' u8"), source,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  gegl_buffer_get (upscale_job_get_result (job), NULL, 1.0, babl_format ("R'G'B' u8"),
                   result, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (int y = 0; y < side_px; y++)
    for (int x = 0; x < side_px * 3; x++)
      {
        int expected =
            source[(y / scale * JOB_FIXTURE_SOURCE_PX + x / 3 / scale) * 3 + x % 3];

        g_assert_cmpint (ABS (result[y * side_px * 3 + x] - expected), <=, 1);
      }
}

static void
test_tiles_between_source_pixels_lie_where_they_belong (JobFixture   *fixture,
                                                        gconstpointer data)
{
  const int         scale = 3;
  UpscaleJobRequest request = job_fixture_make_request (fixture, scale);
  g_autoptr (UpscaleJob) job = NULL;
  /* Interpolation between these stays in the range that an endpoint sees. */
  g_autoptr (GeglBuffer) pixels = job_fixture_make_noise (80, 176);

  g_set_object (&fixture->pixels, pixels);
  request.pixels = pixels;
  job_fixture_get_echo (fixture)->multiple_of = 1;
  job_fixture_get_echo (fixture)->resizes = TRUE;
  /* Color correction would take blocks of pixels for a drift. */
  request.color_correction = 0.0;
  job = job_fixture_run_request (fixture, &request);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (
      upscale_dispatch_status_get_progress (upscale_job_get_status (job)).n_failed, ==,
      0);
  assert_enlarged_pixel_by_pixel (fixture, job, scale);
}

static void
test_too_large_a_result_is_refused (JobFixture *fixture, gconstpointer data)
{
  UpscaleJobRequest request = job_fixture_make_request (fixture, 8.0);
  g_autoptr (GeglBuffer) wide =
      gegl_buffer_new (GEGL_RECTANGLE (0, 0, 100000, 1), babl_format ("R'G'B' u8"));
  g_autoptr (GError) error = NULL;

  request.pixels = wide;
  request.selection = (UpscaleRect) { 0, 0, 100000, 1 };
  g_assert_null (upscale_job_new (&request, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
}

static void
get_pixel (GeglBuffer *buffer, int x, int y, guint8 *rgb)
{
  gegl_buffer_get (buffer, GEGL_RECTANGLE (x, y, 1, 1), 1.0, babl_format ("R'G'B' u8"),
                   rgb, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
}

/* libgimp reports 0 px for a layer whose image was closed. */
static void
test_layer_without_pixels_is_refused (JobFixture *fixture, gconstpointer data)
{
  UpscaleJobRequest request = job_fixture_make_request (fixture, 2.0);
  g_autoptr (UpscaleTilePlan) plan = NULL;
  g_autoptr (GError) error = NULL;

  request.region = (UpscaleRect) { 0, 0, 1, 1 };
  plan = upscale_job_plan_tiles (&request, 0, 0, &error);
  g_assert_null (plan);
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "nothing to upscale"));
}

/* The endpoint echoes its tiles, so the repainted region shows the source. */
static void
test_only_a_region_is_painted_anew (JobFixture *fixture, gconstpointer data)
{
  UpscaleJobRequest request = job_fixture_make_request (fixture, 1.0);
  UpscaleRect       region = { 32, 32, 64, 64 };
  guint8            gray[3] = { 90, 90, 90 };
  guint8            pixel[3];
  guint8            source[3];
  g_autoptr (GeglBuffer) previous =
      gegl_buffer_new (gegl_buffer_get_extent (fixture->pixels),
                       babl_format ("R'G'B' u8"));
  g_autoptr (UpscaleJob) job = NULL;

  gegl_buffer_set_color_from_pixel (previous, NULL, gray, babl_format ("R'G'B' u8"));
  request.region = region;
  request.previous = previous;
  job = job_fixture_run_request (fixture, &request);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (job_fixture_count_sent (fixture), ==, 1);
  for (int at = 0; at < JOB_FIXTURE_SOURCE_PX; at++)
    {
      get_pixel (upscale_job_get_result (job), at, at, pixel);
      get_pixel (fixture->pixels, at, at, source);
      if (at < region.x)
        g_assert_cmpmem (pixel, 3, gray, 3);
      else if (at >= region.x + 16)
        g_assert_cmpmem (pixel, 3, source, 3);
    }
}

/* Returns the text of the only log. */
static char *
read_log (JobFixture *fixture)
{
  g_autoptr (GDir) listing = g_dir_open (g_file_peek_path (fixture->logs), 0, NULL);
  g_autofree char *path = g_build_filename (g_file_peek_path (fixture->logs),
                                            g_dir_read_name (listing), NULL);
  char            *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* Makes a log as a killed job may leave it, and worse: without an end, with lines
 * repeated or cut off, and with other digits in tile numbers and keys. */
static char *
spoil_log (const char *log, GRand *random)
{
  g_auto (GStrv) lines = g_strsplit (log, "\n", -1);
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; lines[i]; i++)
    for (int n = g_rand_int_range (random, 1, 4); n > 0 && !strstr (lines[i], "ended");
         n--)
      {
        gsize begin = text->len;

        g_string_append (text, lines[i]);
        if (g_rand_boolean (random))
          for (gsize at = begin; at < text->len; at++)
            if (g_ascii_isdigit (text->str[at]) && g_rand_int_range (random, 0, 20) == 0)
              text->str[at] = (char) g_rand_int_range (random, '0', '9' + 1);
        if (g_rand_int_range (random, 0, 4) == 0)
          g_string_truncate (text, begin + (text->len - begin) / 2);
        g_string_append_c (text, '\n');
      }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static void
write_spoilt_logs (JobFixture *fixture, const char *log, GRand *random)
{
  for (int n = g_rand_int_range (random, 1, 4); n > 0; n--)
    {
      g_autofree char *name = g_strdup_printf ("%d.jsonl", n);
      g_autofree char *path =
          g_build_filename (g_file_peek_path (fixture->logs), name, NULL);
      g_autofree char *text = spoil_log (log, random);

      g_assert_true (g_file_set_contents (path, text, -1, NULL));
    }
}

/* Deletes random tiles from the cache, and returns the number of those that are left. */
static guint
lose_some_tiles (JobFixture *fixture, GRand *random)
{
  g_autoptr (GDir) listing = g_dir_open (g_file_peek_path (fixture->folder), 0, NULL);
  const char *name;
  guint       n_left = 0;

  while ((name = g_dir_read_name (listing)))
    if (g_str_has_suffix (name, ".tile"))
      {
        g_autoptr (GFile) file = g_file_get_child (fixture->folder, name);

        if (g_rand_boolean (random))
          g_assert_true (g_file_delete (file, NULL, NULL));
        else
          n_left++;
      }
  return n_left;
}

/* The next job, of any geometry, paints every tile that is not in the cache, and no
 * other. */
static void
test_logs_of_other_jobs_are_harmless (JobFixture *fixture, gconstpointer data)
{
  const double scales[] = { 1.0, 1.0, 0.5, 0.25, 2.0 };
  const int    tiles_px[] = { JOB_FIXTURE_TILE_PX, JOB_FIXTURE_TILE_PX,
                              2 * JOB_FIXTURE_TILE_PX, JOB_FIXTURE_TILE_PX / 2 };
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (int round = 0; round < 30; round++)
    {
      double scale = scales[g_rand_int_range (random, 0, G_N_ELEMENTS (scales))];
      int    tile_px = tiles_px[g_rand_int_range (random, 0, G_N_ELEMENTS (tiles_px))];
      g_autoptr (UpscaleJob) first = NULL;
      g_autoptr (UpscaleJob) second = NULL;
      g_autofree char *log = NULL;
      UpscaleProgress  progress;
      guint            n_left;
      guint            n_before;

      job_fixture_tear_down (fixture, data);
      job_fixture_set_up (fixture, data);
      first = job_fixture_run (fixture, 1.0);
      log = read_log (fixture);
      n_left = lose_some_tiles (fixture, random);
      write_spoilt_logs (fixture, log, random);
      n_before = job_fixture_count_sent (fixture);
      fixture->tile_px = tile_px;
      second = job_fixture_run (fixture, scale);
      progress = upscale_dispatch_status_get_progress (upscale_job_get_status (second));
      g_assert_no_error (fixture->error);
      g_assert_cmpuint (progress.n_failed, ==, 0);
      g_assert_cmpuint (progress.n_painted + progress.n_stored, ==, progress.n_tiles);
      if (scale != 1.0 || tile_px != JOB_FIXTURE_TILE_PX)
        n_left = 0;
      g_assert_cmpuint (progress.n_stored, ==, n_left);
      /* The endpoint has kept earlier answers, and does not paint those tiles again. */
      g_assert_cmpuint (job_fixture_count_sent (fixture) - n_before, <=,
                        progress.n_tiles - n_left);
      if (scale == 1.0)
        assert_equals_source (fixture, second);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/job/" name, JobFixture, NULL, job_fixture_set_up, function,              \
              job_fixture_tear_down)
  ADD ("echo-gives-the-source-back", test_echo_gives_the_source_back);
  ADD ("second-run-sends-nothing", test_second_run_sends_nothing);
  ADD ("a-tile-alone-counts-in-the-job", test_a_tile_alone_counts_in_the_job);
  ADD ("a-tile-that-is-gone-is-refused", test_a_tile_that_is_gone_is_refused);
  ADD ("other-strength-is-painted-again", test_other_strength_is_painted_again);
  ADD ("tile-that-always-fails-shows-the-base",
       test_tile_that_always_fails_shows_the_base);
  ADD ("retry-counts-painted-tiles-from-the-start",
       test_retry_counts_painted_tiles_from_the_start);
  ADD ("unwritable-cache-costs-a-warning-only",
       test_unwritable_cache_costs_a_warning_only);
  ADD ("single-color-is-not-sent", test_single_color_is_not_sent);
  ADD ("tiles-between-source-pixels-lie-where-they-belong",
       test_tiles_between_source_pixels_lie_where_they_belong);
  ADD ("too-large-a-result-is-refused", test_too_large_a_result_is_refused);
  ADD ("layer-without-pixels-is-refused", test_layer_without_pixels_is_refused);
  ADD ("logs-of-other-jobs-are-harmless", test_logs_of_other_jobs_are_harmless);
  ADD ("only-a-region-is-painted-anew", test_only_a_region_is_painted_anew);
#undef ADD
  return g_test_run ();
}
