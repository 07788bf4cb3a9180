/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <png.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-png.h"

#define WIDTH 37
#define HEIGHT 21

static UpscalePixels *
make_picture (void)
{
  UpscalePixels *pixels = upscale_pixels_new (WIDTH, HEIGHT);

  for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
    pixels->data[i] = (guint8) (i * 7 + i / 50);
  return pixels;
}

static void
test_round_trip_at_every_level (void)
{
  g_autoptr (UpscalePixels) pixels = make_picture ();

  for (int level = 0; level <= 9; level++)
    {
      g_autoptr (GBytes) file = upscale_png_encode (pixels, level, NULL);
      g_autoptr (UpscalePixels) back = upscale_png_decode (file, WIDTH * HEIGHT, NULL);

      g_assert_nonnull (back);
      g_assert_cmpmem (back->data, WIDTH * HEIGHT * 3, pixels->data, WIDTH * HEIGHT * 3);
    }
}

static void
test_too_many_pixels_are_refused (void)
{
  g_autoptr (UpscalePixels) pixels = make_picture ();
  g_autoptr (GBytes) file = upscale_png_encode (pixels, 1, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (upscale_png_decode (file, WIDTH * HEIGHT - 1, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE);
}

/* Alpha in an answer is ignored: a transparent pixel keeps its color. */
static void
test_alpha_is_dropped_not_blended (void)
{
  guint8    rgba[4] = { 200, 100, 50, 0 };
  png_image image = {
    .version = PNG_IMAGE_VERSION, .width = 1, .height = 1, .format = PNG_FORMAT_RGBA
  };
  guint8           file[1000];
  png_alloc_size_t size = sizeof file;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (UpscalePixels) pixels = NULL;

  g_assert_true (png_image_write_to_memory (&image, file, &size, 0, rgba, 0, NULL));
  bytes = g_bytes_new (file, size);
  pixels = upscale_png_decode (bytes, 1, NULL);
  g_assert_cmpmem (pixels->data, 3, rgba, 3);
}

/* Any input gives a picture or an error, never a crash. The generator has a fixed
 * seed. */
static void
test_damaged_files (void)
{
  g_autoptr (UpscalePixels) pixels = make_picture ();
  g_autoptr (GBytes) file = upscale_png_encode (pixels, 6, NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  gsize size = g_bytes_get_size (file);

  for (int round = 0; round < 3000; round++)
    {
      gsize              length = (gsize) g_rand_int_range (random, 0, (gint32) size + 1);
      g_autofree guint8 *copy =
          g_memdup2 (g_bytes_get_data (file, NULL), MAX (length, 1));
      g_autoptr (GBytes) damaged = NULL;
      g_autoptr (UpscalePixels) back = NULL;
      g_autoptr (GError) error = NULL;

      for (int i = 0; i < 4 && length > 0; i++)
        copy[g_rand_int_range (random, 0, (gint32) length)] ^=
            (guint8) (1 << g_rand_int_range (random, 0, 8));
      damaged = g_bytes_new (copy, length);
      back = upscale_png_decode (damaged, 1 << 16, &error);
      g_assert_true ((back == NULL) == (error != NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/png/round-trip-at-every-level", test_round_trip_at_every_level);
  g_test_add_func ("/png/too-many-pixels-are-refused", test_too_many_pixels_are_refused);
  g_test_add_func ("/png/alpha-is-dropped-not-blended",
                   test_alpha_is_dropped_not_blended);
  g_test_add_func ("/png/damaged-files", test_damaged_files);
  return g_test_run ();
}
