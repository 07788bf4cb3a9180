/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Some servers are configured to answer with JPEG or WebP. The small loss in each tile
 * is reported to the user, as failing the job would be worse. */
#include "upscale-picture-file.h"

#include <glib/gi18n-lib.h>

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>
#include <webp/decode.h>

#include "upscale-error.h"
#include "upscale-png.h"

#define PNG_SIGNATURE "\x89PNG\r\n\x1a\n"
#define JPEG_SIGNATURE "\xff\xd8\xff"
#define RIFF_SIGNATURE "RIFF"
#define WEBP_SIGNATURE "WEBP"
#define WEBP_OFFSET 8

#define JPEG_TYPE "jpeg"

/* Bytes per write: gdk-pixbuf reports the size of a picture only after reading the
 * whole write. */
#define PIECE_BYTES 4096

/* Each scan of a progressive JPEG file goes over the whole picture. Encoders write about
 * ten; a file of a megabyte has room for 100,000, which take minutes. */
#define SCAN_MARKER "\xff\xda"
#define MAX_SCANS 100

/* Frames of these kinds use Huffman coding, sequential or progressive. Other kinds are
 * not in use, and libjpeg 2.1.5 loops forever over 95 bytes of arithmetic coding. */
#define JPEG_FIRST_FRAME 0xc0
#define JPEG_LAST_HUFFMAN_FRAME 0xc2
#define JPEG_HUFFMAN_TABLES 0xc4
#define JPEG_QUANTIZATION 0xdb
#define JPEG_RESTART_INTERVAL 0xdd
#define JPEG_FIRST_APPLICATION 0xe0
#define JPEG_LAST_APPLICATION 0xef
#define JPEG_COMMENT 0xfe
#define JPEG_MARKER 0xff
/* A marker, and the length of its segment. */
#define JPEG_MARKER_BYTES 4

/* Larger than any reference photograph; takes 144 MiB of memory. */
#define MAX_PIXELS (48 << 20)

/* The required size of a picture, or the size to fit it into. */
typedef struct
{
  int      wanted_width_px; /* 0: any, fitted to @side_px */
  int      wanted_height_px;
  int      side_px; /* 0: not reduced */
  int      width_px;
  int      height_px;
  gboolean is_refused;
} SizeCheck;

static gboolean
begins_with (GBytes *file, gsize offset, const char *signature)
{
  gsize       size = 0;
  const char *data = g_bytes_get_data (file, &size);
  gsize       length = strlen (signature);

  return size >= offset + length && memcmp (data + offset, signature, length) == 0;
}

static gboolean
is_webp (GBytes *file)
{
  return begins_with (file, 0, RIFF_SIGNATURE) &&
         begins_with (file, WEBP_OFFSET, WEBP_SIGNATURE);
}

/* Matches segments that may precede the frame, each with a length. */
static gboolean
is_before_frame (guint8 marker)
{
  return marker == JPEG_HUFFMAN_TABLES || marker == JPEG_QUANTIZATION ||
         marker == JPEG_RESTART_INTERVAL || marker == JPEG_COMMENT ||
         (marker >= JPEG_FIRST_APPLICATION && marker <= JPEG_LAST_APPLICATION);
}

/* Walks over segments as libjpeg does, but stops at unknown ones, in which libjpeg
 * could find another frame. Returns the first other marker, or 0. */
static guint8
find_frame (const guint8 *data, gsize size)
{
  gsize at = strlen (JPEG_SIGNATURE) - 1;

  while (at + JPEG_MARKER_BYTES <= size && data[at] == JPEG_MARKER)
    {
      guint8 marker = data[at + 1];

      if (marker == JPEG_MARKER)
        at++;
      else if (is_before_frame (marker))
        at += 2 + (gsize) (data[at + 2] << 8 | data[at + 3]);
      else
        return marker;
    }
  return 0;
}

static gboolean
has_too_many_scans (const guint8 *data, gsize size)
{
  const guint8 *at = data;
  guint         n = 0;

  while (n <= MAX_SCANS && (at = memmem (at, size - (gsize) (at - data), SCAN_MARKER,
                                         strlen (SCAN_MARKER))))
    {
      at += strlen (SCAN_MARKER);
      n++;
    }
  return n > MAX_SCANS;
}

/* Refuses the other formats of gdk-pixbuf, some of which have unmaintained readers. No
 * server answers with them. */
static gboolean
is_readable_jpeg (GBytes *file)
{
  gsize         size = 0;
  const guint8 *data = g_bytes_get_data (file, &size);
  guint8        frame;

  if (!begins_with (file, 0, JPEG_SIGNATURE))
    return FALSE;
  frame = find_frame (data, size);
  return frame >= JPEG_FIRST_FRAME && frame <= JPEG_LAST_HUFFMAN_FRAME &&
         !has_too_many_scans (data, size);
}

