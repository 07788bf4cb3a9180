/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-preview.h"

#include <math.h>

/* What transparent pixels are shown over: GIMP's own middle grey. */
#define GREY 0x99
#define OPAQUE 255

static void
flatten (const guint8 *rgba, guint8 *rgb, gsize n)
{
  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < UPSCALE_PIXELS_CHANNELS; c++)
      rgb[UPSCALE_PIXELS_CHANNELS * i + c] =
          (guint8) ((rgba[4 * i + c] * rgba[4 * i + 3] +
                     GREY * (OPAQUE - rgba[4 * i + 3]) + OPAQUE / 2) /
                    OPAQUE);
}

/**
 * upscale_preview_read:
 * @buffer: any pixels
 * @rect: what of them
 * @width_px: width wanted, at most that of @rect
 * @height_px: height wanted, likewise
 *
 * Reads a small picture of a part of a large one, as it looks on an sRGB screen. Takes
 * milliseconds, and may be called while others write elsewhere in @buffer.
 *
 * Returns: (transfer full): the picture
 */
UpscalePixels *
upscale_preview_read (GeglBuffer *buffer, UpscaleRect rect, int width_px, int height_px)
{
  double             scale = MIN (1.0, (double) width_px / rect.width);
  GeglRectangle      roi = { (int) lround (rect.x * scale), (int) lround (rect.y * scale),
                             width_px, height_px };
  gsize              n = (gsize) width_px * (gsize) height_px;
  UpscalePixels     *pixels = upscale_pixels_new (width_px, height_px);
  g_autofree guint8 *rgba = g_malloc (4 * n);

  gegl_buffer_get (buffer, &roi, scale, babl_format ("R'G'B'A u8"), rgba,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
  flatten (rgba, pixels->data, n);
  return pixels;
}
