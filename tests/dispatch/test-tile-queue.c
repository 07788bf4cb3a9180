/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-queue.h"

#define N_TILES 5
#define LOG_DOMAIN "tile-upscale-dispatch"

static UpscaleTileQueue *
make_queue (void)
{
  static const guint tiles[N_TILES] = { 1, 4, 2, 0, 3 };
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));

  g_array_append_vals (order, tiles, N_TILES);
  return upscale_tile_queue_new (N_TILES, order, NULL, NULL);
}

/* The queue refuses each call with a critical, and reads and writes nothing. */
static void
use (UpscaleTileQueue *queue, guint tile_index)
{
  g_assert_false (upscale_tile_queue_take_this (queue, tile_index));
  g_assert_cmpuint (upscale_tile_queue_take (queue, NULL, tile_index), ==,
                    UPSCALE_NO_TILE);
  upscale_tile_queue_return (queue, tile_index);
  upscale_tile_queue_settle (queue, tile_index, UPSCALE_TILE_PAINTED, 0);
  upscale_tile_queue_fail (queue, tile_index, "made to fail");
  upscale_tile_queue_carry (queue, tile_index, queue, NULL, 0);
  g_assert_false (upscale_tile_queue_release (queue, tile_index, queue));
  g_assert_null (upscale_tile_queue_get_other_carrier (queue, tile_index, queue));
  upscale_tile_queue_claim (queue, tile_index);
  g_assert_false (upscale_tile_queue_can_be_duplicated (queue, tile_index));
  upscale_tile_queue_add_try (queue, tile_index, 1);
  upscale_tile_queue_avoid (queue, tile_index, NULL);
  upscale_tile_queue_isolate (queue, tile_index);
  g_assert_false (upscale_tile_queue_note_failure (queue, tile_index, "made to fail"));
  g_assert_cmpint (upscale_tile_queue_get_n_tries (queue, tile_index), ==, 0);
  g_assert_null (upscale_tile_queue_get_status (queue, tile_index, 0).failure);
}

#define N_USES 16

static void
test_numbers_beyond_the_queue_are_refused (void)
{
  g_autoptr (UpscaleTileQueue) queue = make_queue ();
  guint beyond[] = { N_TILES, N_TILES + 1, 100000, G_MAXINT, UPSCALE_NO_TILE - 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (beyond); i++)
    {
      g_assert_false (upscale_tile_queue_has (queue, beyond[i]));
      for (int n = 0; n < N_USES; n++)
        g_test_expect_message (LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "* < queue->n_tiles*");
      use (queue, beyond[i]);
      g_test_assert_expected_messages ();
    }
  g_assert_cmpuint (upscale_tile_queue_count (queue, UPSCALE_TILE_WAITING), ==, N_TILES);
}

static void
test_states_that_are_none_are_refused (void)
{
  g_autoptr (UpscaleTileQueue) queue = make_queue ();

  for (int n = 0; n < 2; n++)
    g_test_expect_message (LOG_DOMAIN, G_LOG_LEVEL_CRITICAL,
                           "* < UPSCALE_N_TILE_STATES*");
  g_assert_cmpuint (upscale_tile_queue_count (queue, UPSCALE_N_TILE_STATES), ==, 0);
  upscale_tile_queue_settle (queue, 0, UPSCALE_N_TILE_STATES, 0);
  g_test_assert_expected_messages ();
}

/* A tile that two requests carry gets no third one, and a tile whose picture is being
 * accepted gets no second one. */
static void
test_tile_is_carried_twice_at_most (void)
{
  g_autoptr (UpscaleTileQueue) queue = make_queue ();
  int carriers[2];

  g_assert_false (upscale_tile_queue_can_be_duplicated (queue, 3));
  g_assert_true (upscale_tile_queue_take_this (queue, 3));
  g_assert_false (upscale_tile_queue_take_this (queue, 3));
  upscale_tile_queue_carry (queue, 3, &carriers[0], NULL, 0);
  g_assert_true (upscale_tile_queue_can_be_duplicated (queue, 3));
  upscale_tile_queue_carry (queue, 3, &carriers[1], NULL, 0);
  g_assert_false (upscale_tile_queue_can_be_duplicated (queue, 3));
  upscale_tile_queue_claim (queue, 3);
  g_assert_false (upscale_tile_queue_release (queue, 3, &carriers[0]));
  g_assert_false (upscale_tile_queue_can_be_duplicated (queue, 3));
  g_assert_true (upscale_tile_queue_release (queue, 3, &carriers[1]));
  upscale_tile_queue_return (queue, 3);
  g_assert_true (upscale_tile_queue_take_this (queue, 3));
  upscale_tile_queue_carry (queue, 3, &carriers[0], NULL, 0);
  g_assert_true (upscale_tile_queue_can_be_duplicated (queue, 3));
}

