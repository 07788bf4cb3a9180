/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>
#include <sys/resource.h>

#include "upscale-error.h"
#include "upscale-picture-file.h"
#include "upscale-png.h"

#define WIDTH 48
#define HEIGHT 16

/* Three flat stripes, so that JPEG loses little. */
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

static glong
get_peak_kib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/* Pictures that gdk-pixbuf reads, but no server answers with. The first is a GIF file
 * that took 1.5 GiB. */
static void
test_other_formats_are_refused (void)
{
  static const struct
  {
    const char *start;
    gsize       length;
  } files[] = {
    { "GIF89a\xff\xff\xff\xff\x80\0\0\xff\xff\xff\0\0\0,"
      "\0\0\0\0\xff\xff\xff\xff\0\2\2D\1\0;",
      35 },
    { "BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0\1\0\x18\0\0\0\0\0\4\0\0\0"
      "\0\0\0\0\0\0"
      "\0\0\0\0\0\0\0\0\0\0\1\2\3\0",
      58 },
    { "/* XPM */\nstatic char *a[] = {\"1 1 1 1\", \"a c #ff0000\", \"a\"};", 58 },
    { "P6 1 1 255 abc", 14 },
    { "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>", 62 },
    { "II*\0\x08\0\0\0", 8 },
    { "RIFF\4\0\0\0ACON", 12 },
  };
  glong before_kib = get_peak_kib ();

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GBytes) file = g_bytes_new_static (files[i].start, files[i].length);

      refuse (file, WIDTH, "in a format that can't be read here");
      g_assert_null (upscale_picture_file_decode_small (file, WIDTH, NULL));
    }
  g_assert_cmpint (get_peak_kib () - before_kib, <, 64 << 10);
}

/* The size in the frame header follows the marker, its length and the depth. */
static void
set_jpeg_size (guint8 *data, gsize size, guint16 width_px, guint16 height_px)
{
  guint8 *frame = memmem (data, size, "\xff\xc0", 2);
  guint16 sides[] = { GUINT16_TO_BE (height_px), GUINT16_TO_BE (width_px) };

  g_assert_nonnull (frame);
  memcpy (frame + 5, sides, sizeof sides);
}

static void
test_wrong_size_stops_at_once (void)
{
  g_autoptr (UpscalePixels) pixels = make_pixels ();
  g_autoptr (GBytes) jpeg = save (pixels, "jpeg");
  gsize   size = g_bytes_get_size (jpeg);
  guint8 *data = g_bytes_unref_to_data (g_steal_pointer (&jpeg), &size);
  g_autoptr (GBytes) huge = NULL;
  g_autoptr (GError) error = NULL;
  glong before_kib = get_peak_kib ();

  set_jpeg_size (data, size, 60000, 30000);
  huge = g_bytes_new_take (data, size);
  refuse (huge, WIDTH, "60000x30000 px instead of 48x16");
  g_assert_null (upscale_picture_file_decode_small (huge, WIDTH, &error));
  g_assert_nonnull (strstr (error->message, "far too large: 60000x30000"));
  g_assert_cmpint (get_peak_kib () - before_kib, <, 64 << 10);
}

/* 45 KB with 3000 scans over 1024x1024 px took gdk-pixbuf 6 s. */
static void
test_too_many_scans_are_refused (void)
{
  g_autoptr (UpscalePixels) pixels = make_pixels ();
  g_autoptr (GBytes) jpeg = save (pixels, "jpeg");
  g_autoptr (GByteArray) array =
      g_byte_array_append (g_byte_array_new (), g_bytes_get_data (jpeg, NULL),
                           (guint) g_bytes_get_size (jpeg));
  g_autoptr (GBytes) many = NULL;

  for (int i = 0; i < 101; i++)
    g_byte_array_append (array, (const guint8 *) "\xff\xda\0\4\0\0", 6);
  many = g_byte_array_free_to_bytes (g_steal_pointer (&array));
  refuse (many, WIDTH, "damaged");
}

