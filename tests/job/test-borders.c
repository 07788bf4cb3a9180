/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Borders of two tiles that disagree: whole jobs find them, and paint tiles on them. */
#include <stdlib.h>

#include "job-fixture.h"

#define FORMS_PX 320
#define FORMS_TILE_PX 128
#define FORMS_OVERLAP_PX 32
/* The second tile of the second row, of three in a row. */
#define N_BYTES (FORMS_PX * FORMS_PX * 3)
#define TURNED "4"
#define N_TURNED_BORDERS 4

/* Returns a picture of rectangles, which show where they are cut. */
static GeglBuffer *
make_forms (void)
{
  GeglBuffer *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, FORMS_PX, FORMS_PX),
                                        babl_format ("R'G'B' u8"));
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (int i = 0; i < 3000; i++)
    {
      guint8        tone = (guint8) g_rand_int_range (random, 40, 216);
      guint8        color[3] = { tone, tone, tone };
      GeglRectangle at = { g_rand_int_range (random, -20, FORMS_PX),
                           g_rand_int_range (random, -20, FORMS_PX),
                           g_rand_int_range (random, 5, 20),
                           g_rand_int_range (random, 5, 20) };

      gegl_buffer_set_color_from_pixel (buffer, &at, color, babl_format ("R'G'B' u8"));
    }
  return buffer;
}

static UpscaleJobRequest
make_request_for_forms (JobFixture *fixture)
{
  g_autoptr (GeglBuffer) pixels = make_forms ();
  UpscaleJobRequest request;

  g_set_object (&fixture->pixels, pixels);
  /* At full strength a model may paint anything. */
  fixture->gen_params->strength = 1.0;
  request = job_fixture_make_request (fixture, 1.0);
  request.selection = (UpscaleRect) { 0, 0, FORMS_PX, FORMS_PX };
  request.tile_px = FORMS_TILE_PX;
  request.overlap_px = FORMS_OVERLAP_PX;
  return request;
}

static guint8 *
read_bytes (GeglBuffer *buffer)
{
  guint8 *bytes = g_malloc (N_BYTES);

  gegl_buffer_get (buffer, NULL, 1.0, babl_format ("R'G'B' u8"), bytes,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return bytes;
}

/* Compares one pixel of two results. */
static void
assert_same (const guint8 *before, const guint8 *after, int x, int y)
{
  int at = (y * FORMS_PX + x) * 3;

  g_assert_cmpmem (after + at, 3, before + at, 3);
}

/* Returns the sum of the differences of a result from the source. */
static double
sum_differences (JobFixture *fixture, GeglBuffer *result)
{
  g_autofree guint8 *expected = read_bytes (fixture->pixels);
  g_autofree guint8 *actual = read_bytes (result);
  double             sum = 0.0;

  for (int i = 0; i < N_BYTES; i++)
    sum += ABS (actual[i] - expected[i]);
  return sum;
}

/* Repaints the borders of @job that have one direction. */
static UpscaleJob *
run_repaint (JobFixture *fixture,
             UpscaleJob *job,
             gboolean    is_upright,
             GeglBuffer *previous)
{
  UpscaleJobRequest request = make_request_for_forms (fixture);
  g_autoptr (UpscaleTilePlan) on_borders =
      upscale_tile_plan_new_on_borders (upscale_job_get_plan (job), is_upright);
  g_autoptr (GArray) wanted = upscale_job_list_repaint (job, on_borders, is_upright);

  request.plan = on_borders;
  request.wanted = wanted;
  request.previous = previous;
  return job_fixture_run_request (fixture, &request);
}

static UpscaleJob *
run_with_turned_tile (JobFixture *fixture)
{
  UpscaleJobRequest request = make_request_for_forms (fixture);
  UpscaleJob       *job;

  job_fixture_get_echo (fixture)->turned_tile = TURNED;
  job = job_fixture_run_request (fixture, &request);
  job_fixture_get_echo (fixture)->turned_tile = NULL;
  g_assert_no_error (fixture->error);
  return job;
}

/* Returns how often @words are in the only log. */
static guint
count_in_log (JobFixture *fixture, const char *words)
{
  g_autoptr (GDir) listing = g_dir_open (g_file_peek_path (fixture->logs), 0, NULL);
  g_autofree char *path = g_build_filename (g_file_peek_path (fixture->logs),
                                            g_dir_read_name (listing), NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  parts = g_strsplit (text, words, -1);
  return g_strv_length (parts) - 1;
}

static void
test_borders_of_a_tile_of_other_content_are_bad (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleJob) job = run_with_turned_tile (fixture);
  g_autoptr (GArray) borders = upscale_job_dup_bad_borders (job);
  guint turned = (guint) atoi (TURNED);

  g_assert_cmpuint (borders->len, ==, N_TURNED_BORDERS);
  for (guint i = 0; i < borders->len; i++)
    {
      UpscaleBorder border = g_array_index (borders, UpscaleBorder, i);

      g_assert_true (border.first == turned || border.second == turned);
    }
  g_assert_cmpuint (count_in_log (fixture, "\"event\":\"bad-border\""), ==,
                    N_TURNED_BORDERS);
}

static void
test_no_border_of_an_echo_is_bad (JobFixture *fixture, gconstpointer data)
{
  UpscaleJobRequest request = make_request_for_forms (fixture);
  g_autoptr (UpscaleJob) job = job_fixture_run_request (fixture, &request);
  g_autoptr (GArray) borders = upscale_job_dup_bad_borders (job);

  g_assert_cmpuint (borders->len, ==, 0);
}

static void
test_bad_borders_are_repainted_once (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleJob) job = run_with_turned_tile (fixture);
  guint  n_sent = job_fixture_count_sent (fixture);
  double before = sum_differences (fixture, upscale_job_get_result (job));
  g_autoptr (UpscaleJob) upright =
      run_repaint (fixture, job, TRUE, upscale_job_get_result (job));
  g_autoptr (UpscaleJob) level = NULL;
  g_autoptr (UpscaleJob) again = NULL;

  g_assert_no_error (fixture->error);
  g_assert_cmpuint (job_fixture_count_sent (fixture), ==, n_sent + 2);
  g_assert_cmpuint (
      upscale_dispatch_status_get_progress (upscale_job_get_status (upright)).n_tiles, ==,
      2);
  level = run_repaint (fixture, job, FALSE, upscale_job_get_result (upright));
  g_assert_cmpuint (job_fixture_count_sent (fixture), ==, n_sent + 4);
  g_assert_cmpfloat (before, >, 0.0);
  g_assert_cmpfloat (sum_differences (fixture, upscale_job_get_result (level)), <,
                     before / 50.0);
  again = run_repaint (fixture, job, TRUE, upscale_job_get_result (job));
  g_assert_cmpuint (job_fixture_count_sent (fixture), ==, n_sent + 4);
}

