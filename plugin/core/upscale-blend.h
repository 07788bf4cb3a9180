/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleBlendChange:
 * @painted: (array): R, G, B of what was painted, rows without gaps
 * @seen: (array): the same of what the endpoint saw
 * @x_weights: (array): the tile's window across
 * @y_weights: (array): and down
 *
 * What one tile contributes to a block. Points at its maker's memory.
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
