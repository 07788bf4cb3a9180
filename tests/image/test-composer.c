/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "upscale-color.h"
#include "upscale-composer.h"
#include "upscale-coverage.h"
#include "upscale-tile-order.h"

#define SOURCE_PX 90
#define TARGET_PX 180
#define TILE_PX 64
#define SCALE 2.0
/* A grid whose painted tiles are several blocks of GEGL's wide, as real ones are. */
#define LARGE_TILE_PX 512
#define LARGE_OVERLAP_PX 64
#define N_COLUMNS 4
#define N_ROWS 4
#define LARGE_TILE_BYTES (LARGE_TILE_PX * LARGE_TILE_PX * 3 * sizeof (guint16))

static GeglBuffer *
make_noise (void)
{
  GeglBuffer *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, SOURCE_PX, SOURCE_PX),
                                        babl_format ("R'G'B'A u16"));
  g_autofree guint16 *words = g_new (guint16, SOURCE_PX * SOURCE_PX * 4);
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  for (int i = 0; i < SOURCE_PX * SOURCE_PX * 4; i++)
    words[i] = (guint16) g_rand_int_range (random, 20000, 50000);
  gegl_buffer_set (buffer, NULL, 0, NULL, words, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static UpscaleTilePlan *
make_plan (void)
{
  return upscale_tile_plan_new (
      (UpscaleTilePlanCase) {
          TARGET_PX, TARGET_PX, { 0, 0, TARGET_PX, TARGET_PX }, TILE_PX, 16, SCALE },
      NULL);
}

/* Paints like an endpoint: the tile, changed by an amount of its own. */
static UpscalePixels *
paint (UpscaleSource *source, UpscaleTilePlan *plan, guint tile, int change)
{
  UpscalePixels *painted =
      upscale_source_get_seen (source, upscale_tile_plan_get_tile (plan, tile)->rect);

  for (gsize i = 0;
       i < upscale_pixels_get_row_bytes (painted) * (gsize) painted->height_px; i++)
    painted->data[i] = (guint8) CLAMP (painted->data[i] + change, 0, 255);
  return painted;
}

static guint16 *
read_result (UpscaleComposer *composer)
{
  guint16 *words = g_new (guint16, TARGET_PX * TARGET_PX * 4);

  g_assert_true (upscale_composer_is_complete (composer));
  gegl_buffer_get (upscale_composer_get_result (composer), NULL, 1.0,
                   babl_format ("R'G'B'A u16"), words, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  return words;
}

/* Settles all tiles in an order drawn from @order_seed. Each tile changes by its own
 * amount, except @failed. */
static guint16 *
compose (guint32 order_seed, int failed, gboolean changes)
{
  g_autoptr (GeglBuffer) pixels = make_noise ();
  g_autoptr (UpscaleSource) source = upscale_source_new (pixels, SCALE);
  g_autoptr (UpscaleTilePlan) plan = make_plan ();
  g_autoptr (UpscaleComposer) composer = upscale_composer_new (source, plan, 0.0, NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (order_seed);
  guint             n = upscale_tile_plan_get_n_tiles (plan);
  g_autofree guint *order = g_new (guint, n);

  for (guint i = 0; i < n; i++)
    order[i] = i;
  for (guint i = n - 1; i > 0; i--)
    {
      guint j = (guint) g_rand_int_range (random, 0, (gint32) i + 1);
      guint swapped = order[i];

      order[i] = order[j];
      order[j] = swapped;
    }
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (UpscalePixels) painted =
          paint (source, plan, order[i], changes ? 5 + (int) order[i] * 3 : 0);
      g_autoptr (UpscalePixels) seen =
          upscale_source_get_seen (source,
                                   upscale_tile_plan_get_tile (plan, order[i])->rect);

      upscale_composer_settle (composer, order[i],
                               (int) order[i] == failed ? NULL : painted,
                               order[i] % 2 == 0 ? seen : NULL);
    }
  return read_result (composer);
}

static guint16 *
compose_base (void)
{
  return compose (0, -1, FALSE);
}

static void
test_any_order_gives_the_same_bytes (void)
{
  g_autofree guint16 *first = compose (1, -1, TRUE);

  for (guint32 seed = 2; seed < 8; seed++)
    {
      g_autofree guint16 *other = compose (seed, -1, TRUE);

      g_assert_cmpmem (first, TARGET_PX * TARGET_PX * 8, other,
                       TARGET_PX * TARGET_PX * 8);
    }
}

/* Computes the base in another way: with the same operation over the whole picture at
 * once. */
static void
test_echo_is_the_resampled_source (void)
{
  g_autofree guint16 *ours = compose_base ();
  g_autofree guint16 *expected = g_new (guint16, TARGET_PX * TARGET_PX * 4);
  g_autoptr (GeglBuffer) pixels = make_noise ();
  g_autoptr (GeglBuffer) whole = NULL;
  GeglNode *graph = gegl_node_new ();
  GeglNode *input = gegl_node_new_child (graph, "operation", "gegl:buffer-source",
                                         "buffer", pixels, NULL);
  GeglNode *scaled = gegl_node_new_child (graph, "operation", "gegl:scale-ratio", "x",
                                          2.0, "y", 2.0, "sampler", GEGL_SAMPLER_CUBIC,
                                          "abyss-policy", GEGL_ABYSS_CLAMP, NULL);
  GeglNode *output =
      gegl_node_new_child (graph, "operation", "gegl:buffer-sink", "buffer", &whole,
                           "format", babl_format ("R'G'B'A u16"), NULL);

  gegl_node_link_many (input, scaled, output, NULL);
  gegl_node_process (output);
  gegl_buffer_get (whole, GEGL_RECTANGLE (0, 0, TARGET_PX, TARGET_PX), 1.0,
                   babl_format ("R'G'B'A u16"), expected, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  for (int i = 0; i < TARGET_PX * TARGET_PX * 4; i++)
    g_assert_cmpint (abs (ours[i] - expected[i]), <=, 2);
  g_object_unref (graph);
}

static void
test_failed_tile_fades_to_the_base (void)
{
  g_autofree guint16 *base = compose_base ();
  g_autofree guint16 *result = compose (1, 0, TRUE);

  /* The first corner belongs to the failed tile alone, the far corner to another tile. */
  g_assert_cmpmem (result, 32 * 8, base, 32 * 8);
  g_assert_cmpint (result[(TARGET_PX * TARGET_PX - 1) * 4], !=,
                   base[(TARGET_PX * TARGET_PX - 1) * 4]);
}

static void
test_alpha_is_the_bases (void)
{
  g_autofree guint16 *base = compose_base ();
  g_autofree guint16 *result = compose (1, -1, TRUE);

  for (int i = 3; i < TARGET_PX * TARGET_PX * 4; i += 4)
    g_assert_cmpint (result[i], ==, base[i]);
}

typedef struct
{
  UpscaleSource   *source;
  UpscaleTilePlan *plan;
  UpscaleComposer *composer;
} Settling;

static gpointer
settle_all (gpointer data)
{
  Settling *what = data;

  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (what->plan); i++)
    {
      g_autoptr (UpscalePixels) painted =
          paint (what->source, what->plan, i, 5 + (int) i * 3);

      upscale_composer_settle (what->composer, i, painted, NULL);
    }
  return NULL;
}

/* Two batches of earlier runs may contain the same tile, and both may find it in the
 * cache. */
static void
test_tile_that_comes_twice_counts_once (void)
{
  g_autofree guint16 *once = compose (1, -1, TRUE);

  for (int round = 0; round < 4; round++)
    {
      g_autoptr (GeglBuffer) pixels = make_noise ();
      g_autoptr (UpscaleSource) source = upscale_source_new (pixels, 2.0);
      g_autoptr (UpscaleTilePlan) plan = make_plan ();
      g_autoptr (UpscaleComposer) composer =
          upscale_composer_new (source, plan, 0.0, NULL);
      g_autofree guint16 *twice = NULL;
      Settling            what = { source, plan, composer };
      GThread            *other = g_thread_new ("other", settle_all, &what);

      settle_all (&what);
      g_thread_join (other);
      upscale_composer_settle (composer, 0, NULL, NULL);
      twice = read_result (composer);
      g_assert_cmpmem (once, TARGET_PX * TARGET_PX * 8, twice, TARGET_PX * TARGET_PX * 8);
    }
}

static UpscaleTilePlan *
make_large_plan (void)
{
  int stride_px = LARGE_TILE_PX - LARGE_OVERLAP_PX;
  int width_px = N_COLUMNS * stride_px + LARGE_OVERLAP_PX;
  int height_px = N_ROWS * stride_px + LARGE_OVERLAP_PX;

  return upscale_tile_plan_new ((UpscaleTilePlanCase) { width_px,
                                                        height_px,
                                                        { 0, 0, width_px, height_px },
                                                        LARGE_TILE_PX,
                                                        LARGE_OVERLAP_PX,
                                                        SCALE },
                                NULL);
}

/* Allocates the whole buffer, so that later writes to it take no more memory. */
static void
fill_with_white (GeglBuffer *buffer)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (buffer);
  gsize                n_bytes = (gsize) extent->width * (gsize) extent->height * 8;
  g_autofree guint8   *white = g_malloc (n_bytes);

  memset (white, 0xff, n_bytes);
  gegl_buffer_set (buffer, NULL, 0, babl_format ("R'G'B'A u16"), white,
                   GEGL_AUTO_ROWSTRIDE);
}

static guint64
get_bytes_in_buffers (void)
{
  guint64 n_bytes;

  g_object_get (gegl_stats (), "tile-cache-total", &n_bytes, NULL);
  return n_bytes;
}

/* Row by row, whole tiles were kept: those of a row, the one beside them, and the one
 * that has just arrived. From the middle outwards more tiles wait for neighbors, but of
 * each only its open borders are kept. */
static void
test_painting_outwards_keeps_no_more_than_whole_rows (void)
{
  g_autoptr (UpscaleTilePlan) plan = make_large_plan ();
  GeglRectangle extent = { 0, 0, (int) (upscale_tile_plan_get_width (plan) / SCALE),
                           (int) (upscale_tile_plan_get_height (plan) / SCALE) };
  g_autoptr (GeglBuffer) pixels = gegl_buffer_new (&extent, babl_format ("R'G'B'A u16"));
  g_autoptr (UpscaleSource) source = upscale_source_new (pixels, SCALE);
  g_autoptr (UpscaleComposer) composer = upscale_composer_new (source, plan, 0.0, NULL);
  g_autoptr (GArray) order =
      upscale_tile_order_new (plan, upscale_tile_plan_get_region (plan));
  guint64 n_before;
  guint64 n_most = 0;

  fill_with_white (pixels);
  fill_with_white (upscale_composer_get_result (composer));
  n_before = get_bytes_in_buffers ();
  g_assert_cmpuint (order->len, ==, N_COLUMNS * N_ROWS);
  for (guint i = 0; i < order->len; i++)
    {
      guint tile = g_array_index (order, guint, i);
      g_autoptr (UpscalePixels) painted = paint (source, plan, tile, -(int) tile);

      upscale_composer_settle (composer, tile, painted, NULL);
      n_most = MAX (n_most, get_bytes_in_buffers () - n_before);
    }
  g_test_message ("most bytes in painted tiles: %" G_GUINT64_FORMAT
                  ", of whole rows: %" G_GSIZE_FORMAT,
                  n_most, (N_COLUMNS + 1) * LARGE_TILE_BYTES);
  g_assert_cmpuint (n_most, >, 0);
  g_assert_cmpuint (n_most, <=, (N_COLUMNS + 1) * LARGE_TILE_BYTES);
  g_assert_cmpuint (get_bytes_in_buffers (), ==, n_before);
}

static UpscalePixels *
make_byte_noise (GRand *random)
{
  UpscalePixels *pixels = upscale_pixels_new (TILE_PX, TILE_PX);

  for (int i = 0; i < TILE_PX * TILE_PX * 3; i++)
    pixels->data[i] = (guint8) g_rand_int_range (random, 0, 256);
  return pixels;
}

static GeglBuffer *
make_byte_layer (const UpscalePixels *pixels)
{
  GeglBuffer *layer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, TILE_PX, TILE_PX),
                                       babl_format ("R'G'B' u8"));

  gegl_buffer_set (layer, NULL, 0, NULL, pixels->data, GEGL_AUTO_ROWSTRIDE);
  return layer;
}

