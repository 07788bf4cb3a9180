/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-order.h"

#include <stdlib.h>

#define N_RANDOM_PLANS 300
#define TILE_PX 64
#define OVERLAP_PX 16
/* Distance of tiles that lie side by side. */
#define STRIDE_PX (TILE_PX - OVERLAP_PX)
#define MAX_SIDE_TILES 13
/* More than a batch has. */
#define MAX_UNDER_WAY 8
#define N_NEIGHBORS 8

/* Returns a plan of so many tiles an axis, which all have the same distance. */
static UpscaleTilePlan *
make_plan (int n_columns, int n_rows)
{
  int              width_px = n_columns * STRIDE_PX + OVERLAP_PX;
  int              height_px = n_rows * STRIDE_PX + OVERLAP_PX;
  UpscaleTilePlan *plan = upscale_tile_plan_new (
      (UpscaleTilePlanCase) {
          width_px, height_px, { 0, 0, width_px, height_px }, TILE_PX, OVERLAP_PX, 1.0 },
      NULL);

  g_assert_cmpuint (upscale_tile_plan_get_n_tiles (plan), ==,
                    (guint) (n_columns * n_rows));
  return plan;
}

/* Returns a rectangle inside the share of a tile. */
static UpscaleRect
get_middle (const UpscaleTilePlan *plan, guint index)
{
  UpscaleRect share = upscale_tile_plan_get_share (plan, index);

  return (UpscaleRect) { share.x + share.width / 2, share.y + share.height / 2, 1, 1 };
}

static guint
get (GArray *order, guint place)
{
  return g_array_index (order, guint, place);
}

static void
assert_order (int n_columns, int n_rows, UpscaleRect focus, const guint *expected)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (n_columns, n_rows);
  g_autoptr (GArray) order = upscale_tile_order_new (plan, focus);

  g_assert_cmpuint (order->len, ==, (guint) (n_columns * n_rows));
  for (guint i = 0; i < order->len; i++)
    g_assert_cmpuint (get (order, i), ==, expected[i]);
}

static void
test_rings_go_around_the_middle (void)
{
  const guint square[] = { 12, 6, 7,  8,  13, 18, 17, 16, 11, 0,  1,  2, 3,
                           4,  9, 14, 19, 24, 23, 22, 21, 20, 15, 10, 5 };
  const guint row[] = { 2, 3, 1, 4, 0 };
  const guint one[] = { 0 };
  UpscaleRect nothing = { 0 };

  assert_order (5, 5, nothing, square);
  assert_order (5, 1, nothing, row);
  assert_order (1, 1, nothing, one);
}

/* Rings around a corner are parts of rings. Each part is walked from one end to the
 * other. */
static void
test_rings_go_around_a_corner (void)
{
  const guint upper_left[] = { 0, 1, 4, 3, 2, 5, 8, 7, 6 };
  const guint lower_right[] = { 8, 7, 4, 5, 6, 3, 0, 1, 2 };
  UpscaleRect first = { 3, 3, 5, 5 };
  UpscaleRect last = { 2 * STRIDE_PX + 40, 2 * STRIDE_PX + 40, 5, 5 };

  assert_order (3, 3, first, upper_left);
  assert_order (3, 3, last, lower_right);
}

/* A focus of 3x1 tiles in the second row of 5x3. */
static void
test_tiles_under_the_focus_come_first (void)
{
  const guint expected[] = { 7, 8, 6, 0, 1, 2, 3, 4, 9, 14, 13, 12, 11, 10, 5 };
  UpscaleRect focus = { STRIDE_PX + 20, STRIDE_PX + 20, 2 * STRIDE_PX, 10 };

  assert_order (5, 3, focus, expected);
}

