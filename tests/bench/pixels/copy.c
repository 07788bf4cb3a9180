/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies each tile of a picture, encodes and decodes it, and copies it to a result.
 * Prints the CPU time in µs. */
#include <string.h>
#include <sys/resource.h>

#include "upscale-png.h"

#define SIDE_PX 8192
#define TILE_PX 1024
#define STEP_PX 896
#define COLUMNS ((SIDE_PX - TILE_PX) / STEP_PX + 1)

/* Draws without repeating, since equal pixels would stay in a cache. */
static UpscalePixels *
make_picture (void)
{
  UpscalePixels *picture = upscale_pixels_new (SIDE_PX, SIDE_PX);
  gsize          size = upscale_pixels_get_row_bytes (picture) * SIDE_PX;

  for (gsize i = 0; i < size; i++)
    picture->data[i] = (guint8) (i * i >> 7);
  return picture;
}

static void
paste (UpscalePixels *picture, const UpscalePixels *tile, int x, int y)
{
  gsize row = upscale_pixels_get_row_bytes (picture);
  gsize tile_row = upscale_pixels_get_row_bytes (tile);

  for (int line = 0; line < tile->height_px; line++)
    memcpy (picture->data + (gsize) (y + line) * row +
                (gsize) x * UPSCALE_PIXELS_CHANNELS,
            tile->data + (gsize) line * tile_row, tile_row);
}

static void
copy_tile (UpscalePixels *from, UpscalePixels *to, int x, int y)
{
  UpscaleRect rect = { x, y, TILE_PX, TILE_PX };
  g_autoptr (UpscalePixels) tile = upscale_pixels_crop (from, rect);
  g_autoptr (GBytes) file = upscale_png_encode (tile, 0, NULL);
  g_autoptr (UpscalePixels) decoded =
      upscale_png_decode_sized (file, TILE_PX, TILE_PX, NULL);

  paste (to, decoded, x, y);
}

static gint64
to_us (struct timeval time)
{
  return time.tv_sec * (gint64) G_USEC_PER_SEC + time.tv_usec;
}

int
main (void)
{
  g_autoptr (UpscalePixels) from = make_picture ();
  g_autoptr (UpscalePixels) to = upscale_pixels_new (SIDE_PX, SIDE_PX);
  struct rusage before;
  struct rusage after;

  getrusage (RUSAGE_SELF, &before);
  for (int row = 0; row < COLUMNS; row++)
    for (int column = 0; column < COLUMNS; column++)
      copy_tile (from, to, column * STEP_PX, row * STEP_PX);
  getrusage (RUSAGE_SELF, &after);
  g_print ("%" G_GINT64_FORMAT "\n", to_us (after.ru_utime) + to_us (after.ru_stime) -
                                         to_us (before.ru_utime) -
                                         to_us (before.ru_stime));
  g_assert_true (
      memcmp (from->data, to->data, upscale_pixels_get_row_bytes (to) * SIDE_PX) == 0);
  return 0;
}
