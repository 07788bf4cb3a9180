/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "upscale-grid-axis.h"

static float
get_weight (UpscaleGridAxis axis, int index, int position_px)
{
  float weight;

  upscale_grid_axis_get_weights (axis, index, position_px, 1, &weight);
  return weight;
}

static UpscaleGridAxis
make_axis (int length_px, int total_px, int tile_px, int overlap_px)
{
  return upscale_grid_axis_new ((UpscaleGridAxisCase) { .length_px = length_px,
                                                        .total_px = total_px,
                                                        .tile_px = tile_px,
                                                        .overlap_px = overlap_px,
                                                        .step = { 1, 1 } });
}

static void
test_smootherstep_and_its_mirror_sum_to_one (void)
{
  for (int i = 0; i <= 1000; i++)
    g_assert_cmpfloat (fabs (upscale_grid_axis_smootherstep (i / 1000.0) +
                             upscale_grid_axis_smootherstep (1.0 - i / 1000.0) - 1.0),
                       <, 1e-12);
}

/* Checks every pixel of an axis: the weights of all tiles sum to 1, or fade to 0 at
 * edges inside the picture. At most two tiles have weight at a pixel, and only inside
 * the tile. */
static void
check_axis (UpscaleGridAxis axis)
{
  gboolean fades = axis.fade_start || axis.fade_end;

  for (int x = axis.start_px; x < axis.start_px + axis.length_px; x++)
    {
      double sum = 0.0;
      int    carriers = 0;

      for (int i = 0; i < axis.n; i++)
        {
          float weight = get_weight (axis, i, x);
          int   start = upscale_grid_axis_get_tile_start (axis, i);

          if (weight > 0.0F)
            {
              carriers++;
              g_assert_true (x >= start && x < start + axis.tile_px);
            }
          sum += weight;
        }
      g_assert_cmpint (carriers, <=, 2);
      g_assert_cmpfloat (sum, <, 1.0 + 1e-6);
      g_assert_true (fades || sum > 1.0 - 1e-6);
    }
}

static int
get_end (UpscaleGridAxis axis, int tile)
{
  return upscale_grid_axis_get_tile_start (axis, tile) + axis.tile_px;
}

static void
check_overlaps (UpscaleGridAxis axis)
{
  for (int i = 0; i + 1 < axis.n; i++)
    g_assert_cmpint (get_end (axis, i) - upscale_grid_axis_get_tile_start (axis, i + 1),
                     >=, axis.overlap_px);
}

/* The last tile may end beyond the region by less than one step of the lattice. */
static void
check_tiles_cover (UpscaleGridAxis axis)
{
  int end = axis.start_px + axis.length_px;

  g_assert_cmpint (upscale_grid_axis_get_tile_start (axis, 0), ==, axis.first_px);
  g_assert_cmpint (axis.first_px, <=, axis.start_px);
  g_assert_cmpint (axis.start_px - axis.first_px, <, axis.lattice_px);
  g_assert_cmpint (get_end (axis, axis.n - 1), >=, end);
  g_assert_cmpint (get_end (axis, axis.n - 1), <, end + axis.lattice_px);
  g_assert_cmpint (upscale_grid_axis_get_tile_start (axis, axis.n - 1), <, end);
  check_overlaps (axis);
}

static void
test_windows_sum_to_one (void)
{
  int overlaps[] = { 0, 1, 2, 7, 16, 31, 32 };

  for (gsize o = 0; o < G_N_ELEMENTS (overlaps); o++)
    for (int length = 1; length < 420; length += 1 + length / 40)
      {
        UpscaleGridAxis axis = make_axis (length, length, 64, overlaps[o]);

        check_tiles_cover (axis);
        check_axis (axis);
      }
}

static void
test_grid_has_as_few_tiles_as_can_be (void)
{
  for (int length = 65; length < 600; length++)
    {
      UpscaleGridAxis axis = make_axis (length, length, 64, 16);

      g_assert_cmpint ((axis.n - 1) * (64 - 16) + 64, >=, length);
      g_assert_cmpint ((axis.n - 2) * (64 - 16) + 64, <, length);
    }
}

