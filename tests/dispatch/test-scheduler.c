/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "scheduler-fixture.h"
#include "upscale-error.h"

static void
test_all_tiles_are_painted_once (SchedulerFixture *fixture, gconstpointer data)
{
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->tiles->len, ==, N_TILES);
  for (guint i = 0; i < N_TILES; i++)
    g_assert_cmpuint (g_array_index (fixture->first->tiles, guint, i), ==, i);
  g_assert_cmpuint (fixture->first->batch_sizes->len, ==, N_TILES / 4);
}

static void
test_stored_tiles_are_not_sent_and_do_not_fill_batches (SchedulerFixture *fixture,
                                                        gconstpointer     data)
{
  fixture->provider->n_stored = 6;
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->tiles->len, ==, N_TILES - 6);
  g_assert_cmpuint (g_array_index (fixture->first->batch_sizes, guint, 0), ==, 4);
}

static void
test_failed_batch_is_sent_again (SchedulerFixture *fixture, gconstpointer data)
{
  fixture->first->n_failures_left = 1;
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->tiles->len, ==, N_TILES + 4);
}

static void
test_failed_batch_fails_its_tiles_without_retries (SchedulerFixture *fixture,
                                                   gconstpointer     data)
{
  fixture->policy.max_tries = 1;
  fixture->first->n_failures_left = 1;
  scheduler_fixture_run (fixture, FALSE);
  g_assert_true (fixture->succeeded);
  g_assert_cmpuint (upscale_dispatch_status_get_progress (fixture->status).n_failed, ==,
                    4);
  g_assert_cmpuint (fixture->provider->n_given_up, ==, 4);
  g_assert_cmpstr (upscale_dispatch_status_get_tile (fixture->status, 0).failure, ==,
                   "tile 1: first: made to fail");
}

static void
test_tiles_answered_before_a_failure_are_not_painted_twice (SchedulerFixture *fixture,
                                                            gconstpointer     data)
{
  fixture->first->n_failures_left = 1;
  fixture->first->answers_before_failure = 3;
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->tiles->len, ==, N_TILES + 1);
}

static void
test_poison_tile_fails_alone (SchedulerFixture *fixture, gconstpointer data)
{
  fixture->first->poison = 2;
  fixture->second->poison = 2;
  scheduler_fixture_run (fixture, TRUE);
  g_assert_true (fixture->succeeded);
  g_assert_cmpuint (upscale_dispatch_status_get_progress (fixture->status).n_painted, ==,
                    N_TILES - 1);
  g_assert_cmpuint (upscale_dispatch_status_get_progress (fixture->status).n_failed, ==,
                    1);
  g_assert_nonnull (upscale_dispatch_status_get_tile (fixture->status, 2).failure);
}

static void
test_bad_picture_is_painted_again (SchedulerFixture *fixture, gconstpointer data)
{
  fixture->provider->bad_picture = 7;
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->tiles->len, ==, N_TILES + 1);
}

/* The batch fails until its tiles are returned, and one of them can't be prepared again.
 */
static void
test_tile_that_cannot_be_prepared_after_a_try_is_given_up (SchedulerFixture *fixture,
                                                           gconstpointer     data)
{
  fixture->first->n_failures_left = 3;
  fixture->provider->unpreparable = 2;
  fixture->provider->n_prepared_before = 1;
  scheduler_fixture_run (fixture, FALSE);
  g_assert_true (fixture->succeeded);
  g_assert_cmpuint (upscale_dispatch_status_get_progress (fixture->status).n_painted, ==,
                    N_TILES - 1);
  g_assert_cmpuint (fixture->provider->n_given_up, ==, 1);
  g_assert_cmpstr (upscale_dispatch_status_get_tile (fixture->status, 2).failure, ==,
                   "tile 3: unreadable");
}

static void
test_forgotten_tile_is_asked_for_again (SchedulerFixture *fixture, gconstpointer data)
{
  fixture->first->forgotten = 5;
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
}

static void
test_refusing_endpoint_is_left_to_the_others (SchedulerFixture *fixture,
                                              gconstpointer     data)
{
  fixture->first->failure = UPSCALE_ERROR_REJECTED;
  fixture->first->n_failures_left = G_MAXINT;
  scheduler_fixture_run (fixture, TRUE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->batch_sizes->len, ==, 1);
}

