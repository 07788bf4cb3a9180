/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scheduler-fixture.h"

#define N_KNOWN 12 /* tiles that an earlier run has settled */

static UpscaleProgress
get_progress (SchedulerFixture *fixture)
{
  return upscale_dispatch_status_get_progress (fixture->status);
}

/* Returns whether the run goes on. */
static gboolean
step (SchedulerFixture *fixture)
{
  if (!fixture->has_ended && !g_main_context_iteration (NULL, FALSE))
    g_assert_true (fake_clock_jump (fixture->clock));
  return !fixture->has_ended;
}

static void
expect_known (SchedulerFixture *fixture)
{
  for (guint i = 0; i < N_KNOWN; i++)
    upscale_scheduler_expect (fixture->scheduler, i, UPSCALE_TILE_STORED);
}

static void
assert_counts_add_up (SchedulerFixture *fixture)
{
  UpscaleProgress progress = get_progress (fixture);
  guint           n_in[UPSCALE_N_TILE_STATES] = { 0 };

  for (guint i = 0; i < N_TILES; i++)
    n_in[upscale_dispatch_status_get_tile (fixture->status, i).state]++;
  g_assert_cmpuint (progress.n_tiles, ==, N_TILES);
  g_assert_cmpuint (progress.n_in_flight, ==, n_in[UPSCALE_TILE_IN_FLIGHT]);
  g_assert_cmpuint (progress.n_painted, ==, n_in[UPSCALE_TILE_PAINTED]);
  g_assert_cmpuint (progress.n_stored, ==, n_in[UPSCALE_TILE_STORED]);
  g_assert_cmpuint (progress.n_failed, ==, n_in[UPSCALE_TILE_FAILED]);
}

static void
test_tile_is_in_flight_only_when_it_was_sent (SchedulerFixture *fixture,
                                              gconstpointer     data)
{
  guint n_most = 0;

  fixture->provider->n_stored = N_KNOWN;
  scheduler_fixture_start (fixture, FALSE);
  while (step (fixture))
    {
      assert_counts_add_up (fixture);
      g_assert_cmpuint (get_progress (fixture).n_in_flight, <=,
                        fixture->first->tiles->len);
      for (guint i = 0; i < N_KNOWN; i++)
        g_assert_cmpint (upscale_dispatch_status_get_tile (fixture->status, i).state, !=,
                         UPSCALE_TILE_IN_FLIGHT);
      n_most = MAX (n_most, get_progress (fixture).n_in_flight);
    }
  g_assert_cmpuint (n_most, >, 0);
  scheduler_fixture_assert_all_painted (fixture);
}

static void
test_expected_tiles_count_as_done_from_the_start (SchedulerFixture *fixture,
                                                  gconstpointer     data)
{
  fixture->provider->n_stored = N_KNOWN;
  scheduler_fixture_start (fixture, FALSE);
  expect_known (fixture);
  while (step (fixture))
    {
      assert_counts_add_up (fixture);
      g_assert_cmpuint (get_progress (fixture).n_stored, ==, N_KNOWN);
    }
  scheduler_fixture_assert_all_painted (fixture);
  for (guint i = 0; i < N_TILES; i++)
    g_assert_false (upscale_dispatch_status_get_tile (fixture->status, i).is_expected);
}

/* The tile cache may have lost tiles, or refused them. */
static void
test_expected_tile_that_is_sent_counts_as_open (SchedulerFixture *fixture,
                                                gconstpointer     data)
{
  fixture->provider->n_stored = N_KNOWN - 5;
  scheduler_fixture_start (fixture, FALSE);
  expect_known (fixture);
  g_assert_cmpuint (get_progress (fixture).n_stored, ==, N_KNOWN);
  while (step (fixture))
    assert_counts_add_up (fixture);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (get_progress (fixture).n_stored, ==, N_KNOWN - 5);
  g_assert_cmpuint (get_progress (fixture).n_painted, ==, N_TILES - N_KNOWN + 5);
}

static void
test_expected_tiles_do_not_complete_a_cancelled_run (SchedulerFixture *fixture,
                                                     gconstpointer     data)
{
  scheduler_fixture_start (fixture, FALSE);
  for (guint i = 0; i < N_TILES; i++)
    upscale_scheduler_expect (fixture->scheduler, i, UPSCALE_TILE_STORED);
  g_cancellable_cancel (fixture->cancellable);
  scheduler_fixture_finish (fixture);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (get_progress (fixture).n_stored, ==, N_TILES);
}

static void
test_wait_for_machines_is_measured (SchedulerFixture *fixture, gconstpointer data)
{
  gint64 longest_us = 0;

  fixture->first->cold_start_s = 90.0;
  scheduler_fixture_start (fixture, FALSE);
  while (step (fixture))
    {
      UpscaleProgress progress = get_progress (fixture);

      longest_us = MAX (longest_us, progress.waited_us);
      g_assert_cmpuint (progress.n_starting > 0, >=, progress.waited_us > 0);
      if (progress.n_starting > 0 && progress.n_starting == progress.n_in_flight)
        g_assert_true (upscale_progress_is_waiting (progress));
    }
  g_assert_cmpint (longest_us, >, 0);
  g_assert_cmpint (longest_us, <=, 90 * (gint64) G_USEC_PER_SEC);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpint (get_progress (fixture).waited_us, ==, 0);
}

static void
test_cancelled_probe_is_no_probe_any_more (SchedulerFixture *fixture, gconstpointer data)
{
  UpscaleEndpoint *first;

  scheduler_fixture_start (fixture, FALSE);
  g_assert_true (get_progress (fixture).is_probing);
  g_cancellable_cancel (fixture->cancellable);
  scheduler_fixture_finish (fixture);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  first =
      upscale_endpoint_pool_get (upscale_dispatch_status_get_pool (fixture->status), 0);
  g_assert_cmpint (upscale_endpoint_get_state (first), ==, UPSCALE_ENDPOINT_UNPROBED);
  g_assert_false (get_progress (fixture).is_probing);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/dispatch-status/" name, SchedulerFixture, NULL,                          \
              scheduler_fixture_set_up, function, scheduler_fixture_tear_down)
  ADD ("tile-is-in-flight-only-when-it-was-sent",
       test_tile_is_in_flight_only_when_it_was_sent);
  ADD ("expected-tiles-count-as-done-from-the-start",
       test_expected_tiles_count_as_done_from_the_start);
  ADD ("expected-tile-that-is-sent-counts-as-open",
       test_expected_tile_that_is_sent_counts_as_open);
  ADD ("expected-tiles-do-not-complete-a-cancelled-run",
       test_expected_tiles_do_not_complete_a_cancelled_run);
  ADD ("wait-for-machines-is-measured", test_wait_for_machines_is_measured);
  ADD ("cancelled-probe-is-no-probe-any-more", test_cancelled_probe_is_no_probe_any_more);
#undef ADD
  return g_test_run ();
}
