/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scheduler and batches that earlier runs have sent. */
#include "scheduler-fixture.h"
#include "upscale-error.h"

static void
make_orphan (SchedulerFixture *fixture, const char *endpoint, const char *third_key)
{
  UpscaleOrphanedBatch *orphan = upscale_orphaned_batch_new (endpoint, "earlier");

  upscale_orphaned_batch_add_tile (orphan, 9, "key-9");
  upscale_orphaned_batch_add_tile (orphan, 11, "key-11");
  upscale_orphaned_batch_add_tile (orphan, 15, third_key);
  g_ptr_array_add (fixture->orphans, orphan);
}

static guint
count_unsent_tiles (SchedulerFixture *fixture)
{
  guint n = 0;

  for (guint i = 0; i < N_TILES; i++)
    n += upscale_dispatch_status_get_tile (fixture->status, i).n_tries == 0;
  return n;
}

static void
test_orphan_is_asked_for_first_and_not_sent_again (SchedulerFixture *fixture,
                                                   gconstpointer     data)
{
  make_orphan (fixture, "first", "key-15");
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->tiles->len, ==, N_TILES);
  g_assert_cmpuint (g_array_index (fixture->first->tiles, guint, 0), ==, 9);
  g_assert_cmpuint (count_unsent_tiles (fixture), ==, 3);
}

static void
test_tile_that_has_changed_since_is_sent (SchedulerFixture *fixture, gconstpointer data)
{
  make_orphan (fixture, "first", "another picture");
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (count_unsent_tiles (fixture), ==, 2);
}

static void
test_orphan_of_an_endpoint_that_is_not_there (SchedulerFixture *fixture,
                                              gconstpointer     data)
{
  make_orphan (fixture, "third", "key-15");
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (count_unsent_tiles (fixture), ==, 0);
}

static void
test_orphan_that_is_lost_is_painted_again (SchedulerFixture *fixture, gconstpointer data)
{
  make_orphan (fixture, "first", "key-15");
  fixture->first->failure = UPSCALE_ERROR_EXPIRED;
  fixture->first->n_failures_left = 1;
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
}

static void
test_orphan_with_a_bad_picture_is_painted_again (SchedulerFixture *fixture,
                                                 gconstpointer     data)
{
  make_orphan (fixture, "first", "key-15");
  fixture->provider->bad_picture = 11;
  scheduler_fixture_run (fixture, FALSE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->first->tiles->len, ==, N_TILES + 1);
}

/* The orphan counts no try, and its endpoint still paints the tile. */
static void
test_duplicate_of_an_orphan_that_cannot_be_prepared (SchedulerFixture *fixture,
                                                     gconstpointer     data)
{
  make_orphan (fixture, "first", "key-15");
  fixture->first->slow = 9;
  fixture->first->slow_factor = 100.0;
  fixture->provider->unpreparable = 9;
  fixture->provider->n_prepared_before = 1;
  fixture->policy.batch_timeout_us = 36000 * (gint64) G_USEC_PER_SEC;
  scheduler_fixture_run (fixture, TRUE);
  scheduler_fixture_assert_all_painted (fixture);
  g_assert_cmpuint (fixture->provider->n_given_up, ==, 0);
}

/* Makes a batch as the log of any other job may contain: its tiles are unchanged in this
 * run, or changed, or missing, several batches share tiles, and this run may lack the
 * endpoint. */
static UpscaleOrphanedBatch *
make_random_orphan (GRand *random)
{
  const char *const endpoints[] = { "first", "second", "third" };
  const guint       numbers[] = {
    N_TILES - 1, N_TILES, 2 * N_TILES, 100000, G_MAXINT, G_MAXUINT
  };
  UpscaleOrphanedBatch *orphan =
      upscale_orphaned_batch_new (endpoints[g_rand_int_range (random, 0, 3)], "earlier");

  for (int n = g_rand_int_range (random, 0, 2 * N_TILES); n > 0; n--)
    {
      guint            tile_index = g_rand_boolean (random)
                                        ? (guint) g_rand_int_range (random, 0, N_TILES)
                                        : numbers[g_rand_int_range (random, 0, 6)];
      g_autofree char *key =
          g_strdup_printf ("key-%u",
                           g_rand_boolean (random) ? tile_index : tile_index / 2);

      upscale_orphaned_batch_add_tile (orphan, tile_index, key);
    }
  return orphan;
}

static void
test_orphans_of_any_kind (SchedulerFixture *fixture, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (int round = 0; round < 300; round++)
    {
      scheduler_fixture_tear_down (fixture, data);
      scheduler_fixture_set_up (fixture, data);
      fixture->policy.batch_size = g_rand_int_range (random, 1, 7);
      fixture->first->concurrency = g_rand_int_range (random, 1, 4);
      fixture->first->n_failures_left = g_rand_int_range (random, 0, 2);
      fixture->second->probe_s = g_rand_int_range (random, 0, 200);
      fixture->provider->n_stored = (guint) g_rand_int_range (random, 0, 6);
      for (int n = g_rand_int_range (random, 0, 8); n > 0; n--)
        g_ptr_array_add (fixture->orphans, make_random_orphan (random));
      scheduler_fixture_run (fixture, g_rand_boolean (random));
      scheduler_fixture_assert_all_painted (fixture);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/orphans/" name, SchedulerFixture, NULL, scheduler_fixture_set_up,        \
              function, scheduler_fixture_tear_down)
  ADD ("orphan-is-asked-for-first-and-not-sent-again",
       test_orphan_is_asked_for_first_and_not_sent_again);
  ADD ("tile-that-has-changed-since-is-sent", test_tile_that_has_changed_since_is_sent);
  ADD ("orphan-of-an-endpoint-that-is-not-there",
       test_orphan_of_an_endpoint_that_is_not_there);
  ADD ("orphan-that-is-lost-is-painted-again", test_orphan_that_is_lost_is_painted_again);
  ADD ("orphan-with-a-bad-picture-is-painted-again",
       test_orphan_with_a_bad_picture_is_painted_again);
  ADD ("duplicate-of-an-orphan-that-cannot-be-prepared",
       test_duplicate_of_an_orphan_that_cannot_be_prepared);
  ADD ("orphans-of-any-kind", test_orphans_of_any_kind);
#undef ADD
  return g_test_run ();
}