/* 95 bytes, found by the fuzzer, over which gdk-pixbuf looped forever. */
static void
test_arithmetic_coding_is_refused (void)
{
  static const guint8 start[] = { 0xff, 0xd8, 0xff, 0xdb, 0, 0x43, 0 };
  static const guint8 rest[] = { 0xff, 0xc9, 0,    11,   8, 0, 16, 0, 16, 1, 1,    0x11,
                                 0,    5,    0xff, 0xda, 0, 8, 1,  1, 0,  0, 0x3f, 0 };
  guint8              data[sizeof start + 64 + sizeof rest];
  g_autoptr (GBytes) file = NULL;

  memset (data, 8, sizeof data);
  memcpy (data, start, sizeof start);
  memcpy (data + sizeof start + 64, rest, sizeof rest);
  file = g_bytes_new (data, sizeof data);
  refuse (file, 16, "damaged");
}

/* Two pixels, packed without loss. */
static void
test_webp_is_read (void)
{
  static const guint8 expected[] = { 220, 40, 20, 30, 200, 210 };
  g_autoptr (GBytes) file =
      g_bytes_new_static ("RIFF\x22\0\0\0WEBPVP8L\x16\0\0\0\x2f\1\0\0\0\x0f\x70\x14\xd0"
                          "\x0b\x71\x9f\xc2\x77\xfe\x43"
                          "\x0b\x15\x88\xe8\x7f\0",
                          42);
  g_autoptr (UpscalePixels) pixels = NULL;

  pixels = upscale_picture_file_decode_sized (file, 2, 1, NULL);
  g_assert_nonnull (pixels);
  g_assert_cmpmem (pixels->data, 6, expected, 6);
  refuse (file, 3, "2x1 px instead of 3x16");
}

static void
test_small_pictures_keep_their_shape (void)
{
  static const char *const formats[] = { "png", "jpeg" };
  g_autoptr (UpscalePixels) pixels = make_pixels ();

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GBytes) file = save (pixels, formats[i]);
      g_autoptr (UpscalePixels) small =
          upscale_picture_file_decode_small (file, WIDTH / 4, NULL);
      g_autoptr (UpscalePixels) whole =
          upscale_picture_file_decode_small (file, 10 * WIDTH, NULL);

      g_assert_cmpint (small->width_px, ==, WIDTH / 4);
      g_assert_cmpint (small->height_px, ==, HEIGHT / 4);
      g_assert_cmpint (small->data[0], >, 200);
      g_assert_cmpint (whole->width_px, ==, WIDTH);
      g_assert_cmpint (whole->height_px, ==, HEIGHT);
    }
}

int
main (int argc, char **argv)
{
  /* Behaves as if no module of gdk-pixbuf were installed. */
  g_setenv ("GDK_PIXBUF_MODULE_FILE", "/dev/null", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture-file/jpeg-is-read", test_jpeg_is_read);
  g_test_add_func ("/picture-file/png-is-read-as-ever", test_png_is_read_as_ever);
  g_test_add_func ("/picture-file/what-is-refused", test_what_is_refused);
  g_test_add_func ("/picture-file/other-formats-are-refused",
                   test_other_formats_are_refused);
  g_test_add_func ("/picture-file/wrong-size-stops-at-once",
                   test_wrong_size_stops_at_once);
  g_test_add_func ("/picture-file/too-many-scans-are-refused",
                   test_too_many_scans_are_refused);
  g_test_add_func ("/picture-file/arithmetic-coding-is-refused",
                   test_arithmetic_coding_is_refused);
  g_test_add_func ("/picture-file/webp-is-read", test_webp_is_read);
  g_test_add_func ("/picture-file/small-pictures-keep-their-shape",
                   test_small_pictures_keep_their_shape);
  return g_test_run ();
}
