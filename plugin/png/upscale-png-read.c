/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-png-read.h"

#include <png.h>
#include <string.h>

/* The signature, then the length and the name of the header chunk. libpng accepts unknown
 * chunks before the header. */
#define START "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
#define START_BYTES (sizeof START - 1)
/* libpng's default limits, which a distribution may have built libpng without. */
#define MAX_SIDE_PX 1000000
#define MAX_CHUNK_BYTES 8000000
#define MAX_KEPT_CHUNKS 16
/* Chunks that define the color of pixels, each name with its closing zero. All other
 * optional chunks are skipped: a few kilobytes of compressed text can become gigabytes.
 */
#define COLOR_CHUNKS "gAMA\0sRGB"
#define N_COLOR_CHUNKS 2
#define MESSAGE_CHARS 128

/* Data of libpng's callbacks. The struct is in the caller's frame, so that a jump out of
 * libpng leaks nothing. */
typedef struct
{
  png_structp   png;
  png_infop     info;
  const guint8 *data; /* not read yet */
  gsize         n_left;
  char          message[MESSAGE_CHARS];
} Reader;

static void
on_error (png_structp png, png_const_charp message)
{
  g_strlcpy (png_get_error_ptr (png), message, MESSAGE_CHARS);
  png_longjmp (png, 1);
}

static void
on_warning (png_structp png, png_const_charp message)
{
}

static void
on_read (png_structp png, png_bytep data, png_size_t length)
{
  Reader *reader = png_get_io_ptr (png);

  if (length > reader->n_left)
    png_error (png, "it is cut off");
  memcpy (data, reader->data, length);
  reader->data += length;
  reader->n_left -= length;
}

static void
read_header (Reader *reader)
{
  png_structp png = reader->png;

  png_set_read_fn (png, reader, on_read);
  png_set_user_limits (png, MAX_SIDE_PX, MAX_SIDE_PX);
  png_set_chunk_malloc_max (png, MAX_CHUNK_BYTES);
  png_set_chunk_cache_max (png, MAX_KEPT_CHUNKS);
  png_set_keep_unknown_chunks (png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_keep_unknown_chunks (png, PNG_HANDLE_CHUNK_AS_DEFAULT,
                               (png_const_bytep) COLOR_CHUNKS, N_COLOR_CHUNKS);
  png_set_benign_errors (png, TRUE);
  png_read_info (png, reader->info);
}

/* Asks libpng for 8-bit sRGB. An alpha channel is dropped and not blended: endpoints get
 * no alpha, so theirs has no meaning. */
static void
set_rgb_output (png_structp png)
{
  png_set_alpha_mode (png, PNG_ALPHA_PNG, PNG_DEFAULT_sRGB);
  png_set_expand (png);
  png_set_scale_16 (png);
  png_set_gray_to_rgb (png);
  png_set_strip_alpha (png);
}

static void
read_rows (Reader *reader, guint8 *rows)
{
  png_structp png = reader->png;
  gsize       width_px = png_get_image_width (png, reader->info);
  gsize       height_px = png_get_image_height (png, reader->info);
  gsize       row_bytes = width_px * UPSCALE_PNG_CHANNELS;
  int         n_passes;

  set_rgb_output (png);
  n_passes = png_set_interlace_handling (png);
  png_read_update_info (png, reader->info);
  if (png_get_rowbytes (png, reader->info) != row_bytes)
    png_error (png, "its pixels are of another kind than it says");
  for (int pass = 0; pass < n_passes; pass++)
    for (gsize y = 0; y < height_px; y++)
      png_read_row (png, rows + y * row_bytes, NULL);
}

/* No local changes before the jump, so no local has to be volatile. */
static gboolean
try_to_read_header (Reader *reader)
{
  if (setjmp (png_jmpbuf (reader->png)))
    return FALSE;
  read_header (reader);
  return TRUE;
}

static gboolean
try_to_read_rows (Reader *reader, guint8 *rows)
{
  if (setjmp (png_jmpbuf (reader->png)))
    return FALSE;
  read_rows (reader, rows);
  return TRUE;
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, message);
  return FALSE;
}

static gboolean
read_with (Reader *reader, UpscalePngBeginFunc begin, gpointer user_data, GError **error)
{
  guint8 *rows;

  if (!try_to_read_header (reader))
    return refuse (error, reader->message);
  rows = begin ((int) png_get_image_width (reader->png, reader->info),
                (int) png_get_image_height (reader->png, reader->info), user_data, error);
  if (!rows)
    return FALSE;
  return try_to_read_rows (reader, rows) ? TRUE : refuse (error, reader->message);
}

/**
 * upscale_png_read:
 * @file: a file, as it came in
 * @begin: called once with the decoded size, to allocate the rows
 * @user_data: for @begin
 * @error: return location for an error
 *
 * Reads any kind of PNG file as 8-bit sRGB without alpha. Needs little more memory than
 * @begin allocates. May be called from any thread.
 *
 * Returns: %TRUE if the rows are filled, or %FALSE with the error of @begin, or
 * %G_IO_ERROR_INVALID_DATA and a reason, which is a part of a sentence
 */
gboolean
upscale_png_read (GBytes             *file,
                  UpscalePngBeginFunc begin,
                  gpointer            user_data,
                  GError            **error)
{
  Reader   reader = { 0 };
  gboolean is_read;

  g_return_val_if_fail (file && begin, FALSE);

  reader.data = g_bytes_get_data (file, &reader.n_left);
  if (reader.n_left < START_BYTES || memcmp (reader.data, START, START_BYTES) != 0)
    return refuse (error, "it does not begin as a PNG file");
  reader.png = png_create_read_struct (PNG_LIBPNG_VER_STRING, reader.message, on_error,
                                       on_warning);
  reader.info = png_create_info_struct (reader.png);
  is_read = read_with (&reader, begin, user_data, error);
  png_destroy_read_struct (&reader.png, &reader.info, NULL);
  return is_read;
}
