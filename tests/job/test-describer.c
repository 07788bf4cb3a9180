/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job-fixture.h"
#include "upscale-describer.h"
#include "upscale-error.h"

#define N_TILES 16

/** A describer over the picture and the endpoints of a job, and the texts that came. */
typedef struct
{
  JobFixture job;
  GPtrArray *captions; /* by tile, NULL before its text has come */
  guint      n_twice;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  job_fixture_set_up (&fixture->job, NULL);
  fixture->captions = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_set_size (fixture->captions, N_TILES);
  job_fixture_get_echo (&fixture->job)->caption = "a red door";
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_unref (fixture->captions);
  job_fixture_tear_down (&fixture->job, NULL);
}

static void
on_described (UpscaleDescriber *describer,
              guint             tile_index,
              const char       *caption,
              gpointer          user_data)
{
  Fixture *fixture = user_data;

  fixture->n_twice += fixture->captions->pdata[tile_index] != NULL;
  g_free (fixture->captions->pdata[tile_index]);
  fixture->captions->pdata[tile_index] = g_strdup (caption);
}

static void
on_ran (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  upscale_describer_run_finish (UPSCALE_DESCRIBER (object), result, &fixture->job.error);
  g_main_loop_quit (fixture->job.loop);
}

/* Describes every other tile. */
static UpscaleProgress
run (Fixture *fixture)
{
  UpscaleJobRequest job = job_fixture_make_request (&fixture->job, 2.0);
  g_autoptr (UpscaleTilePlan) plan =
      upscale_job_plan_tiles (&job, JOB_FIXTURE_SOURCE_PX, JOB_FIXTURE_SOURCE_PX, NULL);
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (guint));
  UpscaleDescriberRequest request = { .pixels = job.pixels,
                                      .scale = job.scale,
                                      .plan = plan,
                                      .wanted = wanted,
                                      .policy = job.policy,
                                      .endpoints = job.endpoints,
                                      .clock = job.clock };
  g_autoptr (UpscaleDescriber) describer = NULL;

  g_assert_cmpuint (upscale_tile_plan_get_n_tiles (plan), ==, N_TILES);
  for (guint i = 0; i < N_TILES; i += 2)
    g_array_append_val (wanted, i);
  describer = upscale_describer_new (&request);
  g_signal_connect (describer, "described", G_CALLBACK (on_described), fixture);
  upscale_describer_run_async (describer, NULL, on_ran, fixture);
  g_main_loop_run (fixture->job.loop);
  return upscale_dispatch_status_get_progress (
      upscale_scheduler_get_status (upscale_describer_get_scheduler (describer)));
}

static void
assert_captions (const Fixture *fixture, guint left_out)
{
  g_assert_cmpuint (fixture->n_twice, ==, 0);
  for (guint i = 0; i < N_TILES; i++)
    g_assert_cmpstr (fixture->captions->pdata[i], ==,
                     i % 2 == 0 && i != left_out ? "a red door" : NULL);
}

static void
test_wanted_tiles_are_described (Fixture *fixture, gconstpointer data)
{
  run (fixture);
  g_assert_no_error (fixture->job.error);
  assert_captions (fixture, N_TILES);
  g_assert_cmpuint (job_fixture_count_sent (&fixture->job), ==, N_TILES / 2);
}

static void
test_tile_that_fails_leaves_the_others (Fixture *fixture, gconstpointer data)
{
  UpscaleProgress progress;

  job_fixture_get_echo (&fixture->job)->failing_tile = "4";
  progress = run (fixture);
  g_assert_no_error (fixture->job.error);
  assert_captions (fixture, 4);
  g_assert_cmpuint (progress.n_failed, ==, 1);
}

/* The one without captions would have painted. */
static void
test_only_endpoints_with_captions_get_tiles (Fixture *fixture, gconstpointer data)
{
  EchoEndpoint *other = echo_endpoint_new (8, FALSE);

  g_ptr_array_add (fixture->job.echoes, other);
  run (fixture);
  g_assert_no_error (fixture->job.error);
  assert_captions (fixture, N_TILES);
  g_assert_cmpuint (other->n_tiles, ==, 0);
}

static void
test_without_such_an_endpoint_the_reason_is_told (Fixture *fixture, gconstpointer data)
{
  job_fixture_get_echo (&fixture->job)->caption = NULL;
  run (fixture);
  g_assert_error (fixture->job.error, UPSCALE_ERROR, UPSCALE_ERROR_NO_ENDPOINT);
  g_assert_nonnull (strstr (fixture->job.error->message, "can't describe tiles"));
  g_assert_cmpuint (job_fixture_count_sent (&fixture->job), ==, 0);
}

static void
test_texts_are_tidied_and_bounded (Fixture *fixture, gconstpointer data)
{
  g_autofree char *many = g_strnfill (5000, ' ');
  g_autofree char *text = NULL;

  for (int i = 0; i < 5000; i += 2)
    many[i] = 'x';
  text = g_strconcat (" a\ndoor \x1b[31m|\t", many, NULL);
  job_fixture_get_echo (&fixture->job)->caption = text;
  run (fixture);
  g_assert_no_error (fixture->job.error);
  g_assert_true (g_str_has_prefix (fixture->captions->pdata[0], "a door [31m| x x x x"));
  g_assert_cmpint (g_utf8_strlen (fixture->captions->pdata[0], -1), <=, 1000);
}

static void
test_empty_text_fails_its_tile (Fixture *fixture, gconstpointer data)
{
  job_fixture_get_echo (&fixture->job)->caption = " \n\x01 ";
  run (fixture);
  g_assert_error (fixture->job.error, UPSCALE_ERROR, UPSCALE_ERROR_NO_ENDPOINT);
  g_assert_null (fixture->captions->pdata[0]);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/describer/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("wanted-tiles-are-described", test_wanted_tiles_are_described);
  ADD ("tile-that-fails-leaves-the-others", test_tile_that_fails_leaves_the_others);
  ADD ("only-endpoints-with-captions-get-tiles",
       test_only_endpoints_with_captions_get_tiles);
  ADD ("without-such-an-endpoint-the-reason-is-told",
       test_without_such_an_endpoint_the_reason_is_told);
  ADD ("texts-are-tidied-and-bounded", test_texts_are_tidied_and_bounded);
  ADD ("empty-text-fails-its-tile", test_empty_text_fails_its_tile);
#undef ADD
  status = g_test_run ();
  gegl_exit ();
  return status;
}
