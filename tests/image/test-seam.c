/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "upscale-composer.h"
#include "upscale-low-pass.h"
#include "upscale-seam.h"

#define SIDE_PX 232
#define TILE_PX 104
#define OVERLAP_PX 40
#define FEATHER_PX (OVERLAP_PX / 2)
#define N_TILES 9
#define N_VALUES (SIDE_PX * SIDE_PX * 4)
#define NONE (-1)
#define LOW_TONE 60
#define HIGH_TONE 190
#define MOVED_PX 2

typedef guint8 (*Paint) (guint tile, int x, int y, guint8 seen);

static UpscaleTilePlan *
make_plan (double scale)
{
  return upscale_tile_plan_new (
      (UpscaleTilePlanCase) {
          SIDE_PX, SIDE_PX, { 0, 0, SIDE_PX, SIDE_PX }, TILE_PX, OVERLAP_PX, scale },
      NULL);
}

/* Draws midtones with a transparent hole. */
static GeglBuffer *
make_pixels (int side_px, const char *format)
{
  GeglBuffer *buffer =
      gegl_buffer_new (GEGL_RECTANGLE (0, 0, side_px, side_px), babl_format (format));
  g_autofree float *rgba = g_new (float, side_px *side_px * 4);
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  GeglRectangle hole = { side_px / 2, side_px / 3, side_px / 8, side_px / 8 };

  for (int i = 0; i < side_px * side_px * 4; i++)
    rgba[i] = (float) g_rand_double_range (random, 0.45, 0.55);
  gegl_buffer_set (buffer, NULL, 0, babl_format ("R'G'B'A float"), rgba,
                   GEGL_AUTO_ROWSTRIDE);
  gegl_buffer_clear (buffer, &hole);
  return buffer;
}

/* Computes noise of -32 to 31 that depends on its arguments alone. */
static int
get_noise (guint tile, int x, int y)
{
  guint32 hash =
      tile * 0x9E3779B9U + (guint32) x * 0x85EBCA6BU + (guint32) y * 0xC2B2AE35U;

  hash ^= hash >> 15;
  hash *= 0x2C1B3C6DU;
  hash ^= hash >> 12;
  hash *= 0x297A2D39U;
  return (int) (hash >> 26) - 32;
}

static guint8
paint_nothing (guint tile, int x, int y, guint8 seen)
{
  return seen;
}

static guint8
paint_own_noise (guint tile, int x, int y, guint8 seen)
{
  return (guint8) (seen + get_noise (tile + 1, x, y));
}

static guint8
paint_common_noise (guint tile, int x, int y, guint8 seen)
{
  return (guint8) (seen + get_noise (0, x, y));
}

/* Paints texture whose squares of 8 px have a mean of 0, as those of corrected tiles. */
static guint8
paint_own_texture (guint tile, int x, int y, guint8 seen)
{
  int tone = get_noise (tile + 1, x / 8, y / 8);

  return (guint8) (seen + (x / 4 + y / 4) % 2 * 2 * tone - tone);
}

/* Draws an edge along the middle of a border. Every second column of tiles moves it. */
static guint8
paint_upright_edge (guint tile, int x, int y, guint8 seen)
{
  int edge = TILE_PX - OVERLAP_PX / 2 + (tile % 3 == 1 ? MOVED_PX : 0);

  return x < edge ? LOW_TONE : HIGH_TONE;
}

/* Draws an edge across the borders of the first row, and moves it likewise. */
static guint8
paint_level_edge (guint tile, int x, int y, guint8 seen)
{
  return y < 30 + (tile % 3 == 1 ? MOVED_PX : 0) ? LOW_TONE : HIGH_TONE;
}

static UpscalePixels *
paint_tile (UpscaleSource *source, UpscaleTilePlan *plan, guint tile, Paint paint)
{
  UpscaleRect    rect = upscale_tile_plan_get_tile (plan, tile)->rect;
  UpscalePixels *pixels = upscale_source_get_seen (source, rect);

  for (int y = 0; y < rect.height; y++)
    for (int x = 0; x < rect.width; x++)
      for (int i = 3 * (y * rect.width + x); i < 3 * (y * rect.width + x + 1); i++)
        pixels->data[i] = paint (tile, rect.x + x, rect.y + y, pixels->data[i]);
  return pixels;
}

