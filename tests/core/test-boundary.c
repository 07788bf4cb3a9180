/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "upscale-boundary.h"

#define MARGIN_PX ((UPSCALE_BOUNDARY_SOFT_PX + 1) / 2)
#define FREE UPSCALE_BOUNDARY_FREE

static double
get_error (UpscaleBoundaryCase what, int row, int boundary)
{
  const float *errors = what.errors + row * what.width_px;

  return (double) errors[boundary - 1] + (double) errors[boundary];
}

static double
sum_errors (UpscaleBoundaryCase what, const int *boundary)
{
  double sum = 0.0;

  for (int row = 0; row < what.length_px; row++)
    sum += get_error (what, row, boundary[row]);
  return sum;
}

/* Tries every way, without the recurrence. */
static double
find_least (UpscaleBoundaryCase what, int row, int boundary)
{
  double least = INFINITY;

  if (boundary < MARGIN_PX || boundary > what.width_px - MARGIN_PX)
    return INFINITY;
  if (row == 0)
    return what.first_px == FREE || boundary == what.first_px
               ? get_error (what, 0, boundary)
               : INFINITY;
  for (int step = -1; step <= 1; step++)
    least = MIN (least, find_least (what, row - 1, boundary + step));
  return least + get_error (what, row, boundary);
}

static double
find_least_of_all (UpscaleBoundaryCase what)
{
  double least = INFINITY;

  for (int boundary = 0; boundary <= what.width_px; boundary++)
    if (what.last_px == FREE || boundary == what.last_px)
      least = MIN (least, find_least (what, what.length_px - 1, boundary));
  return least;
}

static void
check_boundary (UpscaleBoundaryCase what, const int *boundary)
{
  for (int row = 0; row < what.length_px; row++)
    {
      g_assert_cmpint (boundary[row], >=, MARGIN_PX);
      g_assert_cmpint (boundary[row], <=, what.width_px - MARGIN_PX);
      if (row > 0)
        g_assert_cmpint (abs (boundary[row] - boundary[row - 1]), <=, 1);
    }
}

static void
test_no_way_has_a_smaller_error (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (int round = 0; round < 200; round++)
    {
      float               errors[7 * 12];
      UpscaleBoundaryCase what = { errors, g_rand_int_range (random, 1, 8),
                                   g_rand_int_range (random, 8, 13), FREE, FREE };
      g_autofree int     *boundary = NULL;

      if (round % 2 == 1)
        {
          what.length_px = 7;
          what.first_px = g_rand_int_range (random, 3, 6);
          what.last_px = g_rand_int_range (random, 3, 6);
        }
      for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
        errors[i] = (float) g_rand_int_range (random, 0, 100);
      boundary = upscale_boundary_find (what);
      check_boundary (what, boundary);
      g_assert_cmpfloat (sum_errors (what, boundary), ==, find_least_of_all (what));
      if (what.first_px != FREE)
        {
          g_assert_cmpint (boundary[0], ==, what.first_px);
          g_assert_cmpint (boundary[what.length_px - 1], ==, what.last_px);
        }
    }
}

static void
test_equal_tiles_get_a_straight_boundary_in_the_middle (void)
{
  float           errors[50 * 16] = { 0 };
  g_autofree int *boundary =
      upscale_boundary_find ((UpscaleBoundaryCase) { errors, 50, 16, FREE, FREE });

  for (int row = 0; row < 50; row++)
    g_assert_cmpint (boundary[row], ==, 8);
}

/* Between equal ways the middle wins, and a lane of small errors wins over the middle. */
static void
test_middle_wins_only_between_similar_ways (void)
{
  float           equal[50 * 16];
  float           lane[50 * 16];
  g_autofree int *in_equal = NULL;
  g_autofree int *in_lane = NULL;

  for (int i = 0; i < 50 * 16; i++)
    {
      equal[i] = 3.0F;
      lane[i] = i % 16 == 3 || i % 16 == 4 ? 0.0F : 3.0F;
    }
  upscale_boundary_prefer_middle (equal, 50, 16);
  upscale_boundary_prefer_middle (lane, 50, 16);
  in_equal = upscale_boundary_find ((UpscaleBoundaryCase) { equal, 50, 16, 3, FREE });
  in_lane = upscale_boundary_find ((UpscaleBoundaryCase) { lane, 50, 16, FREE, FREE });
  for (int row = 0; row < 50; row++)
    {
      g_assert_cmpint (in_equal[row], ==, MIN (3 + row, 8));
      g_assert_cmpint (in_lane[row], ==, 4);
    }
}

/* A lane without errors winds through large ones. */
static void
test_boundary_follows_a_lane (void)
{
  float           errors[100 * 32];
  g_autofree int *boundary = NULL;

  for (int row = 0; row < 100; row++)
    for (int x = 0; x < 32; x++)
      {
        int lane = 16 + (int) lround (10.0 * sin (row / 12.0));

        errors[row * 32 + x] = x == lane || x == lane - 1 ? 0.0F : 1.0F;
      }
  boundary =
      upscale_boundary_find ((UpscaleBoundaryCase) { errors, 100, 32, FREE, FREE });
  for (int row = 0; row < 100; row++)
    g_assert_cmpint (boundary[row], ==, 16 + (int) lround (10.0 * sin (row / 12.0)));
}

/* Beside the border one tile is alone, so the soft part must end inside. */
static void
test_soft_part_ends_inside_the_border (void)
{
  int width = UPSCALE_BOUNDARY_MIN_WIDTH_PX;

  for (int boundary = MARGIN_PX; boundary <= width - MARGIN_PX; boundary++)
    {
      g_assert_cmpfloat (upscale_boundary_get_weight (boundary, 0), ==, 0.0F);
      g_assert_cmpfloat (upscale_boundary_get_weight (boundary, width - 1), ==, 1.0F);
    }
}

static void
test_weight_rises_over_the_soft_part (void)
{
  int soft = 0;

  for (int x = 0; x < 64; x++)
    {
      float weight = upscale_boundary_get_weight (32, x);

      g_assert_cmpfloat (weight, >=, upscale_boundary_get_weight (32, x - 1));
      g_assert_cmpfloat (fabsf (weight + upscale_boundary_get_weight (32, 63 - x) - 1.0F),
                         <, 1e-6F);
      soft += weight > 0.0F && weight < 1.0F;
    }
  g_assert_cmpint (soft, >=, 2);
  g_assert_cmpint (soft, <=, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/boundary/no-way-has-a-smaller-error",
                   test_no_way_has_a_smaller_error);
  g_test_add_func ("/boundary/equal-tiles-get-a-straight-boundary-in-the-middle",
                   test_equal_tiles_get_a_straight_boundary_in_the_middle);
  g_test_add_func ("/boundary/middle-wins-only-between-similar-ways",
                   test_middle_wins_only_between_similar_ways);
  g_test_add_func ("/boundary/boundary-follows-a-lane", test_boundary_follows_a_lane);
  g_test_add_func ("/boundary/soft-part-ends-inside-the-border",
                   test_soft_part_ends_inside_the_border);
  g_test_add_func ("/boundary/weight-rises-over-the-soft-part",
                   test_weight_rises_over_the_soft_part);
  return g_test_run ();
}
