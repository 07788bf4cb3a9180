/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs of any geometry over any pool of endpoints. */
#include "job-fixture.h"
#include "upscale-tile-prompts.h"

#define N_JOBS 30
#define MAX_NAMED 5

/* A random upscale of a random part of the picture. */
typedef struct
{
  double      scale;
  UpscaleRect selection;
  int         overlap_px;
} DrawnJob;

static DrawnJob
draw_job (GRand *random)
{
  int width = g_rand_int_range (random, 1, JOB_FIXTURE_SOURCE_PX + 1);
  int height = g_rand_int_range (random, 1, JOB_FIXTURE_SOURCE_PX + 1);

  return (DrawnJob) {
    .scale = g_rand_int_range (random, 100, 320) / 100.0,
    .selection = { JOB_FIXTURE_SOURCE_PX - width, (JOB_FIXTURE_SOURCE_PX - height) / 2,
                   width, height },
    .overlap_px = g_rand_int_range (random, 0, JOB_FIXTURE_TILE_PX / 2 + 1)
  };
}

static void
draw_pool (JobFixture *fixture, GRand *random)
{
  static const int multiples[] = { 1, 8, 64, 128 };
  guint            n = (guint) g_rand_int_range (random, 1, 4);

  g_ptr_array_set_size (fixture->echoes, 0);
  while (fixture->echoes->len < n)
    g_ptr_array_add (fixture->echoes,
                     echo_endpoint_new (multiples[g_rand_int_range (random, 0, 4)],
                                        g_rand_boolean (random)));
}

/* Draws a map or a region: gray columns, black beside them. */
static UpscaleCoverage *
draw_coverage (GRand *random, double scale)
{
  int           x = g_rand_int_range (random, 0, JOB_FIXTURE_SOURCE_PX);
  GeglRectangle columns = { x, 0,
                            g_rand_int_range (random, 1, JOB_FIXTURE_SOURCE_PX - x + 1),
                            JOB_FIXTURE_SOURCE_PX };
  float         gray = (float) g_rand_double_range (random, 0.0, 1.2);
  g_autoptr (GeglBuffer) buffer =
      gegl_buffer_new (GEGL_RECTANGLE (0, 0, JOB_FIXTURE_SOURCE_PX,
                                       JOB_FIXTURE_SOURCE_PX),
                       babl_format (UPSCALE_COVERAGE_FORMAT));

  gray = MIN (gray, 1.0F);
  gegl_buffer_set_color_from_pixel (buffer, &columns, &gray,
                                    babl_format (UPSCALE_COVERAGE_FORMAT));
  return upscale_coverage_new (buffer, scale);
}

/* Draws parts that are painted otherwise. */
static void
draw_where (GRand *random, double scale, UpscaleWhere *where)
{
  *where = (UpscaleWhere) {
    .regions = g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_region_free),
    .least_share = g_rand_double (random),
    .tile_prompts = upscale_tile_prompts_parse ("", NULL),
  };
  if (g_rand_boolean (random))
    where->strength_map = draw_coverage (random, scale);
  for (int i = g_rand_int_range (random, 0, MAX_NAMED); i > 0; i--)
    {
      g_autoptr (UpscaleCoverage) coverage = draw_coverage (random, scale);
      double strength = g_rand_boolean (random) ? g_rand_double (random)
                                                : UPSCALE_TILE_SETTINGS_NO_STRENGTH;

      g_ptr_array_add (where->regions,
                       upscale_region_new (coverage, "moss", "birds", strength));
    }
  for (int i = g_rand_int_range (random, 0, MAX_NAMED); i > 0; i--)
    {
      UpscaleTilePrompt prompt = { g_rand_int_range (random, 0, MAX_NAMED),
                                   g_rand_int_range (random, 0, MAX_NAMED),
                                   (char *) "fern", (char *) "" };

      upscale_tile_prompts_set (where->tile_prompts, &prompt);
    }
}

static void
clear_where (UpscaleWhere *where)
{
  g_clear_pointer (&where->strength_map, upscale_coverage_unref);
  g_ptr_array_unref (where->regions);
  g_ptr_array_unref (where->tile_prompts);
}

static UpscaleProgress
run_drawn (JobFixture *fixture, DrawnJob drawn, UpscaleWhere where)
{
  UpscaleJobRequest request = job_fixture_make_request (fixture, drawn.scale);
  g_autoptr (UpscaleJob) job = NULL;

  request.selection = drawn.selection;
  request.overlap_px = drawn.overlap_px;
  request.where = where;
  job = job_fixture_run_request (fixture, &request);
  g_assert_no_error (fixture->error);
  return upscale_dispatch_status_get_progress (upscale_job_get_status (job));
}

/* Checks that each tile was sent in its own way, and none that is black. */
static void
check_notes (JobFixture *fixture, DrawnJob drawn, const UpscaleWhere *where)
{
  UpscaleJobRequest request = job_fixture_make_request (fixture, drawn.scale);
  g_autoptr (UpscaleTilePlan) plan = NULL;
  g_autoptr (GPtrArray) settings = NULL;

  request.selection = drawn.selection;
  request.overlap_px = drawn.overlap_px;
  plan = upscale_job_plan_tiles (&request, JOB_FIXTURE_SOURCE_PX, JOB_FIXTURE_SOURCE_PX,
                                 NULL);
  settings = upscale_where_make_settings (where, plan, fixture->gen_params);
  for (guint i = 0; settings && i < fixture->echoes->len; i++)
    {
      GPtrArray *notes = ((EchoEndpoint *) fixture->echoes->pdata[i])->notes;

      for (guint k = 0; k < notes->len; k++)
        {
          guint tile = (guint) g_ascii_strtoull (notes->pdata[k], NULL, 10);
          const UpscaleTileSettings *own = settings->pdata[tile];
          g_autofree char           *expected =
              g_strdup_printf ("%u | %s | %s | %.3f", tile, own->prompt,
                               own->negative_prompt, own->strength);

          g_assert_false (own->keeps_base);
          g_assert_cmpstr (notes->pdata[k], ==, expected);
        }
    }
}

/* Each endpoint paints its tiles once, in one size, and a second job takes all tiles from
 * the cache. */
static void
test_any_job_paints_each_tile_once (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (14);

  for (int i = 0; i < N_JOBS; i++)
    {
      DrawnJob        drawn = draw_job (random);
      UpscaleWhere    where;
      UpscaleProgress progress;
      guint           n_sent;

      draw_pool (fixture, random);
      draw_where (random, drawn.scale, &where);
      progress = run_drawn (fixture, drawn, where);
      n_sent = job_fixture_count_sent (fixture);
      for (guint echo = 0; echo < fixture->echoes->len; echo++)
        g_assert_cmpstr (((EchoEndpoint *) fixture->echoes->pdata[echo])->violation, ==,
                         NULL);
      g_assert_cmpuint (progress.n_failed, ==, 0);
      g_assert_cmpuint (progress.n_painted, ==, n_sent);
      g_assert_cmpuint (progress.n_painted + progress.n_skipped + progress.n_stored, ==,
                        progress.n_tiles);
      check_notes (fixture, drawn, &where);
      progress = run_drawn (fixture, drawn, where);
      g_assert_cmpuint (progress.n_painted, ==, 0);
      g_assert_cmpuint (job_fixture_count_sent (fixture), ==, n_sent);
      clear_where (&where);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_test_add ("/job/any-job-paints-each-tile-once", JobFixture, NULL, job_fixture_set_up,
              test_any_job_paints_each_tile_once, job_fixture_tear_down);
  return g_test_run ();
}
