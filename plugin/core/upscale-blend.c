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

UPSCALE_VECTORIZED static void
split_row (float *restrict change,
           float *restrict rest,
           int               width_px,
           UpscaleBlendBands row,
           float             y_weight)
{
  const float *restrict own = row.change;
  const float *restrict low = row.low;
  const float *restrict x_weights = row.x_weights;
  const float *restrict shares = row.shares;

  for (int x = 0; x < width_px; x++)
    {
      float weight = x_weights[x] * y_weight;
      float excess = shares[x] - weight;

      for (int channel = 0; channel < 3; channel++)
        {
          change[3 * x + channel] += weight * own[3 * x + channel];
          rest[3 * x + channel] += excess * (own[3 * x + channel] - low[3 * x + channel]);
        }
    }
}

/**
 * upscale_blend_split:
 * @change: (array) (inout): the sum of w * change over the tiles added so far
 * @rest: (array) (inout): likewise the sum of (share - w) * (change - low)
 * @width_px: width of the block
 * @height_px: height of the block
 * @bands: the change of one tile over the same block
 *
 * Adds a tile to the two parts of a block that upscale_blend_join() joins.
 */
void
upscale_blend_split (float            *change,
                     float            *rest,
                     int               width_px,
                     int               height_px,
                     UpscaleBlendBands bands)
{
  g_return_if_fail (change != NULL && rest != NULL);

  for (int y = 0; y < height_px; y++)
    {
      gsize             offset = (gsize) y * (gsize) width_px;
      UpscaleBlendBands row = bands;

      row.change += 3 * (gsize) y * (gsize) bands.change_row_px;
      row.low += 3 * offset;
      row.shares += offset;
      split_row (change + 3 * offset, rest + 3 * offset, width_px, row,
                 bands.y_weights[y]);
    }
}

/**
 * upscale_blend_join:
 * @rgba: (array) (inout): pixels of the base
 * @change: (array): from upscale_blend_split()
 * @rest: (array): likewise
 * @low: (array): the low frequencies of @rest
 * @n: number of pixels
 *
 * Adds change + (rest - low), otherwise like upscale_blend_add(). Two bands (Brown and
 * Lowe, "Automatic Panoramic Image Stitching using Invariant Features", 2007) let colors
 * fade over a wide border, while texture changes sides at once: the average of two
 * independent textures has half their energy. A texture that ends at once has low
 * frequencies of its own, which would show as spots along the boundary, so these are
 * taken out of @rest.
 */
void
upscale_blend_join (float       *rgba,
                    const float *change,
                    const float *rest,
                    const float *low,
                    int          n)
{
  g_return_if_fail (rgba != NULL && change != NULL && rest != NULL && low != NULL);

  for (int x = 0; x < n; x++)
    {
      if (!(rgba[4 * x + 3] > 0.0F))
        continue;
      for (int channel = 0; channel < 3; channel++)
        {
          int i = 3 * x + channel;

          rgba[4 * x + channel] += change[i] + (rest[i] - low[i]);
        }
    }
}

/**
 * upscale_blend_mix:
 * @rgba: (array) (inout): composed pixels, R, G, B, A
 * @base: (array): the base's pixels, likewise
 * @levels: (array): the strength map's value of each pixel, 0 to 1
 * @n: number of pixels
 *
 * Reduces the change of each pixel to the share that the strength map asks for. Levels of
 * 0 and 1 give the base and the composed pixel to the last bit.
 */
void
upscale_blend_mix (float *rgba, const float *base, const float *levels, gsize n)
{
  g_return_if_fail (rgba != NULL && base != NULL && levels != NULL);

  for (gsize i = 0; i < 4 * n; i++)
    {
      float level = levels[i / 4];

      if (level < 1.0F)
        rgba[i] = base[i] + level * (rgba[i] - base[i]);
    }
}
