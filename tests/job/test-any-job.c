/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs of any geometry over any pool of endpoints. */
#include "job-fixture.h"

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

static UpscaleProgress
run_drawn (JobFixture *fixture, DrawnJob drawn)
{
  UpscaleJobRequest request = job_fixture_make_request (fixture, drawn.scale);
  g_autoptr (UpscaleJob) job = NULL;

  request.selection = drawn.selection;
  request.overlap_px = drawn.overlap_px;
  job = job_fixture_run_request (fixture, &request);
  g_assert_no_error (fixture->error);
  return upscale_dispatch_status_get_progress (upscale_job_get_status (job));
}

/* Each endpoint paints its tiles once, in one size, and a second job takes all tiles from
 * the cache. */
static void
test_any_job_paints_each_tile_once (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (14);

  for (int i = 0; i < 30; i++)
    {
      DrawnJob        drawn = draw_job (random);
      UpscaleProgress progress;
      guint           n_sent;

      draw_pool (fixture, random);
      progress = run_drawn (fixture, drawn);
      n_sent = job_fixture_count_sent (fixture);
      for (guint echo = 0; echo < fixture->echoes->len; echo++)
        g_assert_cmpstr (((EchoEndpoint *) fixture->echoes->pdata[echo])->violation, ==,
                         NULL);
      g_assert_cmpuint (progress.n_failed, ==, 0);
      g_assert_cmpuint (progress.n_painted, ==, n_sent);
      g_assert_cmpuint (progress.n_painted + progress.n_skipped + progress.n_stored, ==,
                        progress.n_tiles);
      progress = run_drawn (fixture, drawn);
      g_assert_cmpuint (progress.n_painted, ==, 0);
      g_assert_cmpuint (job_fixture_count_sent (fixture), ==, n_sent);
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
