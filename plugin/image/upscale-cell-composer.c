/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-cell-composer.h"

#include <string.h>

#include "upscale-blend.h"
#include "upscale-low-pass.h"
#include "upscale-seam.h"

/* A cell is composed in blocks of at most this size, which bounds the memory of one
 * worker. */
#define BLOCK_WIDTH_PX 1024
#define BLOCK_HEIGHT_PX 128

/* The distance over which the removal of low frequencies sets in at the edges of a cell.
 * Without it the removal would end at an edge that shows. */
#define ONSET_PX 8

/* Steps of 16 bits in one step of 8 bits. */
#define UNITS_PER_LEVEL 257U
#define CHANNELS 3
#define BASE_CHANNELS 4

/* Memory for composing the blocks of a cell, one after the other: fresh memory for each
 * block would cost a page fault every 4 KiB. */
typedef struct
{
  UpscaleRect rect; /* the part that is written */
  UpscaleRect wide; /* @rect with a margin inside the cell, for the low band of the sum */
  UpscaleRect area; /* the part that is read: @wide with a margin for that of each tile */
  float      *base; /* of @area */
  float      *seen;
  float      *painted; /* of the part of @area that a tile covers */
  float      *srgb;    /* %NULL if the working format is sRGB */
  guint8     *bytes;
  guint16    *words;
  float      *change; /* of @wide, and the members below likewise */
  float      *rest;
  float      *low;
  float      *shares;
  float      *presence; /* the sum of the weights of all tiles */
  float      *plain;    /* the base of @rect; %NULL without a strength map */
  float      *levels;   /* the strength map in @rect, likewise */
  float      *x_weights;
  float      *y_weights;
} Block;

static gsize
count_px (UpscaleRect rect)
{
  return (gsize) rect.width * (gsize) rect.height;
}

static void
block_clear (Block *block)
{
  g_free (block->base);
  g_free (block->seen);
  g_free (block->painted);
  g_free (block->srgb);
  g_free (block->bytes);
  g_free (block->words);
  g_free (block->change);
  g_free (block->rest);
  g_free (block->low);
  g_free (block->shares);
  g_free (block->presence);
  g_free (block->plain);
  g_free (block->levels);
  g_free (block->x_weights);
  g_free (block->y_weights);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Block, block_clear)

static Block
block_new (const UpscaleCellComposer *composer, UpscaleRect cell, int margin_px)
{
  int   width = MIN (cell.width, BLOCK_WIDTH_PX + 2 * margin_px);
  int   height = MIN (cell.height, BLOCK_HEIGHT_PX + 2 * margin_px);
  gsize n = (gsize) (width + 2 * margin_px) * (gsize) (height + 2 * margin_px);

  return (Block) {
    .base = g_new (float, BASE_CHANNELS *n),
    .seen = g_new (float, CHANNELS *n),
    .painted = g_new (float, CHANNELS *n),
    .srgb = composer->seen_fish ? g_new (float, CHANNELS *n) : NULL,
    .bytes = g_new (guint8, CHANNELS * n),
    .words = g_new (guint16, CHANNELS * n),
    .x_weights = g_new (float, width),
    .y_weights = g_new (float, height),
  };
}

static void
add_memory_for_bands (Block *block, UpscaleRect cell)
{
  gsize n = (gsize) MIN (cell.width, BLOCK_WIDTH_PX + 2 * UPSCALE_LOW_PASS_REACH_PX) *
            (gsize) MIN (cell.height, BLOCK_HEIGHT_PX + 2 * UPSCALE_LOW_PASS_REACH_PX);

  block->change = g_new (float, CHANNELS *n);
  block->rest = g_new (float, CHANNELS *n);
  block->low = g_new (float, CHANNELS *n);
  block->shares = g_new (float, n);
  block->presence = g_new (float, n);
}

UPSCALE_VECTORIZED static void
scale_bytes (const guint8 *restrict bytes, gsize n, float *restrict values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = (float) bytes[i] / G_MAXUINT8;
}

UPSCALE_VECTORIZED static void
scale_words (const guint16 *restrict words, gsize n, float *restrict values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = (float) words[i] / G_MAXUINT16;
}

/* The sent and the painted pixels are converted in the same way, so that equal values
 * stay equal to the last bit. */
static void
convert_seen (const UpscaleCellComposer *composer, Block *block)
{
  gsize  n = count_px (block->area);
  float *srgb = block->srgb ? block->srgb : block->seen;

  upscale_source_see (composer->source, block->base, n, block->bytes);
  scale_bytes (block->bytes, CHANNELS * n, srgb);
  if (block->srgb)
    babl_process (composer->seen_fish, srgb, block->seen, (glong) n);
}

