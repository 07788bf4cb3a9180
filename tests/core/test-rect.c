/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-rect.h"

static void
test_intersect (void)
{
  UpscaleRect a = { 0, 0, 10, 10 };

  g_assert_true (
      upscale_rect_equal (upscale_rect_intersect (a, (UpscaleRect) { 5, 6, 10, 10 }),
                          (UpscaleRect) { 5, 6, 5, 4 }));
  g_assert_true (
      upscale_rect_is_empty (upscale_rect_intersect (a, (UpscaleRect) { 10, 0, 5, 5 })));
}

static void
test_contains (void)
{
  UpscaleRect a = { 2, 3, 10, 10 };

  g_assert_true (upscale_rect_contains (a, a));
  g_assert_false (upscale_rect_contains (a, (UpscaleRect) { 1, 3, 2, 2 }));
  g_assert_false (upscale_rect_contains (a, (UpscaleRect) { 11, 12, 2, 1 }));
  g_assert_false (upscale_rect_contains (a, (UpscaleRect) { G_MAXINT, 3, G_MAXINT, 1 }));
  g_assert_false (upscale_rect_contains (a, (UpscaleRect) { 2, G_MAXINT, 1, G_MAXINT }));
}

static void
test_neighbors_stay_neighbors_when_scaled (void)
{
  for (double factor = 1.0; factor < 8.0; factor += 0.37)
    {
      UpscaleRect left =
          upscale_rect_scale ((UpscaleRect) { 3, 0, 7, 5 }, factor, factor);
      UpscaleRect right =
          upscale_rect_scale ((UpscaleRect) { 10, 0, 4, 5 }, factor, factor);

      g_assert_cmpint (left.x + left.width, ==, right.x);
    }
}

static void
test_union_holds_both (void)
{
  UpscaleRect a = { 2, 3, 10, 10 };
  UpscaleRect nothing = { 0, 0, 0, 5 };

  g_assert_true (
      upscale_rect_equal (upscale_rect_union (a, (UpscaleRect) { 20, 0, 1, 4 }),
                          (UpscaleRect) { 2, 0, 19, 13 }));
  g_assert_true (upscale_rect_equal (upscale_rect_union (a, nothing), a));
  g_assert_true (upscale_rect_equal (upscale_rect_union (nothing, a), a));
}

/* Rectangles that a file from a stranger may contain. */
static void
test_edges_beyond_an_int (void)
{
  UpscaleRect whole = { 0, 0, 100, 100 };
  UpscaleRect far = { G_MAXINT, G_MAXINT, G_MAXINT, G_MAXINT };
  UpscaleRect wide = { G_MININT, G_MININT, G_MAXINT, G_MAXINT };

  g_assert_false (upscale_rect_contains (whole, far));
  g_assert_false (upscale_rect_contains (whole, wide));
  g_assert_false (upscale_rect_contains (whole, (UpscaleRect) { 1, 1, G_MAXINT, 2 }));
  g_assert_false (upscale_rect_contains (whole, (UpscaleRect) { 1, 1, 0, 2 }));
  g_assert_true (upscale_rect_is_empty (upscale_rect_intersect (whole, far)));
  g_assert_true (upscale_rect_equal (
      upscale_rect_intersect (whole, (UpscaleRect) { 50, 60, G_MAXINT, G_MAXINT }),
      (UpscaleRect) { 50, 60, 50, 40 }));
  g_assert_cmpint (upscale_rect_union (far, wide).x, ==, G_MININT);
  g_assert_cmpint (upscale_rect_scale (far, 8.0, 8.0).x, ==, G_MAXINT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rect/intersect", test_intersect);
  g_test_add_func ("/rect/contains", test_contains);
  g_test_add_func ("/rect/neighbors-stay-neighbors-when-scaled",
                   test_neighbors_stay_neighbors_when_scaled);
  g_test_add_func ("/rect/union-holds-both", test_union_holds_both);
  g_test_add_func ("/rect/edges-beyond-an-int", test_edges_beyond_an_int);
  return g_test_run ();
}
