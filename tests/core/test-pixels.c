/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-pixels.h"

static UpscalePixels *
make_counting (int width, int height)
{
  UpscalePixels *pixels = upscale_pixels_new (width, height);

  for (int i = 0; i < width * height * 3; i++)
    pixels->data[i] = (guint8) (i / 3);
  return pixels;
}

static guint8
at (const UpscalePixels *pixels, int x, int y)
{
  return pixels->data[(y * pixels->width_px + x) * 3];
}

static void
test_padding_mirrors (void)
{
  g_autoptr (UpscalePixels) small = make_counting (3, 2);
  g_autoptr (UpscalePixels) padded = upscale_pixels_pad (small, 8, 5);
  int columns[] = { 0, 1, 2, 1, 0, 1, 2, 1 };
  int rows[] = { 0, 1, 0, 1, 0 };

  for (int y = 0; y < 5; y++)
    for (int x = 0; x < 8; x++)
      g_assert_cmpint (at (padded, x, y), ==, at (small, columns[x], rows[y]));
}

static void
test_single_pixel_is_repeated (void)
{
  g_autoptr (UpscalePixels) one = make_counting (1, 1);
  g_autoptr (UpscalePixels) padded = upscale_pixels_pad (one, 4, 4);

  for (int i = 0; i < 16; i++)
    g_assert_cmpint (padded->data[i * 3], ==, one->data[0]);
}

static void
test_crop_undoes_padding (void)
{
  g_autoptr (UpscalePixels) small = make_counting (5, 7);
  g_autoptr (UpscalePixels) padded = upscale_pixels_pad (small, 64, 64);
  g_autoptr (UpscalePixels) back =
      upscale_pixels_crop (padded, (UpscaleRect) { 0, 0, 5, 7 });

  g_assert_cmpmem (back->data, 5 * 7 * 3, small->data, 5 * 7 * 3);
}

static void
test_crop_takes_the_part_asked_for (void)
{
  g_autoptr (UpscalePixels) pixels = make_counting (6, 5);
  g_autoptr (UpscalePixels) part =
      upscale_pixels_crop (pixels, (UpscaleRect) { 2, 1, 3, 4 });

  g_assert_cmpint (part->width_px, ==, 3);
  g_assert_cmpint (part->height_px, ==, 4);
  for (int y = 0; y < 4; y++)
    g_assert_cmpmem (part->data + y * 9, 9, pixels->data + ((y + 1) * 6 + 2) * 3, 9);
}

static void
test_what_fits_is_not_copied (void)
{
  g_autoptr (UpscalePixels) pixels = make_counting (4, 4);
  g_autoptr (UpscalePixels) padded = upscale_pixels_pad (pixels, 4, 4);
  g_autoptr (UpscalePixels) cut =
      upscale_pixels_crop (pixels, (UpscaleRect) { 0, 0, 4, 4 });

  g_assert_true (padded == pixels && cut == pixels);
}

/* A wrong argument gives a critical message, and no access outside the picture. */
static void
test_crop_beyond_the_picture_is_refused (void)
{
  static const UpscaleRect rects[] = {
    { 0, 0, 7, 5 },  { 0, 0, 6, 6 },
    { 4, 0, 3, 5 },  { -1, 0, 2, 2 },
    { 0, -1, 2, 2 }, { G_MAXINT, 0, 2, 2 },
    { 0, 0, 0, 5 },  { 0, 0, -1, 5 },
    { 1, 1, 6, 5 },  { 2, 2, G_MAXINT, G_MAXINT },
  };
  g_autoptr (UpscalePixels) pixels = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  pixels = make_counting (6, 5);
  for (gsize i = 0; i < G_N_ELEMENTS (rects); i++)
    g_assert_null (upscale_pixels_crop (pixels, rects[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pixels/padding-mirrors", test_padding_mirrors);
  g_test_add_func ("/pixels/single-pixel-is-repeated", test_single_pixel_is_repeated);
  g_test_add_func ("/pixels/crop-undoes-padding", test_crop_undoes_padding);
  g_test_add_func ("/pixels/crop-takes-the-part-asked-for",
                   test_crop_takes_the_part_asked_for);
  g_test_add_func ("/pixels/what-fits-is-not-copied", test_what_fits_is_not_copied);
  g_test_add_func ("/pixels/crop-beyond-the-picture-is-refused",
                   test_crop_beyond_the_picture_is_refused);
  return g_test_run ();
}
