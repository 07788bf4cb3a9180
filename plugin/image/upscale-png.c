/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-png.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"

#include <png.h>
#include <string.h>

/* Signature, then the IHDR chunk: length, name, width, height. */
#define SIGNATURE_BYTES 8
#define WIDTH_OFFSET 16
#define HEADER_BYTES 24
#define RGBA_CHANNELS 4

/* What libpng's callbacks need; lives in the caller's frame, so that a jump out of libpng
 * loses nothing. */
typedef struct
{
  png_structp png;
  png_infop   info;
  GByteArray *file;
  char        message[128];
} Encoder;

static void
on_error (png_structp png, png_const_charp message)
{
  Encoder *encoder = png_get_error_ptr (png);

  g_strlcpy (encoder->message, message, sizeof encoder->message);
  png_longjmp (png, 1);
}

static void
on_warning (png_structp png, png_const_charp message)
{
}

static void
on_write (png_structp png, png_bytep data, png_size_t length)
{
  Encoder *encoder = png_get_io_ptr (png);

  g_byte_array_append (encoder->file, data, (guint) length);
}

static void
on_flush (png_structp png)
{
}

static void
write_file (Encoder *encoder, const UpscalePixels *pixels, int compression)
{
  png_set_write_fn (encoder->png, encoder, on_write, on_flush);
  png_set_IHDR (encoder->png, encoder->info, (png_uint_32) pixels->width_px,
                (png_uint_32) pixels->height_px, 8, PNG_COLOR_TYPE_RGB,
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level (encoder->png, compression);
  /* SUB is nearly as good as trying all filters, at a quarter of the time. */
  png_set_filter (encoder->png, PNG_FILTER_TYPE_BASE,
                  compression == 0 ? PNG_FILTER_NONE : PNG_FILTER_SUB);
  png_write_info (encoder->png, encoder->info);
  for (int y = 0; y < pixels->height_px; y++)
    png_write_row (encoder->png,
                   pixels->data + (gsize) y * upscale_pixels_get_row_bytes (pixels));
  png_write_end (encoder->png, NULL);
}

/* Nothing that this function changes is read after the jump, so no local needs to be
 * volatile. */
static gboolean
try_to_write_file (Encoder *encoder, const UpscalePixels *pixels, int compression)
{
  if (setjmp (png_jmpbuf (encoder->png)))
    return FALSE;
  write_file (encoder, pixels, compression);
  return TRUE;
}

/**
 * upscale_png_encode:
 * @pixels: a picture
 * @compression: 0 to store, 1 (fast) to 9 (small)
 * @error: return location for an error
 *
 * Returns: (transfer full): a PNG file, or %NULL with %UPSCALE_ERROR_STORAGE
 */
GBytes *
upscale_png_encode (const UpscalePixels *pixels, int compression, GError **error)
{
  Encoder  encoder = { .file = g_byte_array_new () };
  gboolean written;

  encoder.png =
      png_create_write_struct (PNG_LIBPNG_VER_STRING, &encoder, on_error, on_warning);
  encoder.info = png_create_info_struct (encoder.png);
  written = try_to_write_file (&encoder, pixels, compression);
  png_destroy_write_struct (&encoder.png, &encoder.info);
  if (written)
    return g_byte_array_free_to_bytes (encoder.file);

  g_byte_array_unref (encoder.file);
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE,
               _ ("The tile could not be encoded: %s"), encoder.message);
  return NULL;
}

static guint32
read_big_endian (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 |
         bytes[3];
}

static gboolean
fail (GError **error, const char *sentence)
{
  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE, sentence);
  return FALSE;
}

/**
 * upscale_png_peek_size:
 * @file: a file, as it came in
 * @width_px: (out): width
 * @height_px: (out): height
 * @error: return location for an error
 *
 * Reads no more than the first bytes, so that a picture of an absurd size costs nothing
 * to refuse.
 *
 * Returns: %TRUE, or %FALSE with %UPSCALE_ERROR_BAD_PICTURE when it is no PNG file
 */