/* Settles all tiles, beginning with @first. The tile @failed stays the base. */
static float *
compose_source (UpscaleSource *source, double scale, Paint paint, int failed, guint first)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (scale);
  g_autoptr (UpscaleComposer) composer = upscale_composer_new (source, plan, 0.0, NULL);
  float *values = g_new (float, N_VALUES);

  g_assert_cmpuint (upscale_tile_plan_get_n_tiles (plan), ==, N_TILES);
  for (guint i = 0; i < N_TILES; i++)
    {
      guint tile = (first + i * 4) % N_TILES;
      g_autoptr (UpscalePixels) painted =
          paint ? paint_tile (source, plan, tile, paint) : NULL;

      upscale_composer_settle (composer, tile, (int) tile == failed ? NULL : painted,
                               NULL);
    }
  g_assert_true (upscale_composer_is_complete (composer));
  gegl_buffer_get (upscale_composer_get_result (composer), NULL, 1.0,
                   babl_format ("R'G'B'A float"), values, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  return values;
}

static float *
compose (Paint paint, int failed, guint first)
{
  g_autoptr (GeglBuffer) pixels = make_pixels (SIDE_PX, "R'G'B'A float");
  g_autoptr (UpscaleSource) source = upscale_source_new (pixels, 1.0);

  return compose_source (source, 1.0, paint, failed, first);
}

static void
assert_close (float a, float b)
{
  g_assert_cmpfloat (fabsf (a - b), <, 1e-5F);
}

static void
test_any_order_gives_the_same_bytes (void)
{
  g_autofree float *expected = compose (paint_own_noise, 4, 0);

  for (guint first = 1; first < N_TILES; first++)
    {
      g_autofree float *other = compose (paint_own_noise, 4, first);

      g_assert_cmpmem (expected, N_VALUES * sizeof (float), other,
                       N_VALUES * sizeof (float));
    }
}

static void
test_unchanged_tiles_give_the_base_to_the_last_bit (void)
{
  const char *formats[] = { "R'G'B'A u8", "R'G'B'A u16", "R'G'B'A float", "RGBA float" };
  double      scales[] = { 1.0, 2.0 };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (scales); j++)
      {
        g_autoptr (GeglBuffer) pixels =
            make_pixels ((int) (SIDE_PX / scales[j]), formats[i]);
        g_autoptr (UpscaleSource) source = upscale_source_new (pixels, scales[j]);
        g_autofree float *base = compose_source (source, scales[j], NULL, NONE, 0);
        g_autofree float *echo =
            compose_source (source, scales[j], paint_nothing, NONE, 0);

        g_assert_cmpmem (base, N_VALUES * sizeof (float), echo,
                         N_VALUES * sizeof (float));
      }
}

/* Where the tiles agree, their change is neither weakened nor strengthened. */
static void
test_equal_tiles_keep_their_change (void)
{
  g_autofree float *base = compose (NULL, NONE, 0);
  g_autofree float *result = compose (paint_common_noise, NONE, 0);

  for (int i = 0; i < N_VALUES; i++)
    {
      int      x = i / 4 % SIDE_PX;
      int      y = i / 4 / SIDE_PX;
      gboolean is_painted = i % 4 < 3 && base[i / 4 * 4 + 3] > 0.0F;
      float    change = is_painted ? (float) get_noise (0, x, y) / 255.0F : 0.0F;

      assert_close (result[i], base[i] + change);
    }
}

static UpscaleRect
find_cell (const UpscaleTilePlan *plan, guint n_tiles, guint first, guint last)
{
  for (guint i = 0; i < upscale_tile_plan_get_n_cells (plan); i++)
    {
      const UpscaleCell *cell = upscale_tile_plan_get_cell (plan, i);

      if (cell->n_tiles == n_tiles && cell->tiles[0] == first &&
          cell->tiles[n_tiles - 1] == last)
        return cell->rect;
    }
  g_assert_not_reached ();
}

static void
assert_fades (const UpscaleTilePlan *plan,
              const float           *base,
              const float           *result,
              guint                  painted,
              UpscaleRect            rect)
{
  for (int y = rect.y; y < rect.y + rect.height; y++)
    for (int x = rect.x; x < rect.x + rect.width; x++)
      {
        int   i = (y * SIDE_PX + x) * 4;
        float x_weight;
        float y_weight;

        upscale_tile_plan_get_x_weights (plan, painted, x, 1, &x_weight);
        upscale_tile_plan_get_y_weights (plan, painted, y, 1, &y_weight);
        if (base[i + 3] > 0.0F)
          assert_close (result[i] - base[i], x_weight * y_weight *
                                                 (float) get_noise (painted + 1, x, y) /
                                                 255.0F);
      }
}

