/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <math.h>

#include "upscale-error.h"
#include "upscale-limits.h"
#include "upscale-tile-plan.h"

static UpscaleTilePlan *
make_plan (UpscaleTilePlanCase what)
{
  g_autoptr (GError) error = NULL;
  UpscaleTilePlan *plan = upscale_tile_plan_new (what, &error);

  g_assert_no_error (error);
  return plan;
}

static UpscaleTilePlanCase
whole (int width, int height, int tile_px, int overlap_px)
{
  return (UpscaleTilePlanCase) { width,   height,     { 0, 0, width, height },
                                 tile_px, overlap_px, 1.0 };
}

/* A wrong index gives a critical message and no access. */
static void
expect_refusal (const char *what)
{
  g_test_expect_message ("tile-upscale-core", G_LOG_LEVEL_CRITICAL, what);
}

static void
test_numbers_beyond_the_plan_are_refused (void)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (whole (1000, 800, 256, 32));
  guint n_tiles = upscale_tile_plan_get_n_tiles (plan);
  guint n_cells = upscale_tile_plan_get_n_cells (plan);
  guint beyond[] = { 0, 1, 1000, G_MAXINT, G_MAXUINT - MAX (n_tiles, n_cells) };
  float weight = 2.0f;

  for (gsize i = 0; i < G_N_ELEMENTS (beyond); i++)
    {
      for (int n = 0; n < 4; n++)
        expect_refusal ("*index < plan->tiles->len*");
      expect_refusal ("*index < plan->cells->len*");
      g_assert_null (upscale_tile_plan_get_tile (plan, n_tiles + beyond[i]));
      g_assert_true (upscale_rect_is_empty (
          upscale_tile_plan_get_share (plan, n_tiles + beyond[i])));
      upscale_tile_plan_get_x_weights (plan, n_tiles + beyond[i], 0, 1, &weight);
      upscale_tile_plan_get_y_weights (plan, n_tiles + beyond[i], 0, 1, &weight);
      g_assert_null (upscale_tile_plan_get_cell (plan, n_cells + beyond[i]));
      g_test_assert_expected_messages ();
    }
  g_assert_cmpfloat (weight, ==, 2.0f);
}

static void
test_known_counts (void)
{
  g_autoptr (UpscaleTilePlan) large = make_plan (whole (8192, 8192, 1024, 128));
  g_autoptr (UpscaleTilePlan) medium = make_plan (whole (4096, 4096, 1024, 128));
  g_autoptr (UpscaleTilePlan) splash = make_plan (whole (7680, 4320, 1024, 128));

  g_assert_cmpuint (upscale_tile_plan_get_n_tiles (large), ==, 81);
  g_assert_cmpuint (upscale_tile_plan_get_n_tiles (medium), ==, 25);
  g_assert_cmpuint (upscale_tile_plan_get_n_tiles (splash), ==, 45);
}

/* Counts the cells at each pixel, and checks that a cell names exactly the tiles with
 * weight there. */
static void
check_cells (UpscaleTilePlanCase what)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (what);
  g_autofree guint8 *hits = g_malloc0 ((gsize) what.width_px * (gsize) what.height_px);

  for (guint i = 0; i < upscale_tile_plan_get_n_cells (plan); i++)
    {
      const UpscaleCell *cell = upscale_tile_plan_get_cell (plan, i);

      g_assert_false (upscale_rect_is_empty (cell->rect));
      for (int y = cell->rect.y; y < cell->rect.y + cell->rect.height; y++)
        for (int x = cell->rect.x; x < cell->rect.x + cell->rect.width; x++)
          hits[(gsize) y * (gsize) what.width_px + (gsize) x]++;
      for (guint t = 0; t < cell->n_tiles; t++)
        g_assert_true (upscale_rect_contains (
            upscale_tile_plan_get_tile (plan, cell->tiles[t])->rect, cell->rect));
      for (guint t = 1; t < cell->n_tiles; t++)
        g_assert_cmpuint (cell->tiles[t - 1], <, cell->tiles[t]);
    }
  for (gsize i = 0; i < (gsize) what.width_px * (gsize) what.height_px; i++)
    g_assert_cmpint (hits[i], ==, 1);
}