/* Computes the size that fits into a square of @side_px. */
static void
fit (const SizeCheck *check, int *width_px, int *height_px)
{
  int longer_px = MAX (check->width_px, check->height_px);

  *width_px = check->width_px;
  *height_px = check->height_px;
  if (check->side_px == 0 || longer_px <= check->side_px)
    return;
  *width_px = MAX (1, (int) ((gint64) check->width_px * check->side_px / longer_px));
  *height_px = MAX (1, (int) ((gint64) check->height_px * check->side_px / longer_px));
}

static void
note_size (SizeCheck *check, int width_px, int height_px)
{
  check->width_px = width_px;
  check->height_px = height_px;
  if (check->wanted_width_px == 0)
    check->is_refused = (gint64) width_px * height_px > MAX_PIXELS;
  else
    check->is_refused =
        width_px != check->wanted_width_px || height_px != check->wanted_height_px;
}

/* gdk-pixbuf emits this before decoding pixels. A size of 0 makes its readers stop. */
static void
on_size_prepared (GdkPixbufLoader *loader, int width, int height, gpointer user_data)
{
  SizeCheck *check = user_data;

  note_size (check, width, height);
  fit (check, &width, &height);
  if (check->is_refused)
    gdk_pixbuf_loader_set_size (loader, 0, 0);
  else if (check->wanted_width_px == 0)
    gdk_pixbuf_loader_set_size (loader, width, height);
}

static gboolean
feed (GdkPixbufLoader *loader, GBytes *file, const SizeCheck *check)
{
  gsize         n_left = 0;
  const guint8 *data = g_bytes_get_data (file, &n_left);

  while (n_left > 0)
    {
      gsize n = MIN (n_left, PIECE_BYTES);

      if (!gdk_pixbuf_loader_write (loader, data, n, NULL) || check->is_refused)
        return FALSE;
      data += n;
      n_left -= n;
    }
  return TRUE;
}

static UpscalePixels *
copy_pixels (GdkPixbuf *pixbuf)
{
  UpscalePixels *pixels =
      upscale_pixels_new (gdk_pixbuf_get_width (pixbuf), gdk_pixbuf_get_height (pixbuf));
  const guint8 *from = gdk_pixbuf_read_pixels (pixbuf);
  int           n_channels = gdk_pixbuf_get_n_channels (pixbuf);
  gsize         stride = (gsize) gdk_pixbuf_get_rowstride (pixbuf);

  for (int y = 0; y < pixels->height_px; y++)
    for (int x = 0; x < pixels->width_px; x++)
      memcpy (pixels->data + (gsize) y * upscale_pixels_get_row_bytes (pixels) +
                  (gsize) x * UPSCALE_PIXELS_CHANNELS,
              from + (gsize) y * stride + (gsize) x * (gsize) n_channels,
              UPSCALE_PIXELS_CHANNELS);
  return pixels;
}

/* Check the result, as a reader may differ from the size it has reported. */
static gboolean
is_as_announced (GdkPixbuf *pixbuf, const SizeCheck *check)
{
  int width_px = check->width_px;
  int height_px = check->height_px;

  fit (check, &width_px, &height_px);
  return gdk_pixbuf_get_width (pixbuf) == width_px &&
         gdk_pixbuf_get_height (pixbuf) == height_px &&
         gdk_pixbuf_get_n_channels (pixbuf) >= UPSCALE_PIXELS_CHANNELS &&
         gdk_pixbuf_get_bits_per_sample (pixbuf) == 8;
}

/* Returns %NULL also for a refused size, with @check set. */
static UpscalePixels *
load_with (GdkPixbufLoader *loader, GBytes *file, SizeCheck *check)
{
  gboolean   is_written;
  GdkPixbuf *pixbuf;

  g_signal_connect (loader, "size-prepared", G_CALLBACK (on_size_prepared), check);
  is_written = feed (loader, file, check);
  if (!gdk_pixbuf_loader_close (loader, NULL) || !is_written || check->is_refused)
    return NULL;
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  return pixbuf && is_as_announced (pixbuf, check) ? copy_pixels (pixbuf) : NULL;
}

static void
refuse_size (const SizeCheck *check, GError **error)
{
  if (check->wanted_width_px == 0)
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                 _ ("the picture is far too large: %ux%u px"), (guint) check->width_px,
                 (guint) check->height_px);
  else
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                 _ ("the picture is %dx%d px instead of %dx%d"), check->width_px,
                 check->height_px, check->wanted_width_px, check->wanted_height_px);
}