/* Outside the tiles on the borders not a bit changes. */
static void
test_repaint_changes_nothing_else (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleJob) job = run_with_turned_tile (fixture);
  g_autoptr (UpscaleJob) repaint =
      run_repaint (fixture, job, TRUE, upscale_job_get_result (job));
  UpscaleTilePlan   *plan = upscale_job_get_plan (repaint);
  UpscaleRect        changed = { 0 };
  g_autofree guint8 *before = read_bytes (upscale_job_get_result (job));
  g_autofree guint8 *after = read_bytes (upscale_job_get_result (repaint));

  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (plan); i++)
    if (upscale_dispatch_status_get_tile (upscale_job_get_status (repaint), i).state ==
        UPSCALE_TILE_PAINTED)
      changed = upscale_rect_union (changed, upscale_tile_plan_get_tile (plan, i)->rect);
  g_assert_false (upscale_rect_is_empty (changed));
  for (int y = 0; y < FORMS_PX; y++)
    for (int x = 0; x < FORMS_PX; x++)
      if (!upscale_rect_contains (changed, (UpscaleRect) { x, y, 1, 1 }))
        assert_same (before, after, x, y);
}

/* The earlier result is paid for, so it stays where a tile of the repaint fails. */
static void
test_failed_repaint_keeps_the_earlier_result (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleJob) job = run_with_turned_tile (fixture);
  g_autoptr (UpscaleJob) repaint = NULL;
  UpscaleTilePlan   *plan;
  UpscaleRect        failed;
  g_autofree guint8 *before = NULL;
  g_autofree guint8 *after = NULL;

  /* The tile on the border on the left of the turned one, of two in a row. */
  job_fixture_get_echo (fixture)->failing_tile = "2";
  repaint = run_repaint (fixture, job, TRUE, upscale_job_get_result (job));
  g_assert_no_error (fixture->error);
  plan = upscale_job_get_plan (repaint);
  failed = upscale_tile_plan_get_tile (plan, 2)->rect;
  g_assert_cmpint (
      upscale_dispatch_status_get_tile (upscale_job_get_status (repaint), 2).state, ==,
      UPSCALE_TILE_FAILED);
  before = read_bytes (upscale_job_get_result (job));
  after = read_bytes (upscale_job_get_result (repaint));
  for (int y = failed.y; y < failed.y + failed.height; y++)
    for (int x = failed.x; x < failed.x + failed.width - FORMS_OVERLAP_PX; x++)
      assert_same (before, after, x, y);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/borders/" name, JobFixture, NULL, job_fixture_set_up, function,          \
              job_fixture_tear_down)
  ADD ("borders-of-a-tile-of-other-content-are-bad",
       test_borders_of_a_tile_of_other_content_are_bad);
  ADD ("no-border-of-an-echo-is-bad", test_no_border_of_an_echo_is_bad);
  ADD ("bad-borders-are-repainted-once", test_bad_borders_are_repainted_once);
  ADD ("repaint-changes-nothing-else", test_repaint_changes_nothing_else);
  ADD ("failed-repaint-keeps-the-earlier-result",
       test_failed_repaint_keeps_the_earlier_result);
#undef ADD
  return g_test_run ();
}
