/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-png.h"

#include <png.h>

#include "upscale-png-read.h"

/* State of one decoding: the size that the tile announces, and the picture. */
typedef struct
{
  int                  width_px;
  int                  height_px;
  UpscaleLocalPicture *picture;
} Reading;

static guint8 *
on_size (int width_px, int height_px, gpointer user_data, GError **error)
{
  Reading *reading = user_data;

  if (width_px != reading->width_px || height_px != reading->height_px)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "it is %dx%d px, but the tile says %dx%d", width_px, height_px,
                   reading->width_px, reading->height_px);
      return NULL;
    }
  reading->picture = upscale_local_picture_new (width_px, height_px);
  return reading->picture->data;
}

/**
 * upscale_local_png_decode:
 * @file: a PNG file of any kind, not trusted
 * @width_px: the required width, at least 1
 * @height_px: the required height, at least 1
 * @error: return location for an error
 *
 * Reads a PNG file as 8-bit sRGB and drops alpha. The decoded size is checked before
 * pixels are allocated.
 *
 * Returns: (transfer full): the picture, or %NULL with a sentence for the user
 */
UpscaleLocalPicture *
upscale_local_png_decode (GBytes *file, int width_px, int height_px, GError **error)
{
  Reading reading = { width_px, height_px, NULL };

  g_return_val_if_fail (file != NULL, NULL);
  g_return_val_if_fail (width_px > 0 && height_px > 0, NULL);

  if (upscale_png_read (file, on_size, &reading, error))
    return reading.picture;
  g_clear_pointer (&reading.picture, upscale_local_picture_free);
  g_prefix_error_literal (error, "the image can't be read: ");
  return NULL;
}

/**
 * upscale_local_png_encode:
 * @picture: a picture
 * @error: return location for an error
 *
 * Compresses fast rather than well, as the file does not leave this machine.
 *
 * Returns: (transfer full): a PNG file, or %NULL
 */
GBytes *
upscale_local_png_encode (const UpscaleLocalPicture *picture, GError **error)
{
  png_image          image = { .version = PNG_IMAGE_VERSION,
                               .width = (png_uint_32) picture->width_px,
                               .height = (png_uint_32) picture->height_px,
                               .format = PNG_FORMAT_RGB,
                               .flags = PNG_IMAGE_FLAG_FAST };
  png_alloc_size_t   size = PNG_IMAGE_PNG_SIZE_MAX (image);
  g_autofree guint8 *file = g_malloc (size);

  if (!png_image_write_to_memory (&image, file, &size, 0, picture->data, 0, NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   "the tile could not be encoded: %s", image.message);
      return NULL;
    }
  return g_bytes_new_take (g_realloc (g_steal_pointer (&file), size), size);
}
