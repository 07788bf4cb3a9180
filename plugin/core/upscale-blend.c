/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-blend.h"

/* Has no branch, so that the compiler vectorizes. */
UPSCALE_VECTORIZED static void
add_row (float *restrict rgba,
         int   width_px,
         float y_weight,
         const float *restrict x_weights,
         const float *restrict painted,
         const float *restrict seen)
{
  for (int x = 0; x < width_px; x++)
    {
      float alpha = rgba[4 * x + 3];
      float weight = alpha > 0.0F ? x_weights[x] * y_weight : 0.0F;

      for (int channel = 0; channel < 3; channel++)
        rgba[4 * x + channel] +=
            weight * (painted[3 * x + channel] - seen[3 * x + channel]);
      rgba[4 * x + 3] = alpha;
    }
}

/**
 * upscale_blend_add:
 * @rgba: (array) (inout): a block of the base with the changes added so far
 * @width_px: width of the block
 * @height_px: height of the block
 * @change: the change of one tile over the same block
 *
 * Adds w * (painted - seen). As only differences are added, the base keeps its precision
 * and gamut, pixels equal to the base change nothing, and a missing tile leaves the base
 * unchanged. Alpha stays unchanged, and so do transparent pixels, as endpoints received
 * other colors there.
 */
void
upscale_blend_add (float *rgba, int width_px, int height_px, UpscaleBlendChange change)
{
  g_return_if_fail (rgba != NULL);

  for (int y = 0; y < height_px; y++)
    {
      gsize row = (gsize) y * (gsize) width_px;

      add_row (rgba + 4 * row, width_px, change.y_weights[y], change.x_weights,
               change.painted + 3 * row, change.seen + 3 * row);
    }
}

static void
add_bands_row (float *rgba, int width_px, UpscaleBlendBands row, float y_weight)
{
  for (int x = 0; x < width_px; x++)
    {
      float high_weight = row.high_weights[x];
      float rest = row.x_weights[x] * y_weight - high_weight;

      if (!(rgba[4 * x + 3] > 0.0F))
        continue;
      for (int channel = 0; channel < 3; channel++)
        rgba[4 * x + channel] +=
            high_weight * row.change[3 * x + channel] + rest * row.low[3 * x + channel];
    }
}

/**
 * upscale_blend_add_bands:
 * @rgba: (array) (inout): a block of the base with the changes added so far
 * @width_px: width of the block
 * @height_px: height of the block
 * @bands: the change of one tile over the same block
 *
 * Adds w_low * low + w_high * (change - low), otherwise like upscale_blend_add(). Two
 * bands (Brown and Lowe, "Automatic Panoramic Image Stitching using Invariant Features",
 * 2007) let colors fade over a wide border, while texture changes sides at once: the
 * average of two independent textures has half their energy.
 */
void
upscale_blend_add_bands (float            *rgba,
                         int               width_px,
                         int               height_px,
                         UpscaleBlendBands bands)
{
  g_return_if_fail (rgba != NULL);

  for (int y = 0; y < height_px; y++)
    {
      gsize             offset = (gsize) y * (gsize) width_px;
      UpscaleBlendBands row = bands;

      row.change += 3 * (gsize) y * (gsize) bands.change_row_px;
      row.low += 3 * offset;
      row.high_weights += offset;
      add_bands_row (rgba + 4 * offset, width_px, row, bands.y_weights[y]);
    }
}
