/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-preview.h"

#include <string.h>

/* Background of transparent pixels: the middle gray of GIMP's checkerboard. */
#define GRAY 0x99
#define OPAQUE 255

/* The most rows of the large picture averaged into one row of the small picture. More
 * rows cost time without a visible difference. */
#define MAX_ROWS 4

/* Sums for one row of the small picture. */
typedef struct
{
  guint8 *rgba; /* MAX_ROWS rows of the large picture */
  guint
      *sums; /* R, G, B over GRAY of each small pixel, and the number of pixels summed */
} Row;

static void
add_pixel (guint *sum, const guint8 *rgba)
{
  for (int c = 0; c < UPSCALE_PIXELS_CHANNELS; c++)
    sum[c] += (rgba[c] * rgba[3] + GRAY * (OPAQUE - rgba[3]) + OPAQUE / 2) / OPAQUE;
  sum[UPSCALE_PIXELS_CHANNELS]++;
}

/* Reads full-size pixels and averages them here, as GEGL's scaled reading also reads
 * neighbors that may not be written yet. */
static void
read_row (GeglBuffer *buffer, UpscaleRect strip, Row row, int width_px)
{
  GeglRectangle roi = { strip.x, strip.y, strip.width, strip.height };

  gegl_buffer_get (buffer, &roi, 1.0, babl_format ("R'G'B'A u8"), row.rgba,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
  memset (row.sums, 0, (gsize) width_px * 4 * sizeof (guint));
  for (int y = 0; y < strip.height; y++)
    for (int x = 0; x < strip.width; x++)
      add_pixel (row.sums + 4 * ((gsize) x * (gsize) width_px / (gsize) strip.width),
                 row.rgba + 4 * ((gsize) y * (gsize) strip.width + (gsize) x));
}

static void
write_row (Row row, guint8 *rgb, int width_px)
{
  for (int x = 0; x < width_px; x++)
    for (int c = 0; c < UPSCALE_PIXELS_CHANNELS; c++)
      rgb[UPSCALE_PIXELS_CHANNELS * x + c] =
          (guint8) (row.sums[4 * x + c] / row.sums[4 * x + UPSCALE_PIXELS_CHANNELS]);
}

/**
 * upscale_preview_read:
 * @buffer: a buffer
 * @rect: the part to read
 * @width_px: the wanted width, at most that of @rect
 * @height_px: the wanted height, likewise
 *
 * Reads a reduced picture of a part of @buffer, in sRGB. Takes milliseconds, and may be
 * called while other threads write elsewhere in @buffer.
 *
 * Returns: (transfer full): the picture
 */
UpscalePixels *
upscale_preview_read (GeglBuffer *buffer, UpscaleRect rect, int width_px, int height_px)
{
  UpscalePixels     *pixels;
  g_autofree guint8 *rgba = NULL;
  g_autofree guint  *sums = NULL;

  g_return_val_if_fail (GEGL_IS_BUFFER (buffer), NULL);
  g_return_val_if_fail (width_px > 0 && width_px <= rect.width, NULL);
  g_return_val_if_fail (height_px > 0 && height_px <= rect.height, NULL);

  pixels = upscale_pixels_new (width_px, height_px);
  rgba = g_malloc ((gsize) rect.width * MAX_ROWS * 4);
  sums = g_new (guint, (gsize) width_px * 4);
  for (int y = 0; y < height_px; y++)
    {
      int from = (int) ((gint64) y * rect.height / height_px);
      int to = (int) ((gint64) (y + 1) * rect.height / height_px);
      int n_rows = CLAMP (to - from, 1, MAX_ROWS);

      read_row (buffer, (UpscaleRect) { rect.x, rect.y + from, rect.width, n_rows },
                (Row) { rgba, sums }, width_px);
      write_row ((Row) { rgba, sums },
                 pixels->data + (gsize) y * upscale_pixels_get_row_bytes (pixels),
                 width_px);
    }
  return pixels;
}