static void
read_words (const UpscaleCellComposer *composer,
            Block                     *block,
            guint                      tile_index,
            GeglBuffer                *painted,
            UpscaleRect                part)
{
  UpscaleRect   tile = upscale_tile_plan_get_tile (composer->plan, tile_index)->rect;
  GeglRectangle roi = { part.x - tile.x, part.y - tile.y, part.width, part.height };

  gegl_buffer_get (painted, &roi, 1.0, babl_format (UPSCALE_SEAM_PAINTED_FORMAT),
                   block->words, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
}

static void
read_painted (const UpscaleCellComposer *composer,
              Block                     *block,
              guint                      tile_index,
              GeglBuffer                *painted,
              UpscaleRect                part)
{
  gsize  n = count_px (part);
  float *srgb = block->srgb ? block->srgb : block->painted;

  read_words (composer, block, tile_index, painted, part);
  scale_words (block->words, CHANNELS * n, srgb);
  if (block->srgb)
    babl_process (composer->seen_fish, srgb, block->painted, (glong) n);
}

static void
get_weights (const UpscaleCellComposer *composer, Block *block, guint tile_index)
{
  UpscaleRect wide = block->wide;

  upscale_tile_plan_get_x_weights (composer->plan, tile_index, wide.x, wide.width,
                                   block->x_weights);
  upscale_tile_plan_get_y_weights (composer->plan, tile_index, wide.y, wide.height,
                                   block->y_weights);
}

static void
add_memory_for_map (Block *block)
{
  gsize n = (gsize) BLOCK_WIDTH_PX * BLOCK_HEIGHT_PX;

  block->plain = g_new (float, BASE_CHANNELS *n);
  block->levels = g_new (float, n);
}

/* Keeps the base of the part that is written, as the changes are added in place. */
static void
keep_base (Block *block)
{
  UpscaleRect rect = block->rect;
  gsize       row = BASE_CHANNELS * (gsize) rect.width;

  for (int y = 0; block->plain && y < rect.height; y++)
    {
      gsize in_area = (gsize) (rect.y + y - block->area.y) * (gsize) block->area.width +
                      (gsize) (rect.x - block->area.x);

      memcpy (block->plain + row * (gsize) y, block->base + BASE_CHANNELS * in_area,
              row * sizeof (float));
    }
}

static void
write_block (const UpscaleCellComposer *composer, Block *block, float *rgba)
{
  if (block->plain)
    {
      upscale_coverage_get (composer->strength_map, block->rect, block->levels);
      upscale_blend_mix (rgba, block->plain, block->levels, count_px (block->rect));
    }
  upscale_source_write (composer->source, composer->result, block->rect, rgba);
}

static void
compose_plain_block (const UpscaleCellComposer *composer,
                     Block                     *block,
                     const UpscaleCell         *cell,
                     GeglBuffer               **painted)
{
  UpscaleRect rect = block->rect;
  gboolean    has_seen = FALSE;

  block->wide = rect;
  block->area = rect;
  upscale_source_get_base (composer->source, rect, block->base);
  keep_base (block);
  for (guint i = 0; i < cell->n_tiles; i++)
    {
      UpscaleBlendChange change = { block->painted, block->seen, block->x_weights,
                                    block->y_weights };

      if (!painted[i])
        continue;
      if (!has_seen)
        convert_seen (composer, block);
      has_seen = TRUE;
      read_painted (composer, block, cell->tiles[i], painted[i], rect);
      get_weights (composer, block, cell->tiles[i]);
      upscale_blend_add (block->base, rect.width, rect.height, change);
    }
  write_block (composer, block, block->base);
}

static gboolean
has_full_weight (const Block *block)
{
  for (int x = 0; x < block->wide.width; x++)
    if (block->x_weights[x] != 1.0F)
      return FALSE;
  for (int y = 0; y < block->wide.height; y++)
    if (block->y_weights[y] != 1.0F)
      return FALSE;
  return TRUE;
}

/* Rounds to the nearest of 8 bits. A step of 8 bits has 257 words, so none lies halfway
 * between two steps. */
UPSCALE_VECTORIZED static void
round_words (const guint16 *restrict words, gsize n, guint8 *restrict bytes)
{
  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) ((words[i] + UNITS_PER_LEVEL / 2) / UNITS_PER_LEVEL);
}

