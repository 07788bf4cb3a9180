/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <string.h>

#include "upscale-local-png.h"

#define WIDTH 5
#define HEIGHT 3
#define IHDR_OFFSET 8

static UpscaleLocalPicture *
make_picture (void)
{
  UpscaleLocalPicture *picture = upscale_local_picture_new (WIDTH, HEIGHT);

  for (int i = 0; i < WIDTH * HEIGHT * UPSCALE_LOCAL_PICTURE_CHANNELS; i++)
    picture->data[i] = (guint8) (i * 5);
  return picture;
}

static void
test_round_trip (void)
{
  g_autoptr (UpscaleLocalPicture) picture = make_picture ();
  g_autoptr (GBytes) file = upscale_local_png_encode (picture, NULL);
  g_autoptr (UpscaleLocalPicture) back =
      upscale_local_png_decode (file, WIDTH, HEIGHT, NULL);
  gsize n = WIDTH * HEIGHT * UPSCALE_LOCAL_PICTURE_CHANNELS;

  g_assert_cmpmem (back->data, n, picture->data, n);
}

static void
refuse (GBytes *file, int width_px, int height_px, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (upscale_local_png_decode (file, width_px, height_px, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_what_is_refused (void)
{
  g_autoptr (UpscaleLocalPicture) picture = make_picture ();
  g_autoptr (GBytes) file = upscale_local_png_encode (picture, NULL);
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (file, 0, 50);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);

  refuse (file, HEIGHT, WIDTH, "5x3 px, but the tile says 3x5");
  refuse (cut, WIDTH, HEIGHT, "cut off");
  refuse (nothing, WIDTH, HEIGHT, "does not begin as a PNG file");
}

/* libpng skips an unknown chunk, and accepts a header after it. */
static void
test_chunk_before_the_header (void)
{
  static const guint8 chunk[] = {
    0, 0, 0, 0, 'a', 'b', 'C', 'd', 0x78, 0x06, 0xe9, 0xb3
  };
  g_autoptr (UpscaleLocalPicture) picture = make_picture ();
  g_autoptr (GBytes) plain = upscale_local_png_encode (picture, NULL);
  g_autoptr (GByteArray) array = g_byte_array_new ();
  g_autoptr (GBytes) file = NULL;
  gsize         size = 0;
  const guint8 *data = g_bytes_get_data (plain, &size);

  g_byte_array_append (array, data, IHDR_OFFSET);
  g_byte_array_append (array, chunk, sizeof chunk);
  g_byte_array_append (array, data + IHDR_OFFSET, (guint) (size - IHDR_OFFSET));
  file = g_byte_array_free_to_bytes (g_steal_pointer (&array));
  refuse (file, WIDTH, HEIGHT, "does not begin as a PNG file");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/local-png/round-trip", test_round_trip);
  g_test_add_func ("/local-png/what-is-refused", test_what_is_refused);
  g_test_add_func ("/local-png/chunk-before-the-header", test_chunk_before_the_header);
  return g_test_run ();
}