/* Composes a layer whose bytes endpoints are sent as they are, of a single tile. */
static void
compose_bytes (const UpscalePixels *seen,
               UpscalePixels       *painted,
               UpscaleCoverage     *map,
               guint8              *result)
{
  g_autoptr (GeglBuffer) layer = make_byte_layer (seen);
  g_autoptr (UpscaleSource) source = upscale_source_new (layer, 1.0);
  g_autoptr (UpscaleTilePlan) plan = upscale_tile_plan_new (
      (UpscaleTilePlanCase) {
          TILE_PX, TILE_PX, { 0, 0, TILE_PX, TILE_PX }, TILE_PX, 16, 1.0 },
      NULL);
  g_autoptr (UpscaleComposer) composer = upscale_composer_new (source, plan, 1.0, map);

  upscale_composer_settle (composer, 0, painted, NULL);
  gegl_buffer_get (upscale_composer_get_result (composer), NULL, 1.0, NULL, result,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
}

/* Compares with base + level * change, in double. */
static void
assert_bytes_are_the_nearest (float level, UpscaleCoverage *map)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  g_autoptr (UpscalePixels) seen = make_byte_noise (random);
  g_autoptr (UpscalePixels) painted = make_byte_noise (random);
  g_autoptr (UpscaleColor) color = upscale_color_new (painted, seen, 1.0);
  guint16 words[TILE_PX * TILE_PX * 3];
  guint8  result[TILE_PX * TILE_PX * 3];

  compose_bytes (seen, painted, map, result);
  upscale_color_correct (color, 0, TILE_PX, words);
  for (int i = 0; i < TILE_PX * TILE_PX * 3; i++)
    {
      double base = seen->data[i];
      double exact = base + level * (words[i] / 257.0 - base);

      g_assert_cmpfloat (fabs (result[i] - exact), <=, 0.5 + 1e-4);
    }
}