static void
test_every_pixel_lies_in_one_cell (void)
{
  UpscaleTilePlanCase cases[] = {
    whole (1, 1, 64, 16),
    whole (64, 64, 64, 16),
    whole (65, 64, 64, 16),
    whole (211, 97, 64, 32),
    whole (500, 3, 64, 0),
    whole (131, 300, 64, 17),
    { .width_px = 300,
      .height_px = 200,
      .region = { 40, 30, 133, 101 },
      .tile_px = 64,
      .overlap_px = 16,
      .scale = 1.0 },
    { .width_px = 300,
      .height_px = 200,
      .region = { 0, 30, 300, 10 },
      .tile_px = 64,
      .overlap_px = 16,
      .scale = 3.0 },
    { .width_px = 300,
      .height_px = 200,
      .region = { 299, 199, 1, 1 },
      .tile_px = 64,
      .overlap_px = 16,
      .scale = 1.37 },
    { .width_px = 300,
      .height_px = 200,
      .region = { 7, 3, 291, 195 },
      .tile_px = 64,
      .overlap_px = 32,
      .scale = 2.5 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    check_cells (cases[i]);
}

/* Tiles that a cell does not name must have no weight in the cell, as the composer
 * ignores them. */
static void
test_cells_name_all_tiles_that_carry_weight (void)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (whole (211, 97, 64, 32));

  for (guint i = 0; i < upscale_tile_plan_get_n_cells (plan); i++)
    {
      const UpscaleCell *cell = upscale_tile_plan_get_cell (plan, i);
      double             sum = 0.0;

      for (guint t = 0; t < cell->n_tiles; t++)
        {
          float x_weight, y_weight;

          upscale_tile_plan_get_x_weights (plan, cell->tiles[t], cell->rect.x, 1,
                                           &x_weight);
          upscale_tile_plan_get_y_weights (plan, cell->tiles[t], cell->rect.y, 1,
                                           &y_weight);
          sum += (double) x_weight * y_weight;
        }
      g_assert_cmpfloat (fabs (sum - 1.0), <, 1e-6);
    }
}

static void
test_impossible_geometry_is_refused (void)
{
  UpscaleRect empty = { 0 };
  UpscaleRect all = { 0, 0, 10, 10 };
  UpscaleRect outside = { 5, 5, 10, 10 };
  g_autoptr (GError) overlap = NULL;
  g_autoptr (GError) nothing = NULL;
  g_autoptr (GError) beyond = NULL;

  g_assert_null (
      upscale_tile_plan_new ((UpscaleTilePlanCase) { 10, 10, all, 64, 33, 1.0 },
                             &overlap));
  g_assert_error (overlap, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (overlap->message, "choose 0 to 32 px"));
  g_assert_null (
      upscale_tile_plan_new ((UpscaleTilePlanCase) { 10, 10, empty, 64, 16, 1.0 },
                             &nothing));
  g_assert_error (nothing, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
  g_assert_null (
      upscale_tile_plan_new ((UpscaleTilePlanCase) { 10, 10, outside, 64, 16, 1.0 },
                             &beyond));
  g_assert_error (beyond, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
}

static void
test_no_plan_has_more_tiles_than_a_job_may (void)
{
  int                 n = UPSCALE_MAX_TILES / 2;
  UpscaleTilePlanCase more = whole (2 * 64, (n + 1) * 64, 64, 0);
  UpscaleTilePlanCase huge = whole (UPSCALE_MAX_SIDE_PX, UPSCALE_MAX_SIDE_PX, 1, 0);
  g_autoptr (UpscaleTilePlan) plan = make_plan (whole (2 * 64, n * 64, 64, 0));
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (upscale_tile_plan_get_n_tiles (plan), ==, UPSCALE_MAX_TILES);
  g_assert_null (upscale_tile_plan_new (more, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "choose larger tiles"));
  g_assert_null (upscale_tile_plan_new (huge, NULL));
}

/* Shares partition the region: each pixel lies in exactly one share. */
static void
test_shares_are_the_region (void)
{
  UpscaleRect region = { 10, 20, 300, 170 };
  g_autoptr (UpscaleTilePlan) plan =
      make_plan ((UpscaleTilePlanCase) { 400, 300, region, 64, 16, 1.0 });
  g_autofree guint8 *n = g_new0 (guint8, 400 * 300);

  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (plan); i++)
    {
      UpscaleRect share = upscale_tile_plan_get_share (plan, i);

      g_assert_true (
          upscale_rect_contains (upscale_tile_plan_get_tile (plan, i)->rect, share));
      for (int y = share.y; y < share.y + share.height; y++)
        for (int x = share.x; x < share.x + share.width; x++)
          n[y * 400 + x]++;
    }
  for (int y = 0; y < 300; y++)
    for (int x = 0; x < 400; x++)
      g_assert_cmpint (n[y * 400 + x], ==,
                       x >= 10 && x < 310 && y >= 20 && y < 190 ? 1 : 0);
}

static void
test_covers_are_whole_tiles (void)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (whole (160, 160, 64, 16));
  UpscaleRect one = upscale_tile_plan_cover (plan, (UpscaleRect) { 2, 2, 10, 10 });
  UpscaleRect four = upscale_tile_plan_cover (plan, (UpscaleRect) { 50, 50, 20, 20 });
  UpscaleRect none = upscale_tile_plan_cover (plan, (UpscaleRect) { 500, 0, 10, 10 });

  /* Three tiles per axis, at 0, 48 and 96. The first seam is at 56. */
  g_assert_true (upscale_rect_equal (one, (UpscaleRect) { 0, 0, 64, 64 }));
  g_assert_true (upscale_rect_equal (four, (UpscaleRect) { 0, 0, 112, 112 }));
  g_assert_true (upscale_rect_is_empty (none));
}

static int
get_middle (int start_px, int length_px)
{
  return start_px + length_px / 2;
}

/* Checks the tile on the border of two neighbors: it lies at the place of these in one
 * direction, and is centered on the border in the other, up to the coarsest lattice. */
static void
check_tile_on_border (const UpscaleTilePlan *plan,
                      const UpscaleTilePlan *on_borders,
                      guint                  first,
                      guint                  second)
{
  gboolean    is_upright = upscale_tile_plan_is_upright (plan, first, second);
  UpscaleRect border = upscale_tile_plan_get_border (plan, first, second);
  UpscaleRect from = upscale_tile_plan_get_tile (plan, first)->rect;
  guint       index = upscale_tile_plan_find_on_border (plan, on_borders, first);
  UpscaleRect rect = upscale_tile_plan_get_tile (on_borders, index)->rect;
  int         is =
      is_upright ? get_middle (rect.x, rect.width) : get_middle (rect.y, rect.height);
  int wanted = is_upright ? get_middle (border.x, border.width)
                          : get_middle (border.y, border.height);

  g_assert_cmpint (rect.width, ==, from.width);
  g_assert_cmpint (rect.height, ==, from.height);
  g_assert_cmpint (is_upright ? rect.y : rect.x, ==, is_upright ? from.y : from.x);
  g_assert_cmpint (ABS (is - wanted), <=, MIN (128, from.width / 4));
  g_assert_true (upscale_rect_contains (rect, border));
}

static void
check_tiles_on_borders (UpscaleTilePlanCase what, gboolean is_upright)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (what);
  g_autoptr (UpscaleTilePlan) on_borders =
      upscale_tile_plan_new_on_borders (plan, is_upright);
  guint n_tiles = upscale_tile_plan_get_n_tiles (plan);
  guint n_borders = 0;

  for (guint first = 0; first < n_tiles; first++)
    for (guint second = first + 1; second < n_tiles; second++)
      if (upscale_tile_plan_is_upright (plan, first, second) == is_upright &&
          !upscale_rect_is_empty (upscale_tile_plan_get_border (plan, first, second)))
        {
          check_tile_on_border (plan, on_borders, first, second);
          n_borders++;
        }
  if (n_borders == 0)
    {
      g_assert_null (on_borders);
      return;
    }
  g_assert_cmpuint (upscale_tile_plan_get_n_tiles (on_borders), ==, n_borders);
  g_assert_true (
      upscale_rect_contains (what.region, upscale_tile_plan_get_region (on_borders)));
}