static UpscalePixels *
load_jpeg (GBytes *file, SizeCheck *check)
{
  g_autoptr (GdkPixbufLoader) loader = NULL;

  if (is_readable_jpeg (file))
    loader = gdk_pixbuf_loader_new_with_type (JPEG_TYPE, NULL);
  return loader ? load_with (loader, file, check) : NULL;
}

/* gdk-pixbuf needs a module for WebP that few have installed. libwebp decodes a picture
 * only once its size is known, and no animations. */
static UpscalePixels *
load_webp (GBytes *file, SizeCheck *check)
{
  gsize         size = 0;
  const guint8 *data = g_bytes_get_data (file, &size);
  g_autoptr (UpscalePixels) pixels = NULL;
  gsize stride;
  int   width_px;
  int   height_px;

  if (!WebPGetInfo (data, size, &width_px, &height_px))
    return NULL;
  note_size (check, width_px, height_px);
  if (check->is_refused)
    return NULL;
  pixels = upscale_pixels_new (width_px, height_px);
  stride = upscale_pixels_get_row_bytes (pixels);
  if (!WebPDecodeRGBInto (data, size, pixels->data, stride * (gsize) height_px,
                          (int) stride))
    return NULL;
  return g_steal_pointer (&pixels);
}

static UpscalePixels *
load (GBytes *file, SizeCheck *check, GError **error)
{
  UpscalePixels *pixels =
      is_webp (file) ? load_webp (file, check) : load_jpeg (file, check);

  if (check->is_refused)
    refuse_size (check, error);
  else if (!pixels)
    g_set_error_literal (
        error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
        _ ("the picture is damaged, or in a format that can't be read here; set "
           "the server to answer with PNG"));
  return pixels;
}

/**
 * upscale_picture_file_decode_sized:
 * @file: a PNG, JPEG or WebP file, not trusted
 * @width_px: the required width, at least 1
 * @height_px: the required height, at least 1
 * @error: return location for an error
 *
 * Works like upscale_png_decode_sized(), for JPEG and WebP too.
 *
 * Returns: (transfer full): the picture, or %NULL with %UPSCALE_ERROR_BAD_PICTURE
 */
UpscalePixels *
upscale_picture_file_decode_sized (GBytes  *file,
                                   int      width_px,
                                   int      height_px,
                                   GError **error)
{
  SizeCheck check = { .wanted_width_px = width_px, .wanted_height_px = height_px };

  g_return_val_if_fail (file != NULL, NULL);
  g_return_val_if_fail (width_px > 0 && height_px > 0, NULL);

  if (begins_with (file, 0, PNG_SIGNATURE))
    return upscale_png_decode_sized (file, width_px, height_px, error);
  return load (file, &check, error);
}

/* Takes ownership of @pixels. */
static UpscalePixels *
reduce (UpscalePixels *pixels, int side_px)
{
  SizeCheck check = { .side_px = side_px,
                      .width_px = pixels->width_px,
                      .height_px = pixels->height_px };
  int       width_px;
  int       height_px;
  g_autoptr (UpscalePixels) large = pixels;
  g_autoptr (GdkPixbuf) whole =
      gdk_pixbuf_new_from_data (large->data, GDK_COLORSPACE_RGB, FALSE, 8,
                                large->width_px, large->height_px,
                                (int) upscale_pixels_get_row_bytes (large), NULL, NULL);
  g_autoptr (GdkPixbuf) small = NULL;

  fit (&check, &width_px, &height_px);
  small = gdk_pixbuf_scale_simple (whole, width_px, height_px, GDK_INTERP_BILINEAR);
  return small ? copy_pixels (small) : NULL;
}

/**
 * upscale_picture_file_decode_small:
 * @file: a file that the user chose
 * @side_px: the largest width and height
 * @error: return location for an error
 *
 * Reads a PNG, JPEG or WebP file for a thumbnail.
 *
 * Returns: (transfer full): the picture, reduced if it is larger, or %NULL with
 * %UPSCALE_ERROR_BAD_PICTURE
 */
UpscalePixels *
upscale_picture_file_decode_small (GBytes *file, int side_px, GError **error)
{
  SizeCheck      check = { .side_px = side_px };
  UpscalePixels *pixels;

  g_return_val_if_fail (file != NULL, NULL);
  g_return_val_if_fail (side_px > 0, NULL);

  if (begins_with (file, 0, PNG_SIGNATURE))
    pixels = upscale_png_decode (file, MAX_PIXELS, error);
  else
    pixels = load (file, &check, error);
  return pixels ? reduce (pixels, side_px) : NULL;
}
