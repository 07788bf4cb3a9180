/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The strength map over whole compositions, with seams and without. */
#include <math.h>
#include <string.h>

#include "upscale-composer.h"
#include "upscale-coverage.h"

#define SOURCE_PX 90
#define TILE_PX 64

static const char *const formats[] = { "R'G'B' u8", "R'G'B'A u16", "RGB float",
                                       "Y' u8",     "Y u16",       "YA u32" };

/* Dark pixels beside light ones: where base and change differ much in size, their sum
 * loses bits. */
static GeglBuffer *
make_noise (const char *format, guint32 seed)
{
  GeglBuffer *buffer =
      gegl_buffer_new (GEGL_RECTANGLE (0, 0, SOURCE_PX, SOURCE_PX), babl_format (format));
  g_autofree guint16 *words = g_new (guint16, SOURCE_PX * SOURCE_PX * 4);
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  for (int i = 0; i < SOURCE_PX * SOURCE_PX * 4; i++)
    words[i] = (guint16) g_rand_int_range (random, 50, i % 3 == 0 ? 65000 : 900);
  gegl_buffer_set (buffer, NULL, 0, babl_format ("R'G'B'A u16"), words,
                   GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static float
get_black (int x, int y)
{
  return 0.0F;
}

static float
get_white (int x, int y)
{
  return 1.0F;
}

static float
get_gray (int x, int y)
{
  return 0.25F;
}

/* The tiles of the left half lie in black as well as in white. */
static float
get_halves (int x, int y)
{
  return x < SOURCE_PX / 3 ? 0.0F : 1.0F;
}

static UpscaleCoverage *
make_coverage (float (*get_value) (int x, int y), double scale)
{
  g_autoptr (GeglBuffer) buffer =
      gegl_buffer_new (GEGL_RECTANGLE (0, 0, SOURCE_PX, SOURCE_PX),
                       babl_format (UPSCALE_COVERAGE_FORMAT));
  g_autofree float *values = g_new (float, SOURCE_PX *SOURCE_PX);

  for (int y = 0; y < SOURCE_PX; y++)
    for (int x = 0; x < SOURCE_PX; x++)
      values[y * SOURCE_PX + x] = get_value (x, y);
  gegl_buffer_set (buffer, NULL, 0, NULL, values, GEGL_AUTO_ROWSTRIDE);
  return upscale_coverage_new (buffer, scale);
}

/* The parts of one composition. */
typedef struct
{
  const char      *format;
  double           scale;
  UpscaleCoverage *map;
  gboolean         paints;
} Case;

static UpscalePixels *
paint (UpscaleSource *source, UpscaleRect rect, guint tile)
{
  UpscalePixels *painted = upscale_source_get_seen (source, rect);
  gsize          n = upscale_pixels_get_row_bytes (painted) * (gsize) painted->height_px;

  for (gsize i = 0; i < n; i++)
    painted->data[i] = (guint8) (i % 2 ? 250U - painted->data[i] : tile * 5 + i % 20);
  return painted;
}

static GBytes *
compose (Case what)
{
  int size_px = (int) lround (SOURCE_PX * what.scale);
  g_autoptr (GeglBuffer) pixels = make_noise (what.format, 4);
  g_autoptr (UpscaleSource) source = upscale_source_new (pixels, what.scale);
  g_autoptr (UpscaleTilePlan) plan = upscale_tile_plan_new (
      (UpscaleTilePlanCase) {
          size_px, size_px, { 0, 0, size_px, size_px }, TILE_PX, 16, what.scale },
      NULL);
  g_autoptr (UpscaleComposer) composer =
      upscale_composer_new (source, plan, 0.5, what.map);
  gsize n = (gsize) size_px * (gsize) size_px *
            (gsize) babl_format_get_bytes_per_pixel (babl_format (what.format));
  g_autofree guint8 *bytes = g_malloc (n);

  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (plan); i++)
    {
      g_autoptr (UpscalePixels) painted =
          what.paints ? paint (source, upscale_tile_plan_get_tile (plan, i)->rect, i)
                      : NULL;

      upscale_composer_settle (composer, i, painted, NULL);
    }
  g_assert_true (upscale_composer_is_complete (composer));
  gegl_buffer_get (upscale_composer_get_result (composer), NULL, 1.0,
                   babl_format (what.format), bytes, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  return g_bytes_new_take (g_steal_pointer (&bytes), n);
}

static void
assert_same (GBytes *first, GBytes *second)
{
  g_assert_true (g_bytes_equal (first, second));
}

static void
test_white_changes_no_bit_and_black_leaves_the_base (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    for (double scale = 1.0; scale <= 2.5; scale += 0.75)
      {
        g_autoptr (UpscaleCoverage) black = make_coverage (get_black, scale);
        g_autoptr (UpscaleCoverage) white = make_coverage (get_white, scale);
        g_autoptr (GBytes) base = compose ((Case) { formats[i], scale, NULL, FALSE });
        g_autoptr (GBytes) plain = compose ((Case) { formats[i], scale, NULL, TRUE });
        g_autoptr (GBytes) full = compose ((Case) { formats[i], scale, white, TRUE });
        g_autoptr (GBytes) none = compose ((Case) { formats[i], scale, black, TRUE });

        g_test_message ("%s, %.2f", formats[i], scale);
        g_assert_false (g_bytes_equal (base, plain));
        assert_same (full, plain);
        assert_same (none, base);
      }
}

static const float *
get_floats (GBytes *bytes)
{
  return g_bytes_get_data (bytes, NULL);
}

/* Each pixel of the mixed result lies at the map's value between base and full result. */
static void
assert_mixed (UpscaleCoverage *map, double scale)
{
  int size_px = (int) lround (SOURCE_PX * scale);
  g_autoptr (GBytes) base = compose ((Case) { "RGB float", scale, NULL, FALSE });
  g_autoptr (GBytes) plain = compose ((Case) { "RGB float", scale, NULL, TRUE });
  g_autoptr (GBytes) mixed = compose ((Case) { "RGB float", scale, map, TRUE });
  g_autofree float *levels = g_new (float, size_px *size_px);

  upscale_coverage_get (map, (UpscaleRect) { 0, 0, size_px, size_px }, levels);
  for (int i = 0; i < 3 * size_px * size_px; i++)
    {
      float from = get_floats (base)[i];
      float expected = from + levels[i / 3] * (get_floats (plain)[i] - from);

      g_assert_cmpfloat_with_epsilon (get_floats (mixed)[i], expected, 1e-5);
      if (levels[i / 3] == 0.0F)
        g_assert_cmpfloat (get_floats (mixed)[i], ==, from);
      if (levels[i / 3] == 1.0F)
        g_assert_cmpfloat (get_floats (mixed)[i], ==, get_floats (plain)[i]);
    }
}

static void
test_pixels_are_mixed_by_the_map (void)
{
  g_autoptr (UpscaleCoverage) gray = make_coverage (get_gray, 1.75);
  g_autoptr (UpscaleCoverage) halves = make_coverage (get_halves, 1.75);
  g_autoptr (UpscaleCoverage) halves_unscaled = make_coverage (get_halves, 1.0);

  assert_mixed (gray, 1.75);
  assert_mixed (halves, 1.75);
  assert_mixed (halves_unscaled, 1.0);
}

/* A tile that is not sent must have no pixel that the map would show. */
static void
test_level_is_zero_only_where_all_is_black (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (int i = 0; i < 300; i++)
    {
      double scale = g_rand_double_range (random, 1.0, 4.0);
      int    side_px = (int) lround (SOURCE_PX * scale);
      g_autoptr (UpscaleCoverage) map = make_coverage (get_halves, scale);
      UpscaleRect       rect = { g_rand_int_range (random, 0, side_px - 20),
                                 g_rand_int_range (random, 0, side_px - 20), 20, 20 };
      g_autofree float *levels = g_new (float, 20 * 20);
      double            level = upscale_coverage_get_level (map, rect);

      upscale_coverage_get (map, rect, levels);
      for (int k = 0; level == 0.0 && k < 20 * 20; k++)
        g_assert_cmpfloat (levels[k], ==, 0.0F);
      g_assert_true (level == 0.0 || level == 1.0);
    }
}

static void
test_shares_and_levels_are_means (void)
{
  g_autoptr (UpscaleCoverage) halves = make_coverage (get_halves, 2.0);
  g_autoptr (UpscaleCoverage) gray = make_coverage (get_gray, 2.0);
  UpscaleRect all = { 0, 0, 2 * SOURCE_PX, 2 * SOURCE_PX };
  UpscaleRect beyond = { 2 * SOURCE_PX - 10, 0, 64, 64 };

  g_assert_cmpfloat_with_epsilon (upscale_coverage_get_share (halves, all), 2.0 / 3.0,
                                  1e-9);
  g_assert_cmpfloat_with_epsilon (upscale_coverage_get_share (halves, beyond), 1.0, 1e-9);
  g_assert_cmpfloat (upscale_coverage_get_level (halves, all), ==, 1.0);
  g_assert_cmpfloat_with_epsilon (upscale_coverage_get_level (gray, all), 0.25, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_test_add_func ("/coverage/white-changes-no-bit-and-black-leaves-the-base",
                   test_white_changes_no_bit_and_black_leaves_the_base);
  g_test_add_func ("/coverage/pixels-are-mixed-by-the-map",
                   test_pixels_are_mixed_by_the_map);
  g_test_add_func ("/coverage/level-is-zero-only-where-all-is-black",
                   test_level_is_zero_only_where_all_is_black);
  g_test_add_func ("/coverage/shares-and-levels-are-means",
                   test_shares_and_levels_are_means);
  return g_test_run ();
}