/* Beside a failed tile, both bands have the plan's weights. */
static void
test_failed_tile_fades_to_the_base (void)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (1.0);
  g_autofree float *base = compose (NULL, NONE, 0);
  g_autofree float *result = compose (paint_own_noise, 4, 0);
  UpscaleRect       own = find_cell (plan, 1, 4, 4);

  for (int y = own.y; y < own.y + own.height; y++)
    g_assert_cmpmem (result + (y * SIDE_PX + own.x) * 4,
                     (gsize) own.width * 4 * sizeof (float),
                     base + (y * SIDE_PX + own.x) * 4,
                     (gsize) own.width * 4 * sizeof (float));
  assert_fades (plan, base, result, 3, find_cell (plan, 2, 3, 4));
  assert_fades (plan, base, result, 5, find_cell (plan, 2, 4, 5));
  assert_fades (plan, base, result, 1, find_cell (plan, 2, 1, 4));
  assert_fades (plan, base, result, 7, find_cell (plan, 2, 4, 7));
}

/* Returns the energy of the change in a part of the picture, per pixel. */
static double
get_energy (const float *base, const float *result, UpscaleRect rect)
{
  double sum = 0.0;

  for (int y = rect.y; y < rect.y + rect.height; y++)
    for (int x = rect.x; x < rect.x + rect.width; x++)
      {
        double change =
            (double) (result[(y * SIDE_PX + x) * 4] - base[(y * SIDE_PX + x) * 4]);

        sum += change * change;
      }
  return sum / (rect.width * rect.height);
}

/* A cross-fade of independent noise would leave 0.7 of the energy in a border, and half
 * of that in a corner. */
static void
test_texture_keeps_its_energy_in_borders (void)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (1.0);
  g_autofree float *base = compose (NULL, NONE, 0);
  g_autofree float *result = compose (paint_own_noise, NONE, 0);
  double            inside = get_energy (base, result, find_cell (plan, 1, 0, 0));
  UpscaleRect       borders[] = { find_cell (plan, 2, 0, 1), find_cell (plan, 2, 0, 3),
                                  find_cell (plan, 2, 5, 8), find_cell (plan, 4, 0, 4),
                                  find_cell (plan, 4, 4, 8) };

  for (gsize i = 0; i < G_N_ELEMENTS (borders); i++)
    {
      double ratio = get_energy (base, result, borders[i]) / inside;

      g_assert_cmpfloat (ratio, >, 0.87);
      g_assert_cmpfloat (ratio, <, 1.1);
    }
}

/* Returns the energy of the low frequencies of the change, per pixel, in the middle of a
 * cell. */
static double
get_low_energy (const float *base, const float *result, UpscaleRect rect)
{
  UpscaleRect       picture = { 0, 0, SIDE_PX, SIDE_PX };
  g_autofree float *change = g_new (float, SIDE_PX *SIDE_PX * 3);
  g_autofree float *low = g_new (float, SIDE_PX *SIDE_PX * 3);
  double            sum = 0.0;
  int               inset = FEATHER_PX / 2 - 2;

  for (int i = 0; i < SIDE_PX * SIDE_PX * 3; i++)
    change[i] = result[i / 3 * 4 + i % 3] - base[i / 3 * 4 + i % 3];
  upscale_low_pass_apply (change, SIDE_PX, SIDE_PX, picture, low);
  upscale_low_pass_apply (low, SIDE_PX, SIDE_PX, picture, change);
  rect = (UpscaleRect) { rect.x + inset, rect.y + inset, rect.width - 2 * inset,
                         rect.height - 2 * inset };
  for (int y = rect.y; y < rect.y + rect.height; y++)
    for (int x = rect.x; x < rect.x + rect.width; x++)
      sum +=
          (double) change[(y * SIDE_PX + x) * 3] * (double) change[(y * SIDE_PX + x) * 3];
  return sum / (rect.width * rect.height);
}