/* Segments cover the region without gaps, and name exactly the tiles with weight. */
static void
check_segments (UpscaleGridAxis axis)
{
  g_autoptr (GArray) segments = upscale_grid_axis_get_segments (axis);
  int from = axis.start_px;

  for (guint i = 0; i < segments->len; i++)
    {
      UpscaleGridAxisSegment at = g_array_index (segments, UpscaleGridAxisSegment, i);
      int                    last = at.start_px + at.length_px - 1;

      g_assert_cmpint (at.start_px, ==, from);
      g_assert_cmpint (at.length_px, >, 0);
      for (int tile = 0; tile < axis.n; tile++)
        if (tile < at.first || tile >= at.first + at.n)
          {
            g_assert_cmpfloat (get_weight (axis, tile, from), ==, 0.0F);
            g_assert_cmpfloat (get_weight (axis, tile, last), ==, 0.0F);
          }
        else
          {
            g_assert_cmpint (upscale_grid_axis_get_tile_start (axis, tile), <=, from);
            g_assert_cmpint (get_end (axis, tile), >, last);
          }
      from += at.length_px;
    }
  g_assert_cmpint (from, ==, axis.start_px + axis.length_px);
}

/* One tile less, at the largest distances, would not cover the region. */
static void
check_n_tiles (UpscaleGridAxis axis, UpscaleGridAxisCase what)
{
  int lattice = upscale_lattice_find (what.step, what.tile_px - what.overlap_px);
  int spacing = (what.tile_px - what.overlap_px) / lattice * lattice;

  g_assert_cmpint (axis.lattice_px % lattice, ==, 0);
  if (axis.n > 1)
    g_assert_cmpint ((axis.n - 2) * spacing + what.tile_px, <, what.length_px);
  if (what.length_px > what.tile_px)
    g_assert_cmpint (axis.tile_px, ==, what.tile_px);
  else
    g_assert_cmpint (axis.n, ==, 1);
  /* The lattice may bring tiles closer together, by an eighth at most. */
  if (what.tile_px - what.overlap_px >= 64)
    g_assert_cmpint (spacing * 8, >=, (what.tile_px - what.overlap_px) * 7);
}

static void
check_lattice (UpscaleGridAxis axis, UpscaleGridAxisCase what)
{
  int step = what.step.target_px;

  for (int i = 0; i < axis.n; i++)
    {
      int start = upscale_grid_axis_get_tile_start (axis, i);

      g_assert_cmpint ((start - axis.first_px) % axis.lattice_px, ==, 0);
      if (what.start_px == 0 && what.tile_px - what.overlap_px >= 8)
        g_assert_cmpint (start % 8, ==, 0);
      if (what.start_px == 0 && step > 0 && axis.lattice_px % step == 0)
        g_assert_cmpint (start % step, ==, 0);
      if (step > 0)
        g_assert_cmpint (start % step, <=, axis.slack_px);
    }
  g_assert_cmpint (axis.slack_px, <, MAX (1, step));
}

static UpscaleGridAxisCase
draw_case (GRand *random)
{
  UpscaleGridAxisCase what = { .total_px = g_rand_int_range (random, 1, 9001) };

  if (g_rand_boolean (random))
    what.start_px = g_rand_int_range (random, 0, what.total_px);
  what.length_px = what.total_px - what.start_px;
  if (g_rand_boolean (random) && what.start_px > 0)
    what.length_px = g_rand_int_range (random, 1, what.length_px + 1);
  what.tile_px = g_rand_boolean (random) ? 64 * g_rand_int_range (random, 1, 33)
                                         : g_rand_int_range (random, 20, 2049);
  what.overlap_px = g_rand_int_range (random, 0, what.tile_px / 2 + 1);
  what.step = upscale_lattice_find_step (g_rand_int_range (random, 100, 801) / 100.0);
  return what;
}

static void
test_any_geometry_holds_its_promises (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (14);

  for (int i = 0; i < 1500; i++)
    {
      UpscaleGridAxisCase what = draw_case (random);
      UpscaleGridAxis     axis = upscale_grid_axis_new (what);

      check_tiles_cover (axis);
      check_segments (axis);
      check_n_tiles (axis, what);
      check_lattice (axis, what);
    }
}

/* Checks all pixels of fewer geometries, as that takes longer. */
static void
test_any_windows_sum_to_one (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (15);

  for (int i = 0; i < 60; i++)
    {
      UpscaleGridAxisCase what = draw_case (random);

      what.length_px = MIN (what.length_px, 20 * what.tile_px);
      check_axis (upscale_grid_axis_new (what));
    }
}