static void
assert_next (UpscaleTileQueue *queue, guint tile_index)
{
  g_assert_cmpuint (upscale_tile_queue_take (queue, NULL, UPSCALE_NO_TILE), ==,
                    tile_index);
}

/* A returned tile comes before all that were never taken, and returned tiles keep the
 * order among each other. */
static void
test_tiles_are_taken_in_the_given_order (void)
{
  g_autoptr (UpscaleTileQueue) queue = make_queue ();

  g_assert_true (upscale_tile_queue_take_this (queue, 2));
  assert_next (queue, 1);
  assert_next (queue, 4);
  assert_next (queue, 0);
  upscale_tile_queue_return (queue, 0);
  upscale_tile_queue_return (queue, 4);
  assert_next (queue, 4);
  assert_next (queue, 0);
  assert_next (queue, 3);
  upscale_tile_queue_return (queue, 3);
  upscale_tile_queue_return (queue, 1);
  g_assert_cmpuint (upscale_tile_queue_take_any (queue), ==, 1);
  g_assert_cmpuint (upscale_tile_queue_take_any (queue), ==, 3);
  g_assert_cmpuint (upscale_tile_queue_take_any (queue), ==, UPSCALE_NO_TILE);
}

static void
test_tiles_without_a_place_are_left_out (void)
{
  static const guint tiles[] = { 3, 1 };
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (UpscaleTileQueue) queue = NULL;

  g_array_append_vals (order, tiles, G_N_ELEMENTS (tiles));
  queue = upscale_tile_queue_new (N_TILES, order, NULL, NULL);
  g_assert_cmpuint (upscale_tile_queue_count (queue, UPSCALE_TILE_WAITING), ==, 2);
  g_assert_cmpint (upscale_tile_queue_get_status (queue, 4, 0).state, ==,
                   UPSCALE_TILE_LEFT_OUT);
  g_assert_false (upscale_tile_queue_take_this (queue, 0));
  assert_next (queue, 3);
  assert_next (queue, 1);
  assert_next (queue, UPSCALE_NO_TILE);
}

#define N_MANY 200
#define N_GROUPS 4

/* Takes all tiles in batches of a random size, and returns some to wait again. */
static void
test_batches_have_tiles_of_one_group (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (6);
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) groups = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (UpscaleTileQueue) queue = NULL;
  guint n_taken = 0;
  guint n_returned = 0;

  for (guint i = 0; i < N_MANY; i++)
    {
      guint group = (guint) g_rand_int_range (random, 0, N_GROUPS);

      g_array_append_val (order, i);
      g_array_append_val (groups, group);
    }
  queue = upscale_tile_queue_new (N_MANY, order, groups, NULL);
  while (upscale_tile_queue_has_for (queue, NULL))
    {
      guint first = upscale_tile_queue_take (queue, NULL, UPSCALE_NO_TILE);
      guint wanted = (guint) g_rand_int_range (random, 0, 9);

      n_taken++;
      for (guint i = 0; i < wanted; i++)
        {
          guint tile = upscale_tile_queue_take (queue, NULL, first);

          if (tile == UPSCALE_NO_TILE)
            break;
          g_assert_cmpuint (g_array_index (groups, guint, tile), ==,
                            g_array_index (groups, guint, first));
          n_taken++;
        }
      if (g_rand_boolean (random) && n_returned < N_MANY)
        {
          upscale_tile_queue_return (queue, first);
          n_returned++;
        }
    }
  g_assert_cmpuint (n_taken, ==, N_MANY + n_returned);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tile-queue/numbers-beyond-the-queue-are-refused",
                   test_numbers_beyond_the_queue_are_refused);
  g_test_add_func ("/tile-queue/states-that-are-none-are-refused",
                   test_states_that_are_none_are_refused);
  g_test_add_func ("/tile-queue/tile-is-carried-twice-at-most",
                   test_tile_is_carried_twice_at_most);
  g_test_add_func ("/tile-queue/tiles-are-taken-in-the-given-order",
                   test_tiles_are_taken_in_the_given_order);
  g_test_add_func ("/tile-queue/tiles-without-a-place-are-left-out",
                   test_tiles_without_a_place_are_left_out);
  g_test_add_func ("/tile-queue/batches-have-tiles-of-one-group",
                   test_batches_have_tiles_of_one_group);
  return g_test_run ();
}