/* Writes the painted pixels themselves where a single tile counts and the endpoint was
 * sent the bytes of the base: the base that is added and the one that is subtracted
 * cancel out. The bytes are the same as on the way through float, whose errors are far
 * smaller than the distance of a word to the middle of two steps. Returns %FALSE if the
 * block needs that way. */
static gboolean
compose_replaced_block (const UpscaleCellComposer *composer,
                        Block                     *block,
                        const UpscaleCell         *cell,
                        GeglBuffer               **painted)
{
  if (cell->n_tiles != 1 || !painted[0] || composer->strength_map ||
      !upscale_source_is_sent_as_is (composer->source))
    return FALSE;
  block->wide = block->rect;
  get_weights (composer, block, cell->tiles[0]);
  if (!has_full_weight (block))
    return FALSE;
  read_words (composer, block, cell->tiles[0], painted[0], block->rect);
  round_words (block->words, CHANNELS * count_px (block->rect), block->bytes);
  upscale_source_write_bytes (composer->source, composer->result, block->rect,
                              block->bytes);
  return TRUE;
}

/* Adds the margin of the low band, as far as @limit goes. */
static UpscaleRect
add_margin (UpscaleRect rect, UpscaleRect limit)
{
  int reach = UPSCALE_LOW_PASS_REACH_PX;

  return upscale_rect_intersect (limit, (UpscaleRect) { rect.x - reach, rect.y - reach,
                                                        rect.width + 2 * reach,
                                                        rect.height + 2 * reach });
}

static UpscaleRect
get_picture (const UpscaleCellComposer *composer)
{
  return (UpscaleRect) { 0, 0, upscale_tile_plan_get_width (composer->plan),
                         upscale_tile_plan_get_height (composer->plan) };
}

UPSCALE_VECTORIZED static void
add_products (float *restrict sums, const float *restrict factors, float factor, int n)
{
  for (int i = 0; i < n; i++)
    sums[i] += factors[i] * factor;
}

static void
sum_presence (const UpscaleCellComposer *composer, Block *block, const UpscaleCell *cell)
{
  memset (block->presence, 0, count_px (block->wide) * sizeof (float));
  for (guint i = 0; i < cell->n_tiles; i++)
    {
      float *presence = block->presence;

      get_weights (composer, block, cell->tiles[i]);
      for (int y = 0; y < block->wide.height; y++, presence += block->wide.width)
        add_products (presence, block->x_weights, block->y_weights[y], block->wide.width);
    }
}

/* Chooses instead of multiplying by 0, as the pixels of a float layer may be infinite. */
UPSCALE_VECTORIZED static void
subtract_row (float *restrict change,
              const float *restrict seen,
              const float *restrict base,
              int n)
{
  for (int x = 0; x < n; x++)
    for (int i = CHANNELS * x; i < CHANNELS * (x + 1); i++)
      {
        float difference = change[i] - seen[i];

        change[i] = base[BASE_CHANNELS * x + 3] > 0.0F ? difference : 0.0F;
      }
}

/* Turns the painted pixels of a part of the area into changes. Transparent pixels have
 * none: endpoints received other colors there, which must not reach the low frequencies
 * beside them. */
static void
subtract_seen (Block *block, UpscaleRect part)
{
  for (int y = 0; y < part.height; y++)
    {
      gsize at = (gsize) (part.y - block->area.y + y) * (gsize) block->area.width +
                 (gsize) (part.x - block->area.x);

      subtract_row (block->painted + CHANNELS * (gsize) y * (gsize) part.width,
                    block->seen + CHANNELS * at, block->base + BASE_CHANNELS * at,
                    part.width);
    }
}

static void
add_tile_in_bands (const UpscaleCellComposer *composer,
                   Block                     *block,
                   const UpscaleSeam         *seam,
                   const UpscaleCell         *cell,
                   guint                      slot,
                   GeglBuffer                *painted)
{
  UpscaleRect wide = block->wide;
  UpscaleRect part = upscale_rect_intersect (
      block->area, upscale_tile_plan_get_tile (composer->plan, cell->tiles[slot])->rect);
  UpscaleRect inside = { wide.x - part.x, wide.y - part.y, wide.width, wide.height };
  UpscaleBlendBands bands = {
    .change = block->painted +
              CHANNELS * ((gsize) inside.y * (gsize) part.width + (gsize) inside.x),
    .change_row_px = part.width,
    .low = block->low,
    .x_weights = block->x_weights,
    .y_weights = block->y_weights,
    .shares = block->shares,
  };

  read_painted (composer, block, cell->tiles[slot], painted, part);
  subtract_seen (block, part);
  upscale_low_pass_apply (block->painted, part.width, part.height, inside, block->low);
  get_weights (composer, block, cell->tiles[slot]);
  upscale_seam_get_shares (seam, slot, wide, block->shares);
  for (gsize i = 0; i < count_px (wide); i++)
    block->shares[i] *= block->presence[i];
  upscale_blend_split (block->change, block->rest, wide.width, wide.height, bands);
}