/* Tiles reach beyond a region inside the picture by less than the needed lattice. */
static void
test_regions_are_exceeded_by_little (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (16);

  for (int i = 0; i < 1000; i++)
    {
      UpscaleGridAxisCase what = draw_case (random);
      int needed = upscale_lattice_find (what.step, what.tile_px - what.overlap_px);
      UpscaleGridAxis axis = upscale_grid_axis_new (what);

      if (what.start_px == 0 && what.length_px == what.total_px)
        continue;
      g_assert_cmpint (what.start_px - axis.first_px, <, needed);
      g_assert_cmpint (get_end (axis, axis.n - 1) - what.start_px - what.length_px, <,
                       needed);
    }
}

/* At the default size, starts also suit endpoints that require multiples of 64. */
static void
test_tiles_begin_at_source_pixels (void)
{
  double scales[] = { 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0 };

  for (gsize i = 0; i < G_N_ELEMENTS (scales); i++)
    for (int length = 1; length < 9000; length += 111)
      {
        UpscaleGridAxisCase what = { .length_px = length,
                                     .total_px = length,
                                     .tile_px = 1024,
                                     .overlap_px = 128,
                                     .step = upscale_lattice_find_step (scales[i]) };
        UpscaleGridAxis     axis = upscale_grid_axis_new (what);

        g_assert_cmpint (axis.slack_px, ==, 0);
        for (int tile = 0; what.step.source_px == 1 && tile < axis.n; tile++)
          if (64 % what.step.target_px == 0)
            g_assert_cmpint (upscale_grid_axis_get_tile_start (axis, tile) % 64, ==, 0);
      }
}

static void
test_any_axis_between_holds_its_promises (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (15);

  for (int i = 0; i < 300; i++)
    {
      UpscaleGridAxisCase what = draw_case (random);
      UpscaleGridAxis     axis = upscale_grid_axis_new (what);
      UpscaleGridAxis     between;

      if (axis.n < 2)
        continue;
      between = upscale_grid_axis_new_between (axis, what.step);
      g_assert_cmpint (between.n, ==, axis.n - 1);
      g_assert_cmpint (between.tile_px, ==, axis.tile_px);
      check_overlaps (between);
      g_assert_cmpint (between.start_px, >=, axis.start_px);
      g_assert_cmpint (between.first_px, <=, between.start_px);
      g_assert_cmpint (between.start_px + between.length_px, <=,
                       MIN (axis.start_px + axis.length_px,
                            get_end (between, between.n - 1)));
      check_segments (between);
      check_axis (between);
    }
}

static void
test_region_fades_at_its_inner_edges_only (void)
{
  UpscaleGridAxis axis = make_axis (100, 300, 64, 16);

  g_assert_cmpfloat (get_weight (axis, 0, 0), ==, 1.0F);
  g_assert_cmpfloat (get_weight (axis, axis.n - 1, 99), ==, 0.0F);
  for (int x = 61; x < 100; x++)
    g_assert_cmpfloat (get_weight (axis, axis.n - 1, x), <=,
                       get_weight (axis, axis.n - 1, x - 1) + 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grid-axis/smootherstep-and-its-mirror-sum-to-one",
                   test_smootherstep_and_its_mirror_sum_to_one);
  g_test_add_func ("/grid-axis/windows-sum-to-one", test_windows_sum_to_one);
  g_test_add_func ("/grid-axis/grid-has-as-few-tiles-as-can-be",
                   test_grid_has_as_few_tiles_as_can_be);
  g_test_add_func ("/grid-axis/any-geometry-holds-its-promises",
                   test_any_geometry_holds_its_promises);
  g_test_add_func ("/grid-axis/any-windows-sum-to-one", test_any_windows_sum_to_one);
  g_test_add_func ("/grid-axis/regions-are-exceeded-by-little",
                   test_regions_are_exceeded_by_little);
  g_test_add_func ("/grid-axis/tiles-begin-at-source-pixels",
                   test_tiles_begin_at_source_pixels);
  g_test_add_func ("/grid-axis/region-fades-at-its-inner-edges-only",
                   test_region_fades_at_its_inner_edges_only);
  g_test_add_func ("/grid-axis/any-axis-between-holds-its-promises",
                   test_any_axis_between_holds_its_promises);
  return g_test_run ();
}