gboolean
upscale_png_peek_size (GBytes *file, int *width_px, int *height_px, GError **error)
{
  gsize         size = 0;
  const guint8 *bytes = g_bytes_get_data (file, &size);
  guint32       width;
  guint32       height;

  if (size < HEADER_BYTES || png_sig_cmp (bytes, 0, SIGNATURE_BYTES) != 0)
    return fail (error, _ ("the picture is not a PNG file"));
  width = read_big_endian (bytes + WIDTH_OFFSET);
  height = read_big_endian (bytes + WIDTH_OFFSET + 4);
  if (width == 0 || height == 0 || width > G_MAXINT || height > G_MAXINT)
    return fail (error, _ ("the picture has no valid size"));
  *width_px = (int) width;
  *height_px = (int) height;
  return TRUE;
}

/* Endpoints may answer with an alpha channel; it says nothing, so it is dropped and not
 * blended. */
static void
drop_alpha (const guint8 *rgba, UpscalePixels *pixels)
{
  gsize n = (gsize) pixels->width_px * (gsize) pixels->height_px;

  for (gsize i = 0; i < n; i++)
    memcpy (pixels->data + i * UPSCALE_PIXELS_CHANNELS, rgba + i * RGBA_CHANNELS,
            UPSCALE_PIXELS_CHANNELS);
}

static gboolean
read_pixels (png_image *image, UpscalePixels *pixels)
{
  g_autofree guint8 *rgba = NULL;

  if (!(image->format & PNG_FORMAT_FLAG_ALPHA))
    {
      image->format = PNG_FORMAT_RGB;
      return png_image_finish_read (image, NULL, pixels->data, 0, NULL) != 0;
    }
  image->format = PNG_FORMAT_RGBA;
  rgba = g_malloc_n ((gsize) pixels->width_px * RGBA_CHANNELS, (gsize) pixels->height_px);
  if (!png_image_finish_read (image, NULL, rgba, 0, NULL))
    return FALSE;
  drop_alpha (rgba, pixels);
  return TRUE;
}

/**
 * upscale_png_decode:
 * @file: a file, as it came in
 * @max_pixels: how many pixels it may have
 * @error: return location for an error
 *
 * Reads any kind of PNG file as 8-bit sRGB. The size is checked before anything is
 * allocated.
 *
 * Returns: (transfer full): the picture, or %NULL with %UPSCALE_ERROR_BAD_PICTURE
 */
UpscalePixels *
upscale_png_decode (GBytes *file, gsize max_pixels, GError **error)
{
  gsize         size = 0;
  gconstpointer bytes = g_bytes_get_data (file, &size);
  png_image     image = { .version = PNG_IMAGE_VERSION };
  gboolean      read = FALSE;
  g_autoptr (UpscalePixels) pixels = NULL;

  if (!png_image_begin_read_from_memory (&image, bytes, size))
    {
      fail (error, _ ("the picture is not a PNG file that can be read"));
      return NULL;
    }
  if ((guint64) image.width * image.height > max_pixels)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                   _ ("the picture is far too large: %ux%u px"), image.width,
                   image.height);
      png_image_free (&image);
      return NULL;
    }
  pixels = upscale_pixels_new ((int) image.width, (int) image.height);
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  read = read_pixels (&image, pixels);
  if (!read)
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                 _ ("the picture is damaged: %s"), image.message);
  png_image_free (&image);
  return read ? g_steal_pointer (&pixels) : NULL;
}

/**
 * upscale_png_decode_sized:
 * @file: a file, as it came in
 * @width_px: the width it must have
 * @height_px: the height it must have
 * @error: return location for an error
 *
 * Like upscale_png_decode(), for pictures whose size is agreed on: it is checked before
 * any pixel is.
 *
 * Returns: (transfer full): the picture, or %NULL with %UPSCALE_ERROR_BAD_PICTURE
 */
UpscalePixels *
upscale_png_decode_sized (GBytes *file, int width_px, int height_px, GError **error)
{
  int width = 0;
  int height = 0;

  if (!upscale_png_peek_size (file, &width, &height, error))
    return NULL;
  if (width != width_px || height != height_px)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                   _ ("the picture is %dx%d px instead of %dx%d"), width, height,
                   width_px, height_px);
      return NULL;
    }
  return upscale_png_decode (file, (gsize) width * (gsize) height, error);
}