static void
test_dead_endpoint_is_left_to_the_others (SchedulerFixture *fixture, gconstpointer data)
{
  fixture->first->failure = UPSCALE_ERROR_TRANSPORT;
  fixture->first->n_failures_left = G_MAXINT;
  scheduler_fixture_run (fixture, TRUE);
  scheduler_fixture_assert_all_painted (fixture);
}

static void
test_no_endpoint_left_is_an_error_that_says_why (SchedulerFixture *fixture,
                                                 gconstpointer     data)
{
  fixture->first->failure = UPSCALE_ERROR_REJECTED;
  fixture->first->n_failures_left = G_MAXINT;
  scheduler_fixture_run (fixture, FALSE);
  g_assert_error (fixture->error, UPSCALE_ERROR, UPSCALE_ERROR_NO_ENDPOINT);
  g_assert_nonnull (strstr (fixture->error->message, "first: made to fail"));
}

/* The batch that succeeds ends last, and no endpoint is left for the other tiles. */
static void
test_refusal_beside_a_batch_that_succeeds (SchedulerFixture *fixture, gconstpointer data)
{
  fixture->first->concurrency = 2;
  fixture->first->failure = UPSCALE_ERROR_REJECTED;
  fixture->first->n_failures_left = 1;
  scheduler_fixture_run (fixture, FALSE);
  g_assert_true (fixture->succeeded);
  g_assert_cmpuint (upscale_dispatch_status_get_progress (fixture->status).n_painted, ==,
                    4);
  g_assert_cmpuint (upscale_dispatch_status_get_progress (fixture->status).n_failed, ==,
                    N_TILES - 4);
}

static void
test_busy_endpoint_is_waited_for_as_it_says (SchedulerFixture *fixture,
                                             gconstpointer     data)
{
  fixture->first->failure = UPSCALE_ERROR_BUSY;
  fixture->first->retry_after_us = 200 * (gint64) G_USEC_PER_SEC;
  fixture->first->n_failures_left = 2;
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpint (upscale_clock_get_now (UPSCALE_CLOCK (fixture->clock)), >=,
                   2 * fixture->first->retry_after_us);
}

static void
test_busy_endpoint_is_no_longer_waited_for_than_the_batch_timeout (
    SchedulerFixture *fixture,
    gconstpointer     data)
{
  fixture->first->failure = UPSCALE_ERROR_BUSY;
  fixture->first->retry_after_us = 1000 * (gint64) G_USEC_PER_SEC;
  fixture->first->n_failures_left = G_MAXINT;
  fixture->policy.batch_timeout_us = 450 * (gint64) G_USEC_PER_SEC;
  fixture->first->seconds_per_tile = 0.001;
  scheduler_fixture_run (fixture, FALSE);
  g_assert_error (fixture->error, UPSCALE_ERROR, UPSCALE_ERROR_NO_ENDPOINT);
  g_assert_nonnull (strstr (fixture->error->message, "busy for 450 s"));
  /* Batches are sent at the start, after five minutes, and when the time is up. */
  g_assert_cmpuint (fixture->first->batch_sizes->len, ==, 3);
}

static void
test_busy_endpoint_is_waited_for_without_retries (SchedulerFixture *fixture,
                                                  gconstpointer     data)
{
  fixture->policy.max_tries = 1;
  fixture->first->failure = UPSCALE_ERROR_BUSY;
  fixture->first->n_failures_left = 5;
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
}

static void
test_starting_endpoint_is_waited_for (SchedulerFixture *fixture, gconstpointer data)
{
  fixture->policy.max_tries = 1;
  fixture->first->n_unready_left = 20;
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->n_probes, ==, 21);
}

/* An endpoint that is being started does not count as another endpoint for a tile that
 * failed elsewhere. */