static void
test_bytes_are_the_nearest_to_base_plus_change (void)
{
  const float level = 0.25F;
  g_autoptr (GeglBuffer) levels =
      gegl_buffer_new (GEGL_RECTANGLE (0, 0, TILE_PX, TILE_PX),
                       babl_format (UPSCALE_COVERAGE_FORMAT));
  g_autoptr (UpscaleCoverage) map = NULL;

  gegl_buffer_set_color_from_pixel (levels, NULL, &level,
                                    babl_format (UPSCALE_COVERAGE_FORMAT));
  map = upscale_coverage_new (levels, 1.0);
  assert_bytes_are_the_nearest (1.0F, NULL);
  assert_bytes_are_the_nearest (level, map);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_test_add_func ("/composer/any-order-gives-the-same-bytes",
                   test_any_order_gives_the_same_bytes);
  g_test_add_func ("/composer/echo-is-the-resampled-source",
                   test_echo_is_the_resampled_source);
  g_test_add_func ("/composer/failed-tile-fades-to-the-base",
                   test_failed_tile_fades_to_the_base);
  g_test_add_func ("/composer/alpha-is-the-bases", test_alpha_is_the_bases);
  g_test_add_func ("/composer/tile-that-comes-twice-counts-once",
                   test_tile_that_comes_twice_counts_once);
  g_test_add_func ("/composer/painting-outwards-keeps-no-more-than-whole-rows",
                   test_painting_outwards_keeps_no_more_than_whole_rows);
  g_test_add_func ("/composer/bytes-are-the-nearest-to-base-plus-change",
                   test_bytes_are_the_nearest_to_base_plus_change);
  return g_test_run ();
}
