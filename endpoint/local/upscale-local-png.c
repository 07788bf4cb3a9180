/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-png.h"

#include <gio/gio.h>
#include <png.h>

/* A tile is a few megapixels; a header that claims far more is a mistake or an attack. */
#define MAX_PIXELS (G_GUINT64_CONSTANT (64) << 20)

static void
fail (GError **error, const char *sentence, const char *detail)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s", sentence, detail);
}

/**
 * upscale_local_png_decode:
 * @file: (array length=size): a file, as it came in
 * @size: its length
 * @error: return location for an error
 *
 * Reads any PNG file as 8-bit sRGB, alpha left out over black.
 *
 * Returns: (transfer full): the picture, or %NULL
 */
UpscaleLocalPicture *
upscale_local_png_decode (const guint8 *file, gsize size, GError **error)
{
  png_image image = { .version = PNG_IMAGE_VERSION };
  png_color black = { 0, 0, 0 };
  g_autoptr (UpscaleLocalPicture) picture = NULL;

  if (!png_image_begin_read_from_memory (&image, file, size))
    {
      fail (error, "the image is not a PNG file that can be read", image.message);
      return NULL;
    }
  if ((guint64) image.width * image.height > MAX_PIXELS)
    {
      png_image_free (&image);
      fail (error, "the image is too large", "more than 64 megapixels");
      return NULL;
    }
  picture = upscale_local_picture_new ((int) image.width, (int) image.height);
  image.format = PNG_FORMAT_RGB;
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  if (!png_image_finish_read (&image, &black, picture->data, 0, NULL))
    {
      fail (error, "the image is damaged", image.message);
      return NULL;
    }
  return g_steal_pointer (&picture);
}

/**
 * upscale_local_png_encode:
 * @picture: a picture
 * @error: return location for an error
 *
 * Fast rather than small, as the file goes no further than this machine.
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
      fail (error, "the tile could not be encoded", image.message);
      return NULL;
    }
  return g_bytes_new_take (g_realloc (g_steal_pointer (&file), size), size);
}
