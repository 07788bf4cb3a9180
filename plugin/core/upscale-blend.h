/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleBlendChange:
 * @painted: (array): R, G, B as painted, rows without gaps
 * @seen: (array): R, G, B as the endpoint received them, likewise
 * @x_weights: (array): the tile's weights across
 * @y_weights: (array): the tile's weights down
 *
 * The contribution of one tile to a block. A value that points at memory of the caller.
 */
typedef struct
{
  const float *painted;
  const float *seen;
  const float *x_weights;
  const float *y_weights;
} UpscaleBlendChange;

/**
 * UpscaleBlendBands:
 * @change: (array): R, G, B of painted - seen
 * @change_row_px: distance of two rows of @change
 * @low: (array): the low frequencies of @change, rows without gaps
 * @x_weights: (array): the tile's weights across, for the low frequencies
 * @y_weights: (array): likewise down
 * @shares: (array): the tile's weight at each pixel, for the high frequencies
 *
 * The contribution of one tile to a block, in two bands. A value that points at memory of
 * the caller.
 */
typedef struct
{
  const float *change;
  int          change_row_px;
  const float *low;
  const float *x_weights;
  const float *y_weights;
  const float *shares;
} UpscaleBlendBands;

void
upscale_blend_add (float *rgba, int width_px, int height_px, UpscaleBlendChange change);
void upscale_blend_split (float            *change,
                          float            *rest,
                          int               width_px,
                          int               height_px,
                          UpscaleBlendBands bands);
void upscale_blend_join (float       *rgba,
                         const float *change,
                         const float *rest,
                         const float *low,
                         int          n);
void upscale_blend_mix (float *rgba, const float *base, const float *levels, gsize n);

G_END_DECLS
