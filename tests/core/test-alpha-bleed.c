/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "upscale-alpha-bleed.h"

#define WIDTH 13
#define HEIGHT 9

static void
fill (float *rgba, float red, float alpha)
{
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    {
      rgba[4 * i] = red;
      rgba[4 * i + 1] = 0.25F;
      rgba[4 * i + 2] = 0.5F;
      rgba[4 * i + 3] = alpha;
    }
}

static void
test_opaque_picture_is_not_touched (void)
{
  float rgba[WIDTH * HEIGHT * 4], before[WIDTH * HEIGHT * 4];

  fill (rgba, 0.75F, 1.0F);
  memcpy (before, rgba, sizeof rgba);
  upscale_alpha_bleed (rgba, WIDTH, HEIGHT);
  g_assert_cmpmem (rgba, sizeof rgba, before, sizeof before);
}

static void
test_holes_take_their_surroundings (void)
{
  float rgba[WIDTH * HEIGHT * 4];

  fill (rgba, 0.75F, 1.0F);
  for (int i = 30; i < 70; i++)
    {
      rgba[4 * i] = -5.0F;
      rgba[4 * i + 3] = 0.0F;
    }
  upscale_alpha_bleed (rgba, WIDTH, HEIGHT);
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    g_assert_cmpfloat (fabsf (rgba[4 * i] - 0.75F), <, 1e-5F);
  g_assert_cmpfloat (rgba[4 * 50 + 3], ==, 0.0F);
}

static void
test_wholly_transparent_picture_ends (void)
{
  float rgba[WIDTH * HEIGHT * 4];

  fill (rgba, 0.75F, 0.0F);
  upscale_alpha_bleed (rgba, WIDTH, HEIGHT);
  for (int i = 0; i < WIDTH * HEIGHT * 4; i++)
    g_assert_true (isfinite (rgba[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bleed/opaque-picture-is-not-touched",
                   test_opaque_picture_is_not_touched);
  g_test_add_func ("/bleed/holes-take-their-surroundings",
                   test_holes_take_their_surroundings);
  g_test_add_func ("/bleed/wholly-transparent-picture-ends",
                   test_wholly_transparent_picture_ends);
  return g_test_run ();
}
