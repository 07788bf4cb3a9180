/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "upscale-blend.h"

#define WIDTH 6
#define HEIGHT 4
#define N (WIDTH * HEIGHT)

typedef struct
{
  float rgba[4 * N];
  float change[3 * N];
  float low[3 * N];
  float shares[N];
  float x_weights[WIDTH];
  float y_weights[HEIGHT];
} Values;

static void
draw (GRand *random, float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double (random);
}

static Values
draw_values (void)
{
  Values values = { 0 };
  g_autoptr (GRand) random = g_rand_new_with_seed (6);

  draw (random, values.rgba, G_N_ELEMENTS (values.rgba));
  draw (random, values.change, G_N_ELEMENTS (values.change));
  draw (random, values.low, G_N_ELEMENTS (values.low));
  draw (random, values.shares, G_N_ELEMENTS (values.shares));
  draw (random, values.x_weights, G_N_ELEMENTS (values.x_weights));
  draw (random, values.y_weights, G_N_ELEMENTS (values.y_weights));
  return values;
}

/* Adds the tile twice, and takes half of the rest for its low frequencies. */
static void
add (Values *values, float *rgba)
{
  UpscaleBlendBands bands = { values->change,    WIDTH,
                              values->low,       values->x_weights,
                              values->y_weights, values->shares };
  float             change[3 * N] = { 0 };
  float             rest[3 * N] = { 0 };
  float             low[3 * N];

  memcpy (rgba, values->rgba, sizeof values->rgba);
  upscale_blend_split (change, rest, WIDTH, HEIGHT, bands);
  upscale_blend_split (change, rest, WIDTH, HEIGHT, bands);
  for (int i = 0; i < 3 * N; i++)
    low[i] = rest[i] / 2.0F;
  upscale_blend_join (rgba, change, rest, low, N);
}

static void
test_each_band_has_its_own_weight (void)
{
  Values values = draw_values ();
  float  rgba[4 * N];

  add (&values, rgba);
  for (int i = 0; i < N; i++)
    {
      float weight = values.x_weights[i % WIDTH] * values.y_weights[i / WIDTH];

      for (int channel = 0; channel < 3; channel++)
        {
          float change = values.change[3 * i + channel];
          float high = change - values.low[3 * i + channel];
          float expected = values.rgba[4 * i + channel] + 2.0F * weight * change +
                           (values.shares[i] - weight) * high;

          g_assert_cmpfloat (fabsf (rgba[4 * i + channel] - expected), <, 1e-5F);
        }
      g_assert_cmpfloat (rgba[4 * i + 3], ==, values.rgba[4 * i + 3]);
    }
}

static void
test_transparent_pixels_stay (void)
{
  Values values = draw_values ();
  float  rgba[4 * N];

  values.rgba[4 * 7 + 3] = 0.0F;
  add (&values, rgba);
  g_assert_cmpmem (rgba + 4 * 7, 4 * sizeof (float), values.rgba + 4 * 7,
                   4 * sizeof (float));
}

static void
test_no_change_keeps_every_bit (void)
{
  Values values = draw_values ();
  float  rgba[4 * N];

  memset (values.change, 0, sizeof values.change);
  memset (values.low, 0, sizeof values.low);
  add (&values, rgba);
  g_assert_cmpmem (rgba, sizeof rgba, values.rgba, sizeof values.rgba);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/blend/each-band-has-its-own-weight",
                   test_each_band_has_its_own_weight);
  g_test_add_func ("/blend/transparent-pixels-stay", test_transparent_pixels_stay);
  g_test_add_func ("/blend/no-change-keeps-every-bit", test_no_change_keeps_every_bit);
  return g_test_run ();
}
