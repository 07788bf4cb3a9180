/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "upscale-low-pass.h"

#define WIDTH 90
#define HEIGHT 70
#define CHANNELS 3
#define REACH UPSCALE_LOW_PASS_REACH_PX

static float *
make_noise (void)
{
  float *values = g_new (float, WIDTH *HEIGHT *CHANNELS);
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (int i = 0; i < WIDTH * HEIGHT * CHANNELS; i++)
    values[i] = (float) g_rand_double_range (random, -1.0, 1.0);
  return values;
}

static float *
cut (const float *values, UpscaleRect rect)
{
  float *part = g_new (float, rect.width *rect.height *CHANNELS);

  for (int y = 0; y < rect.height; y++)
    memcpy (part + y * rect.width * CHANNELS,
            values + ((rect.y + y) * WIDTH + rect.x) * CHANNELS,
            (gsize) (rect.width * CHANNELS) * sizeof (float));
  return part;
}

/* Blocks and cells compute parts by themselves, and their edges must not show. */
static void
test_every_part_gives_the_same_bytes (void)
{
  UpscaleRect       picture = { 0, 0, WIDTH, HEIGHT };
  UpscaleRect       parts[] = { { 0, 0, 20, 30 }, { 30, 20, 17, 9 }, { 70, 40, 20, 30 } };
  g_autofree float *values = make_noise ();
  g_autofree float *whole = g_new (float, WIDTH *HEIGHT *CHANNELS);

  upscale_low_pass_apply (values, WIDTH, HEIGHT, picture, whole);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      UpscaleRect part = parts[i];
      UpscaleRect area =
          upscale_rect_intersect (picture, (UpscaleRect) { part.x - REACH, part.y - REACH,
                                                           part.width + 2 * REACH,
                                                           part.height + 2 * REACH });
      UpscaleRect inside = { part.x - area.x, part.y - area.y, part.width, part.height };
      g_autofree float *cut_values = cut (values, area);
      g_autofree float *expected = cut (whole, part);
      g_autofree float *low = g_new (float, part.width *part.height *CHANNELS);

      upscale_low_pass_apply (cut_values, area.width, area.height, inside, low);
      g_assert_cmpmem (low, (gsize) (part.width * part.height * CHANNELS) * sizeof *low,
                       expected,
                       (gsize) (part.width * part.height * CHANNELS) * sizeof *low);
    }
}

static void
test_constant_stays (void)
{
  UpscaleRect       picture = { 0, 0, WIDTH, HEIGHT };
  g_autofree float *values = g_new (float, WIDTH *HEIGHT *CHANNELS);
  g_autofree float *low = g_new (float, WIDTH *HEIGHT *CHANNELS);

  for (int i = 0; i < WIDTH * HEIGHT * CHANNELS; i++)
    values[i] = (float) (i % CHANNELS) - 0.5F;
  upscale_low_pass_apply (values, WIDTH, HEIGHT, picture, low);
  for (int i = 0; i < WIDTH * HEIGHT * CHANNELS; i++)
    g_assert_cmpfloat (fabsf (low[i] - values[i]), <, 1e-6F);
}

/* Draws stripes of one period, and returns the share of their contrast that is left. */
static double
pass_stripes (double period_px, gboolean is_upright)
{
  UpscaleRect       middle = { 20, 20, WIDTH - 40, HEIGHT - 40 };
  g_autofree float *values = g_new (float, WIDTH *HEIGHT *CHANNELS);
  g_autofree float *low = g_new (float, middle.width *middle.height *CHANNELS);
  double            largest = 0.0;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int channel = 0; channel < CHANNELS; channel++)
        values[(y * WIDTH + x) * CHANNELS + channel] =
            (float) cos (2.0 * G_PI * (is_upright ? x - 45 : y - 35) / period_px);
  upscale_low_pass_apply (values, WIDTH, HEIGHT, middle, low);
  for (int i = 0; i < middle.width * middle.height * CHANNELS; i++)
    largest = MAX (largest, fabs ((double) low[i]));
  return largest;
}

/* Texture up to 8 px belongs to the high band, colors over 60 px to the low one. */
static void
test_texture_and_colors_are_parted (void)
{
  for (int is_upright = 0; is_upright < 2; is_upright++)
    {
      g_assert_cmpfloat (pass_stripes (4.0, is_upright), <, 0.01);
      g_assert_cmpfloat (pass_stripes (8.0, is_upright), <, 0.02);
      g_assert_cmpfloat (pass_stripes (60.0, is_upright), >, 0.8);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/low-pass/every-part-gives-the-same-bytes",
                   test_every_part_gives_the_same_bytes);
  g_test_add_func ("/low-pass/constant-stays", test_constant_stays);
  g_test_add_func ("/low-pass/texture-and-colors-are-parted",
                   test_texture_and_colors_are_parted);
  return g_test_run ();
}
