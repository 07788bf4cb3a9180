/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-picture-compare.h"

#include <stdlib.h>

#include "upscale-png-read.h"

/* A probe's pictures are small. */
#define MAX_SIDE_PX 4096
/* A graphics card rounds the same work differently from run to run. A ControlNet with
 * random weights moved pixels by 0.2 to 0.5 of 255 on average. */
#define MAX_ROUNDING 0.1

typedef struct
{
  guint8 *pixels;
  gsize   size;
} Decoded;

static guint8 *
begin (int width_px, int height_px, gpointer user_data, GError **error)
{
  Decoded *decoded = user_data;

  if (width_px > MAX_SIDE_PX || height_px > MAX_SIDE_PX)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "too large");
      return NULL;
    }
  decoded->size = (gsize) width_px * (gsize) height_px * UPSCALE_PNG_CHANNELS;
  decoded->pixels = g_malloc (decoded->size);
  return decoded->pixels;
}

static double
measure_difference (const Decoded *one, const Decoded *two)
{
  gsize sum = 0;

  for (gsize i = 0; i < one->size; i++)
    sum += (gsize) abs (one->pixels[i] - two->pixels[i]);
  return (double) sum / (double) one->size;
}

/**
 * upscale_picture_compare_equal:
 * @picture: a picture file
 * @other: another
 *
 * Compares pixels, since servers write the request into the files that they answer with.
 *
 * Returns: %TRUE if both files are PNG and show the same but for rounding, or if they are
 * the same bytes
 */
gboolean
upscale_picture_compare_equal (GBytes *picture, GBytes *other)
{
  Decoded  one = { 0 };
  Decoded  two = { 0 };
  gboolean are_equal;

  g_return_val_if_fail (picture != NULL, FALSE);
  g_return_val_if_fail (other != NULL, FALSE);

  are_equal = upscale_png_read (picture, begin, &one, NULL) &&
              upscale_png_read (other, begin, &two, NULL) && one.size == two.size &&
              measure_difference (&one, &two) <= MAX_ROUNDING;
  g_free (one.pixels);
  g_free (two.pixels);
  return are_equal || g_bytes_equal (picture, other);
}