/* Textures that end at once would leave 1.3 times the low frequencies of the inside. */
static void
test_texture_gets_no_spots_along_a_boundary (void)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (1.0);
  g_autofree float *base = compose (NULL, NONE, 0);
  g_autofree float *result = compose (paint_own_texture, NONE, 0);
  double            inside = 0.0;
  double            border = 0.0;
  UpscaleRect       rects[] = { find_cell (plan, 2, 0, 1), find_cell (plan, 2, 1, 2),
                                find_cell (plan, 2, 6, 7), find_cell (plan, 2, 7, 8),
                                find_cell (plan, 2, 0, 3), find_cell (plan, 2, 3, 6),
                                find_cell (plan, 2, 2, 5), find_cell (plan, 2, 5, 8) };

  for (guint i = 0; i < G_N_ELEMENTS (rects); i++)
    border += get_low_energy (base, result, rects[i]) / G_N_ELEMENTS (rects);
  for (guint i = 0; i < N_TILES; i += 2)
    if (i != 4)
      inside += get_low_energy (base, result, find_cell (plan, 1, i, i)) / 4.0;
  g_test_message ("low frequencies of %g in borders, %g inside", border, inside);
  g_assert_cmpfloat (border, <, 1.2 * inside);
}

/* Counts the places in a line at which the tone rises by more than a quarter of the
 * edge. Adjoining pixels are one place. */
static int
count_edges (const float *result, int first, int distance, int n)
{
  float least = (HIGH_TONE - LOW_TONE) / 255.0F / 4.0F;
  int   edges = 0;
  int   last = -2;

  for (int i = 0; i + 1 < n; i++)
    {
      float step =
          result[(first + (i + 1) * distance) * 4] - result[(first + i * distance) * 4];

      if (fabsf (step) <= least)
        continue;
      edges += i > last + 1;
      last = i;
    }
  return edges;
}

static void
test_moved_edge_along_a_border_appears_once (void)
{
  g_autofree float *result = compose (paint_upright_edge, NONE, 0);
  int               x = TILE_PX - OVERLAP_PX;

  for (int y = 0; y < SIDE_PX / 4; y++)
    g_assert_cmpint (count_edges (result, y * SIDE_PX + x, 1, OVERLAP_PX), ==, 1);
}

/* The edge must change its place somewhere, and may be double in the soft part only. */
static void
test_moved_edge_across_a_border_appears_once (void)
{
  g_autofree float *result = compose (paint_level_edge, NONE, 0);
  int               n_double = 0;

  for (int x = TILE_PX - OVERLAP_PX; x < TILE_PX; x++)
    {
      int edges = count_edges (result, 10 * SIDE_PX + x, SIDE_PX, 40);

      g_assert_cmpint (edges, >=, 1);
      n_double += edges > 1;
    }
  g_assert_cmpint (n_double, <=, 4);
}

/* The shares of all tiles in the high frequencies, over the whole picture. */
typedef struct
{
  float *by_tile[N_TILES];
} Shares;