static float
get_onset (int position_px, int length_px)
{
  int distance = MIN (position_px, length_px - 1 - position_px);

  return MIN (1.0F, ((float) distance + 0.5F) / ONSET_PX);
}

UPSCALE_VECTORIZED static void
weaken_row (float *restrict low, const float *restrict onsets, float onset, int n)
{
  for (int x = 0; x < n; x++)
    for (int channel = 0; channel < CHANNELS; channel++)
      low[CHANNELS * x + channel] *= onsets[x] * onset;
}

/* Computes the low frequencies to remove in the part that is written. The weights of the
 * tiles are not needed any more. */
static void
find_low (Block *block, UpscaleRect cell)
{
  UpscaleRect rect = block->rect;
  UpscaleRect inside = { rect.x - block->wide.x, rect.y - block->wide.y, rect.width,
                         rect.height };
  float      *onsets = block->x_weights;

  upscale_low_pass_apply (block->rest, block->wide.width, block->wide.height, inside,
                          block->low);
  for (int x = 0; x < rect.width; x++)
    onsets[x] = get_onset (rect.x - cell.x + x, cell.width);
  for (int y = 0; y < rect.height; y++)
    weaken_row (block->low + CHANNELS * (gsize) y * (gsize) rect.width, onsets,
                get_onset (rect.y - cell.y + y, cell.height), rect.width);
}

/* Joins base and bands, in the memory of the base. */
static float *
join_bands (Block *block, UpscaleRect cell)
{
  UpscaleRect rect = block->rect;
  gsize       width = (gsize) rect.width;

  find_low (block, cell);
  for (int y = 0; y < rect.height; y++)
    {
      gsize in_area = (gsize) (rect.y + y - block->area.y) * (gsize) block->area.width +
                      (gsize) (rect.x - block->area.x);
      gsize in_wide = (gsize) (rect.y + y - block->wide.y) * (gsize) block->wide.width +
                      (gsize) (rect.x - block->wide.x);
      float *rgba = block->base + BASE_CHANNELS * width * (gsize) y;

      memmove (rgba, block->base + BASE_CHANNELS * in_area,
               BASE_CHANNELS * width * sizeof (float));
      upscale_blend_join (rgba, block->change + CHANNELS * in_wide,
                          block->rest + CHANNELS * in_wide,
                          block->low + CHANNELS * width * (gsize) y, rect.width);
    }
  return block->base;
}

static void
compose_block_in_bands (const UpscaleCellComposer *composer,
                        Block                     *block,
                        const UpscaleSeam         *seam,
                        const UpscaleCell         *cell,
                        GeglBuffer               **painted)
{
  gsize n;

  block->wide = add_margin (block->rect, cell->rect);
  block->area = add_margin (block->wide, get_picture (composer));
  n = count_px (block->wide);
  memset (block->change, 0, CHANNELS * n * sizeof (float));
  memset (block->rest, 0, CHANNELS * n * sizeof (float));
  upscale_source_get_base (composer->source, block->area, block->base);
  keep_base (block);
  convert_seen (composer, block);
  sum_presence (composer, block, cell);
  for (guint i = 0; i < cell->n_tiles; i++)
    if (painted[i])
      add_tile_in_bands (composer, block, seam, cell, i, painted[i]);
  write_block (composer, block, join_bands (block, cell->rect));
}

/**
 * upscale_cell_composer_new:
 * @source: the layer
 * @plan: tiles and cells over its target
 * @boundaries: keeps the boundaries of tiles until the last cell needs them
 * @result: a buffer of the target's size, in the layer's format
 * @strength_map: (nullable): the share of each change that stays
 *
 * Returns: the composer of the plan's cells
 */