static void
test_starting_endpoint_does_not_hold_up_others (SchedulerFixture *fixture,
                                                gconstpointer     data)
{
  fixture->first->n_unready_left = G_MAXINT;
  fixture->provider->bad_picture = 7;
  scheduler_fixture_run (fixture, TRUE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpint (upscale_clock_get_now (UPSCALE_CLOCK (fixture->clock)), <,
                   fixture->policy.batch_timeout_us);
}

static void
test_progress_tells_of_a_busy_endpoint (SchedulerFixture *fixture, gconstpointer data)
{
  fixture->first->failure = UPSCALE_ERROR_BUSY;
  fixture->first->retry_after_us = 40 * (gint64) G_USEC_PER_SEC;
  fixture->first->n_failures_left = 1;
  scheduler_fixture_start (fixture, FALSE);
  while (upscale_dispatch_status_get_progress (fixture->status).wait_us == 0)
    if (!g_main_context_iteration (NULL, FALSE))
      g_assert_true (fake_clock_jump (fixture->clock));
  g_assert_cmpint (upscale_dispatch_status_get_progress (fixture->status).wait_us, ==,
                   fixture->first->retry_after_us);
  scheduler_fixture_finish (fixture);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpint (upscale_dispatch_status_get_progress (fixture->status).wait_us, ==, 0);
}

/* The failure of the first of two batches causes a new probe of the endpoint, and that of
 * the second stops the endpoint before the probe is answered. */
static void
run_until_stopped_while_probed (SchedulerFixture *fixture)
{
  fixture->policy.batch_size = 1;
  fixture->first->concurrency = 2;
  fixture->first->n_failures_left = 4;
  fixture->first->slow = 1;
  fixture->second->seconds_per_tile = 200.0;
  scheduler_fixture_start (fixture, TRUE);
  fixture->first->probe_s = 1000.0;
  while (fixture->first->n_probes < 2)
    if (!g_main_context_iteration (NULL, FALSE))
      g_assert_true (fake_clock_jump (fixture->clock));
  fixture->first->failure = UPSCALE_ERROR_REJECTED;
}

static void
test_endpoint_that_is_stopped_while_it_is_probed (SchedulerFixture *fixture,
                                                  gconstpointer     data)
{
  run_until_stopped_while_probed (fixture);
  scheduler_fixture_finish (fixture);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->batch_sizes->len, ==, 4);
}

static void
test_endpoint_that_is_stopped_while_its_probe_fails (SchedulerFixture *fixture,
                                                     gconstpointer     data)
{
  run_until_stopped_while_probed (fixture);
  fixture->first->dies_us = 1000 * (gint64) G_USEC_PER_SEC;
  scheduler_fixture_finish (fixture);
  scheduler_fixture_assert_all_painted (fixture);
}

static void
test_too_large_batches_are_halved (SchedulerFixture *fixture, gconstpointer data)
{
  fixture->first->failure = UPSCALE_ERROR_TOO_LARGE;
  fixture->first->n_failures_left = 1;
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (g_array_index (fixture->first->batch_sizes, guint, 0), ==, 4);
  g_assert_cmpuint (g_array_index (fixture->first->batch_sizes, guint, 1), ==, 2);
}

static void
test_late_batch_is_cancelled_and_its_tiles_tried_elsewhere (SchedulerFixture *fixture,
                                                            gconstpointer     data)
{
  fixture->first->hangs = TRUE;
  scheduler_fixture_run (fixture, TRUE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->n_cancelled, >=, 1);
}

static void
test_cancel_stops_the_endpoint_and_keeps_what_was_accepted (SchedulerFixture *fixture,
                                                            gconstpointer     data)
{
  scheduler_fixture_start (fixture, FALSE);
  while (fixture->provider->n_accepted < 4)
    if (!g_main_context_iteration (NULL, FALSE))
      g_assert_true (fake_clock_jump (fixture->clock));
  while (fixture->first->batch_sizes->len < 2)
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (fixture->cancellable);
  scheduler_fixture_finish (fixture);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->first->n_cancelled, ==, 1);
  g_assert_cmpuint (upscale_dispatch_status_get_progress (fixture->status).n_painted, ==,
                    4);
}

/* The second endpoint paints the tiles of the first, whose batch takes until after its
 * deadline to stop. */
static void
test_batch_that_stops_after_its_deadline_was_cancelled (SchedulerFixture *fixture,
                                                        gconstpointer     data)
{
  UpscaleEndpoint *first;

  fixture->first->hangs = TRUE;
  fixture->first->cancel_s = 3000.0;
  scheduler_fixture_run (fixture, TRUE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->n_cancelled, ==, 1);
  first =
      upscale_endpoint_pool_get (upscale_dispatch_status_get_pool (fixture->status), 0);
  g_assert_cmpint (upscale_endpoint_get_health (first)->n_failures, ==, 0);
  g_assert_cmpint (upscale_endpoint_get_max_tiles (first), ==, 64);
}

static void
test_cancel_before_the_start_ends_at_once (SchedulerFixture *fixture, gconstpointer data)
{
  g_cancellable_cancel (fixture->cancellable);
  scheduler_fixture_run (fixture, FALSE);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->first->tiles->len, ==, 0);
}