static void
shares_clear (Shares *shares)
{
  for (guint i = 0; i < N_TILES; i++)
    g_free (shares->by_tile[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shares, shares_clear)

static GeglBuffer *
make_painted (guint tile, const UpscaleTilePlan *plan)
{
  UpscaleRect   rect = upscale_tile_plan_get_tile (plan, tile)->rect;
  GeglRectangle extent = { 0, 0, rect.width, rect.height };
  GeglBuffer   *buffer =
      gegl_buffer_new (&extent, babl_format (UPSCALE_SEAM_PAINTED_FORMAT));
  g_autofree guint16 *words = g_new (guint16, rect.width * rect.height * 3);

  for (int i = 0; i < rect.width * rect.height * 3; i++)
    words[i] = (guint16) (30000 + 100 * get_noise (tile + 1, i % 3, i / 3));
  gegl_buffer_set (buffer, NULL, 0, NULL, words, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static void
add_cell (const UpscaleTilePlan *plan,
          UpscaleBoundaryStore  *store,
          const UpscaleCell     *cell,
          GeglBuffer           **painted,
          Shares                *shares)
{
  GeglBuffer *of_cell[UPSCALE_CELL_MAX_TILES] = { NULL };
  UpscaleRect rect = cell->rect;
  g_autoptr (UpscaleSeam) seam = NULL;
  g_autofree float *values = g_new (float, rect.width *rect.height);

  for (guint slot = 0; slot < cell->n_tiles; slot++)
    of_cell[slot] = painted[cell->tiles[slot]];
  seam = upscale_seam_new (plan, store, cell, of_cell);
  for (guint slot = 0; slot < cell->n_tiles; slot++)
    for (int i = 0; i < rect.width * rect.height; i++)
      {
        guint tile = cell->tiles[slot];
        int   x = rect.x + i % rect.width;
        int   y = rect.y + i / rect.width;
        float x_weight;
        float y_weight;

        if (i == 0 && seam)
          upscale_seam_get_shares (seam, slot, rect, values);
        upscale_tile_plan_get_x_weights (plan, tile, x, 1, &x_weight);
        upscale_tile_plan_get_y_weights (plan, tile, y, 1, &y_weight);
        shares->by_tile[tile][y * SIDE_PX + x] = seam ? values[i] : x_weight * y_weight;
      }
}

/* @store: the boundaries that earlier cells have found
 * @failed: bits of tiles that show the base */
static Shares
find_shares_with (const UpscaleTilePlan *plan, UpscaleBoundaryStore *store, guint failed)
{
  Shares      shares = { { NULL } };
  GeglBuffer *painted[N_TILES] = { NULL };

  for (guint i = 0; i < N_TILES; i++)
    {
      shares.by_tile[i] = g_new0 (float, SIDE_PX *SIDE_PX);
      painted[i] = failed & (1U << i) ? NULL : make_painted (i, plan);
    }
  for (guint i = 0; i < upscale_tile_plan_get_n_cells (plan); i++)
    add_cell (plan, store, upscale_tile_plan_get_cell (plan, i), painted, &shares);
  for (guint i = 0; i < N_TILES; i++)
    g_clear_object (&painted[i]);
  return shares;
}

static Shares
find_shares (const UpscaleTilePlan *plan, guint failed)
{
  g_autoptr (UpscaleBoundaryStore) store = upscale_boundary_store_new ();

  return find_shares_with (plan, store, failed);
}

static void
check_sums (const Shares *shares)
{
  for (int pixel = 0; pixel < SIDE_PX * SIDE_PX; pixel++)
    {
      float sum = 0.0F;

      for (guint i = 0; i < N_TILES; i++)
        {
          g_assert_cmpfloat (shares->by_tile[i][pixel], >=, 0.0F);
          sum += shares->by_tile[i][pixel];
        }
      assert_close (sum, 1.0F);
    }
}

/* Compares the pixels on both sides of a line. A boundary that moves by a pixel changes
 * the sum by one; boundaries that don't meet change it by their distance. */
static void
check_line (const Shares *shares, int first, int distance, int across, int n)
{
  for (guint tile = 0; tile < N_TILES; tile++)
    {
      const float *share = shares->by_tile[tile];
      float        sum = 0.0F;

      for (int i = 0; i < n; i++)
        {
          int at = first + i * distance;

          sum += fabsf (share[at] - share[at - across]);
        }
      g_assert_cmpfloat (sum, <, 1.2F);
    }
}

static void
check_edges_of_corners (const UpscaleTilePlan *plan, const Shares *shares)
{
  for (guint i = 0; i < upscale_tile_plan_get_n_cells (plan); i++)
    {
      const UpscaleCell *cell = upscale_tile_plan_get_cell (plan, i);
      UpscaleRect        rect = cell->rect;
      int                first = rect.y * SIDE_PX + rect.x;

      if (cell->n_tiles < UPSCALE_CELL_MAX_TILES)
        continue;
      check_line (shares, first, 1, SIDE_PX, rect.width);
      check_line (shares, first + rect.height * SIDE_PX, 1, SIDE_PX, rect.width);
      check_line (shares, first, SIDE_PX, 1, rect.height);
      check_line (shares, first + rect.width, SIDE_PX, 1, rect.height);
    }
}

static void
test_shares_sum_to_one_and_meet_at_corners (void)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (1.0);

  for (guint failed = 0; failed < 1U << N_TILES; failed += 1 + failed / 8)
    {
      g_auto (Shares) shares = find_shares (plan, failed);

      check_sums (&shares);
      check_edges_of_corners (plan, &shares);
    }
}

/* Texture changes sides within a few pixels, on a way that is not straight. */
static void
test_shares_change_at_once (void)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (1.0);
  g_auto (Shares) shares = find_shares (plan, 0);
  UpscaleRect border = find_cell (plan, 2, 0, 1);
  float       least = FEATHER_PX;
  float       largest = 0.0F;

  for (int y = border.y; y < border.y + border.height; y++)
    {
      float sum = 0.0F;
      int   n_soft = 0;

      for (int x = border.x; x < border.x + border.width; x++)
        {
          float share = shares.by_tile[0][y * SIDE_PX + x];

          sum += share;
          n_soft += share > 0.0F && share < 1.0F;
        }
      g_assert_cmpint (n_soft, <=, 4);
      least = MIN (least, sum);
      largest = MAX (largest, sum);
    }
  g_assert_cmpfloat (largest - least, >, 2.0F);
}

/* A boundary is found once, from pixels that may be gone later; a store that has
 * forgotten a tile finds its boundaries again. */
static void
test_stored_boundaries_change_nothing (void)
{
  g_autoptr (UpscaleTilePlan) plan = make_plan (1.0);
  g_autoptr (UpscaleBoundaryStore) store = upscale_boundary_store_new ();
  g_auto (Shares) found = find_shares_with (plan, store, 0);
  g_auto (Shares) stored = { { NULL } };
  g_auto (Shares) again = { { NULL } };

  g_assert_true (upscale_boundary_store_has (store, 0, 1));
  stored = find_shares_with (plan, store, 0);
  upscale_boundary_store_forget (store, 1);
  g_assert_false (upscale_boundary_store_has (store, 0, 1));
  g_assert_false (upscale_boundary_store_has (store, 1, 2));
  g_assert_true (upscale_boundary_store_has (store, 3, 4));
  again = find_shares_with (plan, store, 0);
  for (guint i = 0; i < N_TILES; i++)
    {
      gsize n_bytes = SIDE_PX * SIDE_PX * sizeof (float);

      g_assert_cmpmem (found.by_tile[i], n_bytes, stored.by_tile[i], n_bytes);
      g_assert_cmpmem (found.by_tile[i], n_bytes, again.by_tile[i], n_bytes);
    }
}

/* A slower thread may have read its pixels when the composer had dropped some already. */
static void
test_first_boundary_of_two_tiles_counts (void)
{
  static const int first[] = { 4, 5, 6 };
  static const int later[] = { 2, 2, 2 };
  g_autoptr (UpscaleBoundaryStore) store = upscale_boundary_store_new ();
  g_autofree int *added =
      upscale_boundary_store_add (store, 0, 1, g_memdup2 (first, sizeof first),
                                  G_N_ELEMENTS (first));
  g_autofree int *instead =
      upscale_boundary_store_add (store, 0, 1, g_memdup2 (later, sizeof later),
                                  G_N_ELEMENTS (later));
  g_autofree int *stored = upscale_boundary_store_dup (store, 0, 1);

  g_assert_cmpmem (added, sizeof first, first, sizeof first);
  g_assert_cmpmem (instead, sizeof first, first, sizeof first);
  g_assert_cmpmem (stored, sizeof first, first, sizeof first);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_test_add_func ("/seam/any-order-gives-the-same-bytes",
                   test_any_order_gives_the_same_bytes);
  g_test_add_func ("/seam/unchanged-tiles-give-the-base-to-the-last-bit",
                   test_unchanged_tiles_give_the_base_to_the_last_bit);
  g_test_add_func ("/seam/equal-tiles-keep-their-change",
                   test_equal_tiles_keep_their_change);
  g_test_add_func ("/seam/failed-tile-fades-to-the-base",
                   test_failed_tile_fades_to_the_base);
  g_test_add_func ("/seam/texture-keeps-its-energy-in-borders",
                   test_texture_keeps_its_energy_in_borders);
  g_test_add_func ("/seam/texture-gets-no-spots-along-a-boundary",
                   test_texture_gets_no_spots_along_a_boundary);
  g_test_add_func ("/seam/moved-edge-along-a-border-appears-once",
                   test_moved_edge_along_a_border_appears_once);
  g_test_add_func ("/seam/moved-edge-across-a-border-appears-once",
                   test_moved_edge_across_a_border_appears_once);
  g_test_add_func ("/seam/shares-sum-to-one-and-meet-at-corners",
                   test_shares_sum_to_one_and_meet_at_corners);
  g_test_add_func ("/seam/shares-change-at-once", test_shares_change_at_once);
  g_test_add_func ("/seam/stored-boundaries-change-nothing",
                   test_stored_boundaries_change_nothing);
  g_test_add_func ("/seam/first-boundary-of-two-tiles-counts",
                   test_first_boundary_of_two_tiles_counts);
  return g_test_run ();
}
