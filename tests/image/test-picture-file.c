/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-picture-file.h"
#include "upscale-png.h"

#define WIDTH 48
#define HEIGHT 16

/* Three flat stripes, so that what JPEG loses is little. */
static UpscalePixels *
make_pixels (void)
{
  UpscalePixels *pixels = upscale_pixels_new (WIDTH, HEIGHT);

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        guint8 *pixel = pixels->data + (gsize) y * upscale_pixels_get_row_bytes (pixels) +
                        (gsize) x * UPSCALE_PIXELS_CHANNELS;

        pixel[0] = x < 16 ? 220 : 30;
        pixel[1] = x >= 16 && x < 32 ? 200 : 40;
        pixel[2] = x >= 32 ? 210 : 20;
      }
  return pixels;
}

static GBytes *
save (const UpscalePixels *pixels, const char *format)
{
  g_autoptr (GdkPixbuf) pixbuf =
      gdk_pixbuf_new_from_data (pixels->data, GDK_COLORSPACE_RGB, FALSE, 8, WIDTH, HEIGHT,
                                (int) upscale_pixels_get_row_bytes (pixels), NULL, NULL);
  char *data = NULL;
  gsize size = 0;

  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &data, &size, format, NULL, NULL));
  return g_bytes_new_take (data, size);
}

static void
test_jpeg_is_read (void)
{
  g_autoptr (UpscalePixels) pixels = make_pixels ();
  g_autoptr (GBytes) file = save (pixels, "jpeg");
  g_autoptr (UpscalePixels) back =
      upscale_picture_file_decode_sized (file, WIDTH, HEIGHT, NULL);
  gsize middle = (gsize) (HEIGHT / 2) * upscale_pixels_get_row_bytes (pixels);

  g_assert_nonnull (back);
  g_assert_cmpint (back->width_px, ==, WIDTH);
  g_assert_cmpint (back->height_px, ==, HEIGHT);
  for (int x = 8; x < WIDTH; x += 16)
    for (int c = 0; c < UPSCALE_PIXELS_CHANNELS; c++)
      {
        gsize at = middle + (gsize) (x * UPSCALE_PIXELS_CHANNELS + c);

        g_assert_cmpint (ABS (back->data[at] - pixels->data[at]), <, 12);
      }
}

static void
test_png_is_read_as_ever (void)
{
  g_autoptr (UpscalePixels) pixels = make_pixels ();
  g_autoptr (GBytes) file = save (pixels, "png");
  g_autoptr (UpscalePixels) back =
      upscale_picture_file_decode_sized (file, WIDTH, HEIGHT, NULL);

  g_assert_cmpmem (back->data, upscale_pixels_get_row_bytes (back) * HEIGHT, pixels->data,
                   upscale_pixels_get_row_bytes (pixels) * HEIGHT);
}

static void
refuse (GBytes *file, int width_px, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (upscale_picture_file_decode_sized (file, width_px, HEIGHT, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_what_is_refused (void)
{
  g_autoptr (UpscalePixels) pixels = make_pixels ();
  g_autoptr (GBytes) jpeg = save (pixels, "jpeg");
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (jpeg, 0, 20);
  g_autoptr (GBytes) text = g_bytes_new_static ("hello", 5);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);

  refuse (jpeg, WIDTH + 1, "48x16 px instead of 49x16");
  refuse (cut, WIDTH, "damaged");
  refuse (text, WIDTH, "set the server to answer with PNG");
  refuse (nothing, WIDTH, "damaged");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture-file/jpeg-is-read", test_jpeg_is_read);
  g_test_add_func ("/picture-file/png-is-read-as-ever", test_png_is_read_as_ever);
  g_test_add_func ("/picture-file/what-is-refused", test_what_is_refused);
  return g_test_run ();
}
