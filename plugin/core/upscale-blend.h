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

void
upscale_blend_add (float *rgba, int width_px, int height_px, UpscaleBlendChange change);

G_END_DECLS
