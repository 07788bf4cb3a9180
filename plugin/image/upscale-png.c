/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-png.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-png-read.h"

#include <png.h>

/* Data of libpng's callbacks. Lives in the caller's frame, so that a longjmp out of
 * libpng leaks nothing. */
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

/* This function changes no local that is read after the longjmp, so no local needs to
 * be volatile. */
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
  Encoder  encoder = { 0 };
  gboolean written;

  g_return_val_if_fail (pixels != NULL, NULL);

  /* Room for the stored pixels with the heads of their chunks: growing would copy. */
  encoder.file = g_byte_array_sized_new ((guint) (upscale_pixels_get_row_bytes (pixels) *
                                                  (gsize) pixels->height_px / 63 * 64));
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

/* State of one decoding: the allowed size, and the picture. */
typedef struct
{
  int            width_px; /* 0: any */
  int            height_px;
  gsize          max_pixels;
  UpscalePixels *pixels;
} Reading;

static guint8 *
on_size (int width_px, int height_px, gpointer user_data, GError **error)
{
  Reading *reading = user_data;
  gboolean is_any = reading->width_px == 0;

  if (!is_any && (width_px != reading->width_px || height_px != reading->height_px))
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                 _ ("the picture is %dx%d px instead of %dx%d"), width_px, height_px,
                 reading->width_px, reading->height_px);
  else if ((guint64) width_px * (guint64) height_px > reading->max_pixels)
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                 _ ("the picture is far too large: %dx%d px"), width_px, height_px);
  else
    reading->pixels = upscale_pixels_new (width_px, height_px);
  return reading->pixels ? reading->pixels->data : NULL;
}

static UpscalePixels *
decode (GBytes *file, Reading reading, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (upscale_png_read (file, on_size, &reading, &cause))
    return reading.pixels;
  g_clear_pointer (&reading.pixels, upscale_pixels_unref);
  if (cause->domain == UPSCALE_ERROR)
    g_propagate_error (error, g_steal_pointer (&cause));
  else
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                 _ ("the picture is damaged, or no PNG file: %s"), cause->message);
  return NULL;
}

/**
 * upscale_png_decode:
 * @file: a PNG file of any kind, not trusted
 * @max_pixels: the most pixels allowed
 * @error: return location for an error
 *
 * Reads a PNG file as 8-bit sRGB. The decoded size is checked before pixels are
 * allocated.
 *
 * Returns: (transfer full): the picture, or %NULL with %UPSCALE_ERROR_BAD_PICTURE
 */
UpscalePixels *
upscale_png_decode (GBytes *file, gsize max_pixels, GError **error)
{
  g_return_val_if_fail (file != NULL, NULL);

  return decode (file, (Reading) { .max_pixels = max_pixels }, error);
}

/**
 * upscale_png_decode_sized:
 * @file: a PNG file of any kind, not trusted
 * @width_px: the required width, at least 1
 * @height_px: the required height, at least 1
 * @error: return location for an error
 *
 * Works like upscale_png_decode(), for pictures of a known size.
 *
 * Returns: (transfer full): the picture, or %NULL with %UPSCALE_ERROR_BAD_PICTURE
 */
UpscalePixels *
upscale_png_decode_sized (GBytes *file, int width_px, int height_px, GError **error)
{
  g_return_val_if_fail (file != NULL, NULL);
  g_return_val_if_fail (width_px > 0 && height_px > 0, NULL);

  return decode (file, (Reading) { width_px, height_px, G_MAXSIZE, NULL }, error);
}
