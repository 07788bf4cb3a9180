/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-view.h"

#include "upscale-preview.h"

#define SIDE_PX 48
#define N_ROUNDS 60

static GeglBuffer *
make_noise (const char *format)
{
  GeglBuffer *buffer =
      gegl_buffer_new (GEGL_RECTANGLE (0, 0, SIDE_PX, SIDE_PX), babl_format (format));
  g_autofree guint8 *rgba = g_malloc (4 * SIDE_PX * SIDE_PX);

  for (int i = 0; i < 4 * SIDE_PX * SIDE_PX; i++)
    rgba[i] = (guint8) g_test_rand_int_range (0, 256);
  gegl_buffer_set (buffer, NULL, 0, babl_format ("R'G'B'A u8"), rgba,
                   GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static UpscaleRect
make_rect (int side_px)
{
  int x = g_test_rand_int_range (0, side_px);
  int y = g_test_rand_int_range (0, side_px);

  return (UpscaleRect) { x, y, g_test_rand_int_range (1, side_px - x + 1),
                         g_test_rand_int_range (1, side_px - y + 1) };
}

static void
assert_same (UpscalePixels *a, UpscalePixels *b)
{
  gsize n = upscale_pixels_get_row_bytes (a) * (gsize) a->height_px;

  g_assert_true (upscale_pixels_is_same_size (a, b));
  for (gsize i = 0; i < n; i++)
    g_assert_cmpint (ABS (a->data[i] - b->data[i]), <=, 1);
}

/* An unreduced view of the base shows the pixels that are written where nothing is
 * painted, so that nothing but painting differs between before and after. */
static void
test_base_is_the_result_without_painting (gconstpointer data)
{
  g_autoptr (GeglBuffer) pixels = make_noise (data);

  for (int round = 0; round < N_ROUNDS; round++)
    {
      double scale = g_test_rand_double_range (1.0, 4.0);
      int    side_px = (int) (SIDE_PX * scale + 0.5);
      g_autoptr (UpscaleSource) source = upscale_source_new (pixels, scale);
      g_autoptr (GeglBuffer) result =
          gegl_buffer_new (GEGL_RECTANGLE (0, 0, side_px, side_px),
                           upscale_source_get_format (source));
      UpscaleRect area = make_rect (side_px);
      g_autoptr (UpscaleView) before = upscale_view_new_of_base (source, area);
      g_autoptr (UpscaleView) after = upscale_view_new (result, area);
      UpscaleRect rect = { 0, 0, area.width, area.height };
      g_autoptr (UpscaleView) copy = upscale_view_copy (before);
      g_autoptr (UpscalePixels) base = NULL;
      g_autoptr (UpscalePixels) written = NULL;
      g_autoptr (UpscalePixels) copied = NULL;

      upscale_source_write_base (source, result,
                                 (UpscaleRect) { 0, 0, side_px, side_px });
      base = upscale_view_read (before, rect, rect.width, rect.height);
      written = upscale_view_read (after, rect, rect.width, rect.height);
      copied = upscale_view_read (copy, rect, rect.width, rect.height);
      assert_same (base, written);
      assert_same (base, copied);
    }
}

/* A reduced view has the wanted size, whatever it is read from. */
static void
test_reduced_views_have_the_wanted_size (void)
{
  g_autoptr (GeglBuffer) pixels = make_noise ("R'G'B' u8");

  for (int round = 0; round < N_ROUNDS; round++)
    {
      double scale = g_test_rand_double_range (1.0, 8.0);
      int    side_px = (int) (SIDE_PX * scale + 0.5);
      g_autoptr (UpscaleSource) source = upscale_source_new (pixels, scale);
      g_autoptr (UpscaleView) view =
          upscale_view_new_of_base (source, (UpscaleRect) { 0, 0, side_px, side_px });
      UpscaleRect rect = make_rect (side_px);
      int         width_px = g_test_rand_int_range (1, rect.width + 1);
      int         height_px = g_test_rand_int_range (1, rect.height + 1);
      g_autoptr (UpscalePixels) seen =
          upscale_view_read (view, rect, width_px, height_px);

      g_assert_cmpint (upscale_view_get_width (view), ==, side_px);
      g_assert_cmpint (seen->width_px, ==, width_px);
      g_assert_cmpint (seen->height_px, ==, height_px);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_test_add_data_func ("/view/base-is-the-result-without-painting/rgb", "R'G'B' u8",
                        test_base_is_the_result_without_painting);
  g_test_add_data_func ("/view/base-is-the-result-without-painting/rgba16", "RGBA u16",
                        test_base_is_the_result_without_painting);
  g_test_add_func ("/view/reduced-views-have-the-wanted-size",
                   test_reduced_views_have_the_wanted_size);
  return g_test_run ();
}
