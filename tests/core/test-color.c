/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "upscale-color.h"

#define WIDTH 45
#define HEIGHT 30
#define N_ROWS 7

static UpscalePixels *
make_noise (guint32 seed, int low, int high)
{
  UpscalePixels *pixels = upscale_pixels_new (WIDTH, HEIGHT);
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
    pixels->data[i] = (guint8) g_rand_int_range (random, low, high);
  return pixels;
}

/* Corrects some rows at a time, as callers with little memory do. */
static guint16 *
correct (UpscalePixels *painted, const UpscalePixels *seen, double amount)
{
  g_autoptr (UpscaleColor) color = upscale_color_new (painted, seen, amount);
  guint16 *corrected = g_new (guint16, WIDTH * HEIGHT * 3);

  for (int y = 0; y < HEIGHT; y += N_ROWS)
    upscale_color_correct (color, y, MIN (N_ROWS, HEIGHT - y), corrected + y * WIDTH * 3);
  return corrected;
}

static void
assert_unchanged (const guint16 *corrected, const UpscalePixels *painted)
{
  for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
    g_assert_cmpint (corrected[i], ==, painted->data[i] * 257);
}

static void
test_equal_pictures_stay_as_they_are (void)
{
  g_autoptr (UpscalePixels) pixels = make_noise (1, 0, 256);
  g_autofree guint16 *corrected = correct (pixels, pixels, 1.0);

  assert_unchanged (corrected, pixels);
}

static void
test_amount_of_zero_changes_nothing (void)
{
  g_autoptr (UpscalePixels) painted = make_noise (1, 0, 256);
  g_autoptr (UpscalePixels) seen = make_noise (2, 0, 256);
  g_autofree guint16 *corrected = correct (painted, seen, 0.0);

  assert_unchanged (corrected, painted);
}

/* A uniform color cast is removed completely, and detail stays. */
static void
test_cast_is_taken_out (void)
{
  g_autoptr (UpscalePixels) seen = make_noise (1, 60, 200);
  g_autoptr (UpscalePixels) painted = upscale_pixels_new (WIDTH, HEIGHT);
  g_autofree guint16 *corrected = NULL;

  for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
    painted->data[i] = (guint8) (seen->data[i] + (i % 3 == 0 ? 30 : -20));
  corrected = correct (painted, seen, 1.0);
  for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
    g_assert_cmpint (abs (corrected[i] - seen->data[i] * 257), <=, 2);
}

static void
test_result_stays_in_range (void)
{
  g_autoptr (UpscalePixels) seen = make_noise (1, 250, 256);
  g_autoptr (UpscalePixels) painted = make_noise (2, 0, 256);
  g_autofree guint16 *corrected = correct (painted, seen, 1.0);
  int                 brightest = 0;

  for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
    brightest = MAX (brightest, corrected[i]);
  g_assert_cmpint (brightest, ==, 65535);
}

/* The correction of a row does not depend on the rows that are asked for together. */
static void
test_rows_can_be_asked_for_in_any_order (void)
{
  g_autoptr (UpscalePixels) seen = make_noise (1, 0, 256);
  g_autoptr (UpscalePixels) painted = make_noise (2, 0, 256);
  g_autofree guint16 *corrected = correct (painted, seen, 1.0);
  g_autoptr (UpscaleColor) color = upscale_color_new (painted, seen, 1.0);
  guint16 row[WIDTH * 3];

  for (int y = HEIGHT - 1; y >= 0; y--)
    {
      upscale_color_correct (color, y, 1, row);
      g_assert_cmpmem (row, sizeof row, corrected + y * WIDTH * 3, sizeof row);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/color/equal-pictures-stay-as-they-are",
                   test_equal_pictures_stay_as_they_are);
  g_test_add_func ("/color/amount-of-zero-changes-nothing",
                   test_amount_of_zero_changes_nothing);
  g_test_add_func ("/color/cast-is-taken-out", test_cast_is_taken_out);
  g_test_add_func ("/color/result-stays-in-range", test_result_stays_in_range);
  g_test_add_func ("/color/rows-can-be-asked-for-in-any-order",
                   test_rows_can_be_asked_for_in_any_order);
  return g_test_run ();
}