static void
test_faster_endpoint_gets_more (SchedulerFixture *fixture, gconstpointer data)
{
  fixture->policy.batch_size = 1;
  fixture->first->seconds_per_tile = 10.0;
  fixture->second->seconds_per_tile = 40.0;
  scheduler_fixture_run (fixture, TRUE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->tiles->len, ==, 16);
  g_assert_cmpuint (fixture->second->tiles->len, ==, 4);
}

static void
test_slots_work_at_once (SchedulerFixture *fixture, gconstpointer data)
{
  fixture->first->concurrency = 5;
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpint (upscale_clock_get_now (UPSCALE_CLOCK (fixture->clock)), ==,
                   4 * 57 * G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/scheduler/" name, SchedulerFixture, NULL, scheduler_fixture_set_up,      \
              function, scheduler_fixture_tear_down)
  ADD ("all-tiles-are-painted-once", test_all_tiles_are_painted_once);
  ADD ("stored-tiles-are-not-sent-and-do-not-fill-batches",
       test_stored_tiles_are_not_sent_and_do_not_fill_batches);
  ADD ("failed-batch-is-sent-again", test_failed_batch_is_sent_again);
  ADD ("failed-batch-fails-its-tiles-without-retries",
       test_failed_batch_fails_its_tiles_without_retries);
  ADD ("tiles-answered-before-a-failure-are-not-painted-twice",
       test_tiles_answered_before_a_failure_are_not_painted_twice);
  ADD ("poison-tile-fails-alone", test_poison_tile_fails_alone);
  ADD ("bad-picture-is-painted-again", test_bad_picture_is_painted_again);
  ADD ("tile-that-cannot-be-prepared-after-a-try-is-given-up",
       test_tile_that_cannot_be_prepared_after_a_try_is_given_up);
  ADD ("forgotten-tile-is-asked-for-again", test_forgotten_tile_is_asked_for_again);
  ADD ("refusing-endpoint-is-left-to-the-others",
       test_refusing_endpoint_is_left_to_the_others);
  ADD ("dead-endpoint-is-left-to-the-others", test_dead_endpoint_is_left_to_the_others);
  ADD ("no-endpoint-left-is-an-error-that-says-why",
       test_no_endpoint_left_is_an_error_that_says_why);
  ADD ("refusal-beside-a-batch-that-succeeds", test_refusal_beside_a_batch_that_succeeds);
  ADD ("endpoint-that-is-stopped-while-it-is-probed",
       test_endpoint_that_is_stopped_while_it_is_probed);
  ADD ("endpoint-that-is-stopped-while-its-probe-fails",
       test_endpoint_that_is_stopped_while_its_probe_fails);
  ADD ("busy-endpoint-is-waited-for-as-it-says",
       test_busy_endpoint_is_waited_for_as_it_says);
  ADD ("busy-endpoint-is-no-longer-waited-for-than-the-batch-timeout",
       test_busy_endpoint_is_no_longer_waited_for_than_the_batch_timeout);
  ADD ("busy-endpoint-is-waited-for-without-retries",
       test_busy_endpoint_is_waited_for_without_retries);
  ADD ("starting-endpoint-is-waited-for", test_starting_endpoint_is_waited_for);
  ADD ("starting-endpoint-does-not-hold-up-others",
       test_starting_endpoint_does_not_hold_up_others);
  ADD ("progress-tells-of-a-busy-endpoint", test_progress_tells_of_a_busy_endpoint);
  ADD ("too-large-batches-are-halved", test_too_large_batches_are_halved);
  ADD ("late-batch-is-cancelled-and-its-tiles-tried-elsewhere",
       test_late_batch_is_cancelled_and_its_tiles_tried_elsewhere);
  ADD ("cancel-stops-the-endpoint-and-keeps-what-was-accepted",
       test_cancel_stops_the_endpoint_and_keeps_what_was_accepted);
  ADD ("batch-that-stops-after-its-deadline-was-cancelled",
       test_batch_that_stops_after_its_deadline_was_cancelled);
  ADD ("cancel-before-the-start-ends-at-once", test_cancel_before_the_start_ends_at_once);
  ADD ("faster-endpoint-gets-more", test_faster_endpoint_gets_more);
  ADD ("slots-work-at-once", test_slots_work_at_once);
#undef ADD
  return g_test_run ();
}
