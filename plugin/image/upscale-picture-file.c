/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Some servers are set to answer with JPEG or WebP. Each tile is a small loss then, which
 * the user is told of; it is not worth a failed job. */
#include "upscale-picture-file.h"

#include <glib/gi18n-lib.h>

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-png.h"

#define PNG_SIGNATURE "\x89PNG\r\n\x1a\n"

typedef struct
{
  int wanted_width_px;
  int wanted_height_px;
  int width_px;
  int height_px;
} SizeCheck;

static gboolean
is_png (GBytes *file)
{
  gsize       size = 0;
  const char *data = g_bytes_get_data (file, &size);

  return size >= strlen (PNG_SIGNATURE) &&
         memcmp (data, PNG_SIGNATURE, strlen (PNG_SIGNATURE)) == 0;
}

/* Before any pixel is: a picture of an absurd size is made small instead. */
static void
on_size_prepared (GdkPixbufLoader *loader, int width, int height, gpointer user_data)
{
  SizeCheck *check = user_data;

  check->width_px = width;
  check->height_px = height;
  if (width != check->wanted_width_px || height != check->wanted_height_px)
    gdk_pixbuf_loader_set_size (loader, 1, 1);
}

static GdkPixbuf *
load (GBytes *file, SizeCheck *check)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  gboolean   is_written;
  GdkPixbuf *pixbuf;

  g_signal_connect (loader, "size-prepared", G_CALLBACK (on_size_prepared), check);
  is_written = gdk_pixbuf_loader_write_bytes (loader, file, NULL);
  if (!gdk_pixbuf_loader_close (loader, NULL) || !is_written)
    return NULL;
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  return pixbuf ? g_object_ref (pixbuf) : NULL;
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

/**
 * upscale_picture_file_decode_sized:
 * @file: a file, as it came in
 * @width_px: the width it must have
 * @height_px: the height it must have
 * @error: return location for an error
 *
 * Like upscale_png_decode_sized(), for JPEG and whatever else the system reads, too.
 *
 * Returns: (transfer full): the picture, or %NULL with %UPSCALE_ERROR_BAD_PICTURE
 */
UpscalePixels *
upscale_picture_file_decode_sized (GBytes  *file,
                                   int      width_px,
                                   int      height_px,
                                   GError **error)
{
  SizeCheck check = { width_px, height_px, 0, 0 };
  g_autoptr (GdkPixbuf) pixbuf = NULL;

  if (is_png (file))
    return upscale_png_decode_sized (file, width_px, height_px, error);
  pixbuf = g_bytes_get_size (file) > 0 ? load (file, &check) : NULL;
  if (!pixbuf)
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                 _ ("the picture is damaged, or in a format that can't be read here; set "
                    "the server to answer with PNG"));
  else if (check.width_px != width_px || check.height_px != height_px)
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                 _ ("the picture is %dx%d px instead of %dx%d"), check.width_px,
                 check.height_px, width_px, height_px);
  else
    return copy_pixels (pixbuf);
  return NULL;
}
