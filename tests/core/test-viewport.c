/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-viewport.h"

#include <math.h>

#define N_ROUNDS 20000
#define NEAR 1e-6

static UpscaleViewport
make_any (void)
{
  UpscaleViewport viewport = upscale_viewport_new (g_test_rand_int_range (1, 20000),
                                                   g_test_rand_int_range (1, 20000));

  return upscale_viewport_resize (viewport, g_test_rand_int_range (1, 1500),
                                  g_test_rand_int_range (1, 1500));
}

static UpscaleViewport
change (UpscaleViewport viewport)
{
  double x = g_test_rand_double_range (0.0, viewport.width_px);
  double y = g_test_rand_double_range (0.0, viewport.height_px);

  switch (g_test_rand_int_range (0, 5))
    {
    case 0:
      return upscale_viewport_resize (viewport, g_test_rand_int_range (1, 1500),
                                      g_test_rand_int_range (1, 1500));
    case 1:
      return upscale_viewport_step (viewport, g_test_rand_bit (), x, y);
    case 2:
      return upscale_viewport_zoom (viewport, g_test_rand_double_range (0.0, 20.0), x, y);
    case 3:
      return upscale_viewport_pan (viewport, g_test_rand_double_range (-3000.0, 3000.0),
                                   g_test_rand_double_range (-3000.0, 3000.0));
    default:
      return upscale_viewport_fit (viewport);
    }
}

/* A side of the picture either covers the side of the view, or lies within it. */
static void
assert_side (double from, double to, double view_px)
{
  if (to - from >= view_px - NEAR)
    g_assert_true (from <= NEAR && to >= view_px - NEAR);
  else
    g_assert_true (fabs (from - (view_px - to)) < NEAR);
}

static void
assert_on_picture (UpscaleViewport viewport)
{
  UpscaleRect picture = { 0, 0, viewport.picture_width_px, viewport.picture_height_px };
  UpscaleRect visible = upscale_viewport_get_visible (viewport);

  assert_side (upscale_viewport_place_x (viewport, 0.0),
               upscale_viewport_place_x (viewport, picture.width), viewport.width_px);
  assert_side (upscale_viewport_place_y (viewport, 0.0),
               upscale_viewport_place_y (viewport, picture.height), viewport.height_px);
  g_assert_false (upscale_rect_is_empty (visible));
  g_assert_true (upscale_rect_contains (picture, visible));
  if (viewport.is_fit)
    g_assert_true (upscale_rect_equal (picture, visible));
}

static void
test_view_stays_on_the_picture (void)
{
  for (int round = 0; round < N_ROUNDS; round++)
    {
      UpscaleViewport viewport = make_any ();

      for (int i = 0; i < 10; i++)
        {
          viewport = change (viewport);
          assert_on_picture (viewport);
        }
    }
}

/* Both sides of the picture cover the view before and after, so nothing is centered. */
static void
test_point_under_the_pointer_stays_when_zooming_in (void)
{
  for (int round = 0; round < N_ROUNDS; round++)
    {
      UpscaleViewport viewport =
          upscale_viewport_resize (upscale_viewport_new (9000, 7000), 700, 500);
      double          x = g_test_rand_double_range (0.0, 700.0);
      double          y = g_test_rand_double_range (0.0, 500.0);
      UpscaleViewport larger;
      double          picture_x;

      viewport = upscale_viewport_zoom (viewport, g_test_rand_double_range (0.2, 2.0),
                                        g_test_rand_double_range (0.0, 700.0), 250.0);
      larger = upscale_viewport_step (viewport, TRUE, x, y);
      picture_x = viewport.x + (x - 350.0) / viewport.zoom;
      g_assert_cmpfloat (larger.zoom, >, viewport.zoom);
      g_assert_cmpfloat (fabs (upscale_viewport_place_x (larger, picture_x) - x), <,
                         NEAR);
    }
}

/* 100 % lies on the way from the whole picture to the largest zoom and back. */
static void
test_steps_pass_one_to_one (void)
{
  for (int round = 0; round < N_ROUNDS; round++)
    {
      UpscaleViewport viewport = make_any ();
      double          fitting = viewport.zoom;
      gboolean        was_whole = viewport.zoom == 1.0;

      while (upscale_viewport_can_step (viewport, TRUE))
        {
          viewport = upscale_viewport_step (viewport, TRUE, 0.0, 0.0);
          was_whole = was_whole || viewport.zoom == 1.0;
        }
      g_assert_true (was_whole);
      while (upscale_viewport_can_step (viewport, FALSE))
        viewport = upscale_viewport_step (viewport, FALSE, 0.0, 0.0);
      g_assert_cmpfloat (viewport.zoom, ==, fitting);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/viewport/view-stays-on-the-picture", test_view_stays_on_the_picture);
  g_test_add_func ("/viewport/point-under-the-pointer-stays-when-zooming-in",
                   test_point_under_the_pointer_stays_when_zooming_in);
  g_test_add_func ("/viewport/steps-pass-one-to-one", test_steps_pass_one_to_one);
  return g_test_run ();
}