static void
test_tiles_lie_on_borders (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  double scales[] = { 1.0, 1.5, 2.0, 3.0, 4.0 };

  for (int i = 0; i < 200; i++)
    {
      int                 width = g_rand_int_range (random, 100, 3000);
      int                 height = g_rand_int_range (random, 100, 3000);
      int                 tile_px = 64 * g_rand_int_range (random, 4, 17);
      UpscaleTilePlanCase what =
          whole (width, height, tile_px, g_rand_int_range (random, 8, tile_px / 4));

      what.scale = scales[i % G_N_ELEMENTS (scales)];
      if (i % 2)
        what.region = (UpscaleRect) { width / 5, height / 7, width / 2, height / 2 };
      check_tiles_on_borders (what, TRUE);
      check_tiles_on_borders (what, FALSE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tile-plan/known-counts", test_known_counts);
  g_test_add_func ("/tile-plan/every-pixel-lies-in-one-cell",
                   test_every_pixel_lies_in_one_cell);
  g_test_add_func ("/tile-plan/cells-name-all-tiles-that-carry-weight",
                   test_cells_name_all_tiles_that_carry_weight);
  g_test_add_func ("/tile-plan/impossible-geometry-is-refused",
                   test_impossible_geometry_is_refused);
  g_test_add_func ("/tile-plan/no-plan-has-more-tiles-than-a-job-may",
                   test_no_plan_has_more_tiles_than_a_job_may);
  g_test_add_func ("/tile-plan/shares-are-the-region", test_shares_are_the_region);
  g_test_add_func ("/tile-plan/covers-are-whole-tiles", test_covers_are_whole_tiles);
  g_test_add_func ("/tile-plan/numbers-beyond-the-plan-are-refused",
                   test_numbers_beyond_the_plan_are_refused);
  g_test_add_func ("/tile-plan/tiles-lie-on-borders", test_tiles_lie_on_borders);
  return g_test_run ();
}
