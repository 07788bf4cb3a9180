/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-preview.h"

#define SIDE_PX 64

static void
fill (GeglBuffer *buffer, UpscaleRect rect, guint8 red, guint8 alpha)
{
  guint8        rgba[4] = { red, 0, 0, alpha };
  GeglRectangle roi = { rect.x, rect.y, rect.width, rect.height };

  gegl_buffer_set_color_from_pixel (buffer, &roi, rgba, babl_format ("R'G'B'A u8"));
}

static GeglBuffer *
make_buffer (void)
{
  return gegl_buffer_new (GEGL_RECTANGLE (0, 0, SIDE_PX, SIDE_PX),
                          babl_format ("R'G'B'A u8"));
}

/* Pixels beside the rectangle may not be written yet, and must not be read. */
static void
test_neighbors_do_not_shine_through (void)
{
  g_autoptr (GeglBuffer) buffer = make_buffer ();
  UpscaleRect half = { 0, 0, SIDE_PX / 2, SIDE_PX };
  g_autoptr (UpscalePixels) pixels = NULL;

  fill (buffer, half, 100, 255);
  pixels = upscale_preview_read (buffer, half, 5, 7);
  for (int i = 0; i < 5 * 7; i++)
    g_assert_cmpint (pixels->data[3 * i], ==, 100);
}

static void
test_pixels_are_averaged (void)
{
  g_autoptr (GeglBuffer) buffer = make_buffer ();
  g_autoptr (UpscalePixels) pixels = NULL;

  fill (buffer, (UpscaleRect) { 0, 0, SIDE_PX, SIDE_PX }, 40, 255);
  fill (buffer, (UpscaleRect) { 0, 0, SIDE_PX / 4, SIDE_PX }, 80, 255);
  pixels = upscale_preview_read (buffer, (UpscaleRect) { 0, 0, SIDE_PX, SIDE_PX }, 2, 2);
  g_assert_cmpint (pixels->data[0], ==, (80 + 40) / 2);
  g_assert_cmpint (pixels->data[3], ==, 40);
}

static void
test_transparent_is_gray (void)
{
  g_autoptr (GeglBuffer) buffer = make_buffer ();
  g_autoptr (UpscalePixels) pixels = NULL;

  fill (buffer, (UpscaleRect) { 0, 0, SIDE_PX, SIDE_PX }, 200, 0);
  pixels = upscale_preview_read (buffer, (UpscaleRect) { 8, 8, 8, 8 }, 8, 8);
  for (int i = 0; i < 3 * 8 * 8; i++)
    g_assert_cmpint (pixels->data[i], ==, 0x99);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_test_add_func ("/preview/neighbors-do-not-shine-through",
                   test_neighbors_do_not_shine_through);
  g_test_add_func ("/preview/pixels-are-averaged", test_pixels_are_averaged);
  g_test_add_func ("/preview/transparent-is-gray", test_transparent_is_gray);
  return g_test_run ();
}
