/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-repaint.h"

#define BLOCK_WIDTH_PX 1024
#define BLOCK_HEIGHT_PX 128
#define CHANNELS 4

/* The three pictures that are combined in the painted cells. */
typedef struct
{
  UpscaleSource   *base;
  UpscaleSource   *before;
  UpscaleSource   *painted;
  UpscaleTilePlan *plan;
  const gboolean  *is_kept; /* by tile */
  UpscaleCoverage *strength_map;
} Repaint;

/* Where the strength map leaves the base, the earlier result is kept. */
static void
apply_strength_map (const Repaint *repaint, UpscaleRect rect, float *weights)
{
  gsize             n = (gsize) rect.width * (gsize) rect.height;
  g_autofree float *levels = NULL;

  if (!repaint->strength_map)
    return;
  levels = g_new (float, n);
  upscale_coverage_get (repaint->strength_map, rect, levels);
  for (gsize i = 0; i < n; i++)
    weights[i] *= levels[i];
}

/* Sums the weights of the painted tiles of a cell in a part of it. */
static float *
sum_weights (const Repaint *repaint, const UpscaleCell *cell, UpscaleRect rect)
{
  float            *sum = g_new0 (float, (gsize) rect.width *(gsize) rect.height);
  g_autofree float *x_weights = g_new (float, rect.width);
  g_autofree float *y_weights = g_new (float, rect.height);

  for (guint i = 0; i < cell->n_tiles; i++)
    {
      if (repaint->is_kept[cell->tiles[i]])
        continue;
      upscale_tile_plan_get_x_weights (repaint->plan, cell->tiles[i], rect.x, rect.width,
                                       x_weights);
      upscale_tile_plan_get_y_weights (repaint->plan, cell->tiles[i], rect.y, rect.height,
                                       y_weights);
      for (int y = 0; y < rect.height; y++)
        for (int x = 0; x < rect.width; x++)
          sum[(gsize) y * (gsize) rect.width + (gsize) x] += x_weights[x] * y_weights[y];
    }
  return sum;
}

/* painted = base + sum of w * change. Where the weights sum to less than 1, the rest
 * is filled with the earlier result instead of the base. */
static void
blend_block (const Repaint     *repaint,
             const UpscaleCell *cell,
             UpscaleRect        rect,
             GeglBuffer        *result)
{
  gsize             n_px = (gsize) rect.width * (gsize) rect.height;
  g_autofree float *base = g_new (float, CHANNELS *n_px);
  g_autofree float *before = g_new (float, CHANNELS *n_px);
  g_autofree float *painted = g_new (float, CHANNELS *n_px);
  g_autofree float *weights = sum_weights (repaint, cell, rect);

  apply_strength_map (repaint, rect, weights);
  upscale_source_get_base (repaint->base, rect, base);
  upscale_source_get_base (repaint->before, rect, before);
  upscale_source_get_base (repaint->painted, rect, painted);
  for (gsize i = 0; i < CHANNELS * n_px; i++)
    painted[i] += (1.0F - weights[i / CHANNELS]) * (before[i] - base[i]);
  upscale_source_write (repaint->base, result, rect, painted);
}

static void
blend_cell (const Repaint *repaint, const UpscaleCell *cell, GeglBuffer *result)
{
  UpscaleRect rect = cell->rect;

  for (int y = rect.y; y < rect.y + rect.height; y += BLOCK_HEIGHT_PX)
    for (int x = rect.x; x < rect.x + rect.width; x += BLOCK_WIDTH_PX)
      blend_block (repaint, cell,
                   upscale_rect_intersect (rect, (UpscaleRect) { x, y, BLOCK_WIDTH_PX,
                                                                 BLOCK_HEIGHT_PX }),
                   result);
}

static gboolean
is_painted (const Repaint *repaint, const UpscaleCell *cell)
{
  for (guint i = 0; i < cell->n_tiles; i++)
    if (!repaint->is_kept[cell->tiles[i]])
      return TRUE;
  return FALSE;
}

static void
copy_cell (const UpscaleCell *cell, GeglBuffer *previous, GeglBuffer *result)
{
  UpscaleRect   rect = cell->rect;
  GeglRectangle roi = { rect.x, rect.y, rect.width, rect.height };

  gegl_buffer_copy (previous, &roi, GEGL_ABYSS_NONE, result, &roi);
}

/* Converts the earlier result to the format of the new one, as the image's precision
 * may have changed meanwhile. */
static GeglBuffer *
convert (GeglBuffer *previous, GeglBuffer *result)
{
  GeglBuffer *copy =
      gegl_buffer_new (gegl_buffer_get_extent (result), gegl_buffer_get_format (result));

  gegl_buffer_copy (previous, NULL, GEGL_ABYSS_NONE, copy, NULL);
  return copy;
}

/**
 * upscale_repaint_keep_outside:
 * @source: the layer that @previous was made from
 * @plan: the tiles, which fade out at the region's edges
 * @is_kept: (array): for each tile, %TRUE if @previous is kept there
 * @strength_map: (nullable): the share of each change that stays in @result
 * @previous: the earlier result, of the plan's size, origin at 0, 0
 * @result: (inout): the result as composed over the base of @source; cells without a
 * painted tile need not be composed
 *
 * Restores the earlier result outside the painted tiles, and feathers the new pixels into
 * it. Takes about a second on large pictures.
 */
void
upscale_repaint_keep_outside (UpscaleSource   *source,
                              UpscaleTilePlan *plan,
                              const gboolean  *is_kept,
                              UpscaleCoverage *strength_map,
                              GeglBuffer      *previous,
                              GeglBuffer      *result)
{
  g_autoptr (GeglBuffer) converted = NULL;
  g_autoptr (GeglBuffer) composed = NULL;
  g_autoptr (UpscaleSource) before = NULL;
  g_autoptr (UpscaleSource) painted = NULL;
  Repaint repaint;

  g_return_if_fail (source != NULL);
  g_return_if_fail (plan != NULL);
  g_return_if_fail (is_kept != NULL);
  g_return_if_fail (GEGL_IS_BUFFER (previous));
  g_return_if_fail (GEGL_IS_BUFFER (result));

  converted = convert (previous, result);
  composed = gegl_buffer_dup (result);
  before = upscale_source_new (converted, 1.0);
  painted = upscale_source_new (composed, 1.0);
  repaint = (Repaint) { source, before, painted, plan, is_kept, strength_map };
  for (guint i = 0; i < upscale_tile_plan_get_n_cells (plan); i++)
    {
      const UpscaleCell *cell = upscale_tile_plan_get_cell (plan, i);

      if (is_painted (&repaint, cell))
        blend_cell (&repaint, cell, result);
      else
        copy_cell (cell, converted, result);
    }
}
