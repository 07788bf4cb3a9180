/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-pixels.h"

#include <string.h>

/**
 * upscale_pixels_new:
 * @width_px: width, at least 1
 * @height_px: height, at least 1
 *
 * Returns: (transfer full): a picture with undefined bytes
 */
UpscalePixels *
upscale_pixels_new (int width_px, int height_px)
{
  UpscalePixels *pixels;

  g_return_val_if_fail (width_px > 0 && height_px > 0, NULL);

  pixels = g_atomic_rc_box_new0 (UpscalePixels);
  pixels->width_px = width_px;
  pixels->height_px = height_px;
  pixels->data =
      g_malloc_n ((gsize) width_px * UPSCALE_PIXELS_CHANNELS, (gsize) height_px);
  return pixels;
}

/**
 * upscale_pixels_ref:
 * @pixels: a picture
 *
 * Returns: (transfer full): @pixels
 */
UpscalePixels *
upscale_pixels_ref (UpscalePixels *pixels)
{
  g_return_val_if_fail (pixels != NULL, NULL);

  return g_atomic_rc_box_acquire (pixels);
}

static void
free_data (gpointer data)
{
  UpscalePixels *pixels = data;

  g_free (pixels->data);
}

/**
 * upscale_pixels_unref:
 * @pixels: (transfer full): a picture
 *
 * Drops a reference.
 */
void
upscale_pixels_unref (UpscalePixels *pixels)
{
  g_return_if_fail (pixels != NULL);

  g_atomic_rc_box_release_full (pixels, free_data);
}

/**
 * upscale_pixels_get_row_bytes:
 * @pixels: a picture
 *
 * Returns: bytes from one row to the next
 */
gsize
upscale_pixels_get_row_bytes (const UpscalePixels *pixels)
{
  g_return_val_if_fail (pixels != NULL, 0);

  return (gsize) pixels->width_px * UPSCALE_PIXELS_CHANNELS;
}

/**
 * upscale_pixels_is_same_size:
 * @a: a picture
 * @b: another one
 *
 * Returns: %TRUE if both have the same width and height
 */
gboolean
upscale_pixels_is_same_size (const UpscalePixels *a, const UpscalePixels *b)
{
  g_return_val_if_fail (a != NULL, FALSE);
  g_return_val_if_fail (b != NULL, FALSE);

  return a->width_px == b->width_px && a->height_px == b->height_px;
}

/* Mirrors at the last pixel without repeating it, back and forth, so that a picture of
 * any size can be padded to any larger size. */
static int
mirror (int position, int length)
{
  int period = 2 * (length - 1);
  int phase = period > 0 ? position % period : 0;

  return phase < length ? phase : period - phase;
}

/**
 * upscale_pixels_pad:
 * @pixels: a picture
 * @width_px: wanted width, not less than the picture's
 * @height_px: wanted height, not less than the picture's
 *
 * Extends a picture to the right and downwards by mirroring, for endpoints that accept
 * only some sizes.
 *
 * Returns: (transfer full): the padded picture, or @pixels itself if it already fits
 */
UpscalePixels *
upscale_pixels_pad (UpscalePixels *pixels, int width_px, int height_px)
{
  UpscalePixels *padded;

  g_return_val_if_fail (width_px >= pixels->width_px && height_px >= pixels->height_px,
                        NULL);

  if (width_px == pixels->width_px && height_px == pixels->height_px)
    return upscale_pixels_ref (pixels);

  padded = upscale_pixels_new (width_px, height_px);
  for (int y = 0; y < height_px; y++)
    {
      const guint8 *from = pixels->data + (gsize) mirror (y, pixels->height_px) *
                                              upscale_pixels_get_row_bytes (pixels);
      guint8 *to = padded->data + (gsize) y * upscale_pixels_get_row_bytes (padded);

      for (int x = 0; x < width_px; x++)
        memcpy (to + x * UPSCALE_PIXELS_CHANNELS,
                from + mirror (x, pixels->width_px) * UPSCALE_PIXELS_CHANNELS,
                UPSCALE_PIXELS_CHANNELS);
    }
  return padded;
}

/**
 * upscale_pixels_crop:
 * @pixels: a picture
 * @rect: the part to keep; not empty, and inside the picture
 *
 * Crops a picture, for example after upscale_pixels_pad().
 *
 * Returns: (transfer full): the part, or @pixels itself if nothing is cut
 */
UpscalePixels *
upscale_pixels_crop (UpscalePixels *pixels, UpscaleRect rect)
{
  UpscaleRect    whole = { 0, 0, pixels->width_px, pixels->height_px };
  UpscalePixels *cut;

  g_return_val_if_fail (upscale_rect_contains (whole, rect), NULL);

  if (upscale_rect_equal (rect, whole))
    return upscale_pixels_ref (pixels);

  cut = upscale_pixels_new (rect.width, rect.height);
  for (int y = 0; y < rect.height; y++)
    memcpy (cut->data + (gsize) y * upscale_pixels_get_row_bytes (cut),
            pixels->data + (gsize) (rect.y + y) * upscale_pixels_get_row_bytes (pixels) +
                (gsize) rect.x * UPSCALE_PIXELS_CHANNELS,
            upscale_pixels_get_row_bytes (cut));
  return cut;
}
