/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-repaint.h"

#define BLOCK_WIDTH_PX 1024
#define BLOCK_HEIGHT_PX 128
#define CHANNELS 4

/* The three pictures that are combined in a repainted region. */
typedef struct
{
  UpscaleSource   *base;
  UpscaleSource   *before;
  UpscaleSource   *painted;
  UpscaleTilePlan *plan;
  UpscaleRect      region;
  float           *x_weights; /* sum over all tiles of a row */
  float           *y_weights;
} Repaint;

static void
add_weights (float *sum, const float *weights, int n)
{
  for (int i = 0; i < n; i++)
    sum[i] += weights[i];
}

/* The weight of a tile is a product of two axes, so the sum over all tiles is a
 * product too. */
static void
sum_weights (Repaint *repaint)
{
  UpscaleRect       region = repaint->region;
  g_autofree float *weights = g_new (float, MAX (region.width, region.height));

  repaint->x_weights = g_new0 (float, region.width);
  repaint->y_weights = g_new0 (float, region.height);
  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (repaint->plan); i++)
    {
      const UpscaleTile *tile = upscale_tile_plan_get_tile (repaint->plan, i);

      if (tile->row == 0)
        {
          upscale_tile_plan_get_x_weights (repaint->plan, i, region.x, region.width,
                                           weights);
          add_weights (repaint->x_weights, weights, region.width);
        }
      if (tile->col == 0)
        {
          upscale_tile_plan_get_y_weights (repaint->plan, i, region.y, region.height,
                                           weights);
          add_weights (repaint->y_weights, weights, region.height);
        }
    }
}

/* painted = base + sum of w * change. Where the weights sum to less than 1, the rest
 * is filled with the earlier result instead of the base. */
static void
blend_block (const Repaint *repaint, GeglBuffer *result, UpscaleRect rect)
{
  gsize             n = (gsize) rect.width * (gsize) rect.height * CHANNELS;
  g_autofree float *base = g_new (float, n);
  g_autofree float *before = g_new (float, n);
  g_autofree float *painted = g_new (float, n);

  upscale_source_get_base (repaint->base, rect, base);
  upscale_source_get_base (repaint->before, rect, before);
  upscale_source_get_base (repaint->painted, rect, painted);
  for (int y = 0; y < rect.height; y++)
    for (int x = 0; x < rect.width; x++)
      {
        float weight = repaint->x_weights[rect.x - repaint->region.x + x] *
                       repaint->y_weights[rect.y - repaint->region.y + y];
        gsize first = ((gsize) y * (gsize) rect.width + (gsize) x) * CHANNELS;

        for (gsize i = first; i < first + CHANNELS; i++)
          painted[i] += (1.0F - weight) * (before[i] - base[i]);
      }
  upscale_source_write (repaint->base, result, rect, painted);
}

static void
blend_region (const Repaint *repaint, GeglBuffer *result)
{
  UpscaleRect region = repaint->region;

  for (int y = region.y; y < region.y + region.height; y += BLOCK_HEIGHT_PX)
    for (int x = region.x; x < region.x + region.width; x += BLOCK_WIDTH_PX)
      blend_block (repaint, result,
                   upscale_rect_intersect (region, (UpscaleRect) { x, y, BLOCK_WIDTH_PX,
                                                                   BLOCK_HEIGHT_PX }));
}

static void
copy_outside (GeglBuffer *previous, GeglBuffer *result, UpscaleRect region)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (result);
  int                  right = region.x + region.width;
  int                  bottom = region.y + region.height;
  const GeglRectangle  sides[] = {
    { 0, 0, extent->width, region.y },
    { 0, bottom, extent->width, extent->height - bottom },
    { 0, region.y, region.x, region.height },
    { right, region.y, extent->width - right, region.height },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    if (sides[i].width > 0 && sides[i].height > 0)
      gegl_buffer_copy (previous, &sides[i], GEGL_ABYSS_NONE, result, &sides[i]);
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
 * @plan: the repainted tiles, which fade out at the region's edges
 * @previous: the earlier result, of the plan's size, origin at 0, 0
 * @result: (inout): the result as composed over the base of @source
 *
 * Restores the earlier result outside the repainted region, and feathers the new pixels
 * into it. Takes about a second on large pictures.
 */
void
upscale_repaint_keep_outside (UpscaleSource   *source,
                              UpscaleTilePlan *plan,
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
  g_return_if_fail (GEGL_IS_BUFFER (previous));
  g_return_if_fail (GEGL_IS_BUFFER (result));

  converted = convert (previous, result);
  composed = gegl_buffer_dup (result);
  before = upscale_source_new (converted, 1.0);
  painted = upscale_source_new (composed, 1.0);
  repaint =
      (Repaint) { source, before, painted, plan, upscale_tile_plan_get_region (plan),
                  NULL,   NULL };
  sum_weights (&repaint);
  copy_outside (converted, result, repaint.region);
  blend_region (&repaint, result);
  g_free (repaint.x_weights);
  g_free (repaint.y_weights);
}