static void
test_focus_outside_the_region_is_the_middle (void)
{
  UpscaleRect region = { 500, 500, 5 * STRIDE_PX + OVERLAP_PX, 64 };
  g_autoptr (UpscaleTilePlan) plan = upscale_tile_plan_new (
      (UpscaleTilePlanCase) { 1000, 1000, region, TILE_PX, OVERLAP_PX, 1.0 }, NULL);
  g_autoptr (GArray) order =
      upscale_tile_order_new (plan, (UpscaleRect) { 0, 0, 100, 100 });

  g_assert_true (
      upscale_rect_contains (upscale_tile_plan_get_share (plan, get (order, 0)),
                             (UpscaleRect) { region.x + region.width / 2,
                                             region.y + region.height / 2, 1, 1 }));
}

/* A random plan with a random focus. */
typedef struct
{
  GRand           *random;
  int              n_columns;
  int              n_rows;
  UpscaleTilePlan *plan;
  UpscaleRect      focus;
  GArray          *order;
} Case;

static void
case_clear (Case *what)
{
  g_array_unref (what->order);
  upscale_tile_plan_unref (what->plan);
  g_rand_free (what->random);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static Case
make_case (guint32 seed)
{
  Case what = { .random = g_rand_new_with_seed (seed) };

  what.n_columns = g_rand_int_range (what.random, 1, MAX_SIDE_TILES + 1);
  what.n_rows = g_rand_int_range (what.random, 1, MAX_SIDE_TILES + 1);
  what.plan = make_plan (what.n_columns, what.n_rows);
  what.focus = upscale_rect_union (
      get_middle (what.plan, (guint) g_rand_int_range (what.random, 0,
                                                       what.n_columns * what.n_rows)),
      get_middle (what.plan, (guint) g_rand_int_range (what.random, 0,
                                                       what.n_columns * what.n_rows)));
  what.order = upscale_tile_order_new (what.plan, what.focus);
  return what;
}

static void
test_every_tile_comes_once (void)
{
  for (guint32 seed = 0; seed < N_RANDOM_PLANS; seed++)
    {
      g_auto (Case) what = make_case (seed);
      guint             n_tiles = upscale_tile_plan_get_n_tiles (what.plan);
      g_autofree guint *n = g_new0 (guint, n_tiles);

      g_assert_cmpuint (what.order->len, ==, n_tiles);
      for (guint place = 0; place < n_tiles; place++)
        n[get (what.order, place)]++;
      for (guint i = 0; i < n_tiles; i++)
        g_assert_cmpuint (n[i], ==, 1);
    }
}

/* Returns the distance of a tile from the focus, in tiles; 0 under it. */
static int
get_distance (const Case *what, guint index)
{
  UpscaleRect middle = get_middle (what->plan, index);
  int         dx =
      MAX (what->focus.x - middle.x, middle.x - (what->focus.x + what->focus.width - 1));
  int dy =
      MAX (what->focus.y - middle.y, middle.y - (what->focus.y + what->focus.height - 1));

  return (MAX (0, MAX (dx, dy)) + STRIDE_PX / 2) / STRIDE_PX;
}

static void
test_distances_from_the_focus_only_grow (void)
{
  for (guint32 seed = 0; seed < N_RANDOM_PLANS; seed++)
    {
      g_auto (Case) what = make_case (seed);

      g_assert_cmpint (get_distance (&what, get (what.order, 0)), ==, 0);
      for (guint i = 1; i < what.order->len; i++)
        g_assert_cmpint (get_distance (&what, get (what.order, i - 1)), <=,
                         get_distance (&what, get (what.order, i)));
    }
}

/* Each tile lies beside an earlier one, so that seams are painted early. Rings that the
 * edges of the grid cut in two begin anew in the middle; all other steps lead to a
 * neighbor, or around a corner to the next ring. */
static void
test_tiles_follow_their_neighbors (void)
{
  for (guint32 seed = 0; seed < N_RANDOM_PLANS; seed++)
    {
      g_auto (Case) what = make_case (seed);

      for (guint i = 1; i < what.order->len; i++)
        {
          const UpscaleTile *tile =
              upscale_tile_plan_get_tile (what.plan, get (what.order, i));
          gboolean has_neighbor = FALSE;

          for (guint before = 0; before < i; before++)
            {
              const UpscaleTile *other =
                  upscale_tile_plan_get_tile (what.plan, get (what.order, before));

              has_neighbor |=
                  abs (tile->col - other->col) <= 1 && abs (tile->row - other->row) <= 1;
            }
          g_assert_true (has_neighbor);
        }
    }
}

/* Counts settled tiles that have a neighbor which is not settled: the composer keeps
 * these. */
static int
count_kept (const Case *what, const gboolean *is_settled)
{
  int n_kept = 0;

  for (int row = 0; row < what->n_rows; row++)
    for (int col = 0; col < what->n_columns; col++)
      {
        gboolean is_kept = FALSE;

        for (int y = MAX (0, row - 1); y <= MIN (what->n_rows - 1, row + 1); y++)
          for (int x = MAX (0, col - 1); x <= MIN (what->n_columns - 1, col + 1); x++)
            is_kept |= !is_settled[y * what->n_columns + x];
        n_kept += is_settled[row * what->n_columns + col] && is_kept;
      }
  return n_kept;
}

/* Settles the tiles in the order of the plan, but any of those that are under way may be
 * the next to arrive. Returns the most tiles that are kept at a time. */
static int
find_most_kept (const Case *what, guint n_under_way)
{
  g_autofree gboolean *is_settled = g_new0 (gboolean, what->order->len);
  g_autoptr (GArray) under_way = g_array_new (FALSE, FALSE, sizeof (guint));
  guint n_sent = 0;
  int   most = 0;

  while (n_sent < what->order->len || under_way->len > 0)
    {
      gint32 arrived;

      for (; under_way->len < n_under_way && n_sent < what->order->len; n_sent++)
        {
          guint tile = get (what->order, n_sent);

          g_array_append_val (under_way, tile);
        }
      arrived = g_rand_int_range (what->random, 0, (gint32) under_way->len);
      is_settled[g_array_index (under_way, guint, arrived)] = TRUE;
      g_array_remove_index (under_way, (guint) arrived);
      most = MAX (most, count_kept (what, is_settled));
    }
  return most;
}

/* The painted tiles are a block with a part of a ring around it. The tiles at its border
 * are kept: at most two for each column and row. Each tile that is late keeps its
 * neighbors longer. */
static void
test_few_tiles_wait_for_neighbors (void)
{
  for (guint32 seed = 0; seed < N_RANDOM_PLANS; seed++)
    {
      g_auto (Case) what = make_case (seed);
      int border = 2 * (what.n_columns + what.n_rows);

      g_assert_cmpint (find_most_kept (&what, 1), <=, border);
      for (int n = 2; n <= MAX_UNDER_WAY; n *= 2)
        g_assert_cmpint (find_most_kept (&what, (guint) n), <=,
                         border + (n - 1) * N_NEIGHBORS);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tile-order/rings-go-around-the-middle",
                   test_rings_go_around_the_middle);
  g_test_add_func ("/tile-order/rings-go-around-a-corner", test_rings_go_around_a_corner);
  g_test_add_func ("/tile-order/tiles-under-the-focus-come-first",
                   test_tiles_under_the_focus_come_first);
  g_test_add_func ("/tile-order/focus-outside-the-region-is-the-middle",
                   test_focus_outside_the_region_is_the_middle);
  g_test_add_func ("/tile-order/every-tile-comes-once", test_every_tile_comes_once);
  g_test_add_func ("/tile-order/distances-from-the-focus-only-grow",
                   test_distances_from_the_focus_only_grow);
  g_test_add_func ("/tile-order/tiles-follow-their-neighbors",
                   test_tiles_follow_their_neighbors);
  g_test_add_func ("/tile-order/few-tiles-wait-for-neighbors",
                   test_few_tiles_wait_for_neighbors);
  return g_test_run ();
}