UpscaleCellComposer
upscale_cell_composer_new (UpscaleSource        *source,
                           UpscaleTilePlan      *plan,
                           UpscaleBoundaryStore *boundaries,
                           GeglBuffer           *result,
                           UpscaleCoverage      *strength_map)
{
  UpscaleCellComposer none = { 0 };
  const Babl         *srgb = babl_format ("R'G'B' float");
  const Babl         *working = NULL;

  g_return_val_if_fail (source != NULL, none);
  g_return_val_if_fail (plan != NULL, none);
  g_return_val_if_fail (GEGL_IS_BUFFER (result), none);

  working = upscale_source_get_working_rgb_format (source);
  return (UpscaleCellComposer) {
    .source = source,
    .plan = plan,
    .boundaries = boundaries,
    .result = result,
    .strength_map = strength_map,
    .seen_fish = working == srgb ? NULL : babl_fish (srgb, working),
  };
}

/* Returns %TRUE if @part touches the border of a tile to another one of the cell. A
 * corner needs the pixels of a border only to find the boundary. */
static gboolean
touches_border (const UpscaleCellComposer *composer,
                const UpscaleCell         *cell,
                guint                      tile_index,
                UpscaleRect                part)
{
  for (guint i = 0; i < cell->n_tiles; i++)
    {
      guint       first = MIN (tile_index, cell->tiles[i]);
      guint       second = MAX (tile_index, cell->tiles[i]);
      UpscaleRect border = upscale_tile_plan_get_border (composer->plan, first, second);
      gboolean    is_found =
          cell->n_tiles == UPSCALE_CELL_MAX_TILES &&
          upscale_boundary_store_has (composer->boundaries, first, second);

      if (!is_found && !upscale_rect_is_empty (upscale_rect_intersect (border, part)))
        return TRUE;
    }
  return FALSE;
}

/**
 * upscale_cell_composer_reads:
 * @composer: the composer of the plan's cells
 * @cell: a cell that is not written yet
 * @tile_index: one of the cell's tiles
 * @part: in target px
 *
 * Tells which pixels of painted tiles have to be kept.
 *
 * Returns: %TRUE if upscale_cell_composer_run() may read pixels of the painted tile in
 * @part
 */
gboolean
upscale_cell_composer_reads (const UpscaleCellComposer *composer,
                             const UpscaleCell         *cell,
                             guint                      tile_index,
                             UpscaleRect                part)
{
  UpscaleRect area;

  g_return_val_if_fail (composer != NULL && cell != NULL, TRUE);

  area = add_margin (cell->rect, get_picture (composer));
  return !upscale_rect_is_empty (upscale_rect_intersect (area, part)) ||
         touches_border (composer, cell, tile_index, part);
}

/**
 * upscale_cell_composer_run:
 * @composer: a composer
 * @cell: the cell
 * @painted: (array): for each tile of the cell, its pixels in
 * %UPSCALE_SEAM_PAINTED_FORMAT, or %NULL if it shows the base
 *
 * Writes a cell: B + sum of w_i * (C (P_i) - B8_i), so that tiles contribute only their
 * change to the base. Where painted tiles overlap, the weights of high frequencies change
 * along an #UpscaleSeam, and those of low frequencies are the plan's. With a strength
 * map, its share of the sum is written. Computes, so call from a worker thread.
 */
void
upscale_cell_composer_run (const UpscaleCellComposer *composer,
                           const UpscaleCell         *cell,
                           GeglBuffer               **painted)
{
  UpscaleRect rect;
  g_autoptr (UpscaleSeam) seam = NULL;
  g_auto (Block) block = { 0 };

  g_return_if_fail (composer != NULL && cell != NULL && painted != NULL);

  rect = cell->rect;
  seam = upscale_seam_new (composer->plan, composer->boundaries, cell, painted);
  block = block_new (composer, rect, seam ? UPSCALE_LOW_PASS_REACH_PX : 0);
  if (seam)
    add_memory_for_bands (&block, rect);
  if (composer->strength_map && cell->n_tiles > 0)
    add_memory_for_map (&block);
  for (int y = rect.y; y < rect.y + rect.height; y += BLOCK_HEIGHT_PX)
    for (int x = rect.x; x < rect.x + rect.width; x += BLOCK_WIDTH_PX)
      {
        block.rect = (UpscaleRect) { x, y, MIN (BLOCK_WIDTH_PX, rect.x + rect.width - x),
                                     MIN (BLOCK_HEIGHT_PX, rect.y + rect.height - y) };
        if (seam)
          compose_block_in_bands (composer, &block, seam, cell, painted);
        else if (!compose_replaced_block (composer, &block, cell, painted))
          compose_plain_block (composer, &block, cell, painted);
      }
}
