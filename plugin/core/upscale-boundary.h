/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The width over which a boundary changes from one tile to the other. */
#define UPSCALE_BOUNDARY_SOFT_PX 3

/** The narrowest border in which a boundary has a choice of ways. */
#define UPSCALE_BOUNDARY_MIN_WIDTH_PX 8

/** An end of a boundary that may lie anywhere. */
#define UPSCALE_BOUNDARY_FREE (-1)

/**
 * UpscaleBoundaryCase:
 * @errors: (array): the squared difference of the two tiles, @length_px rows of @width_px
 * @length_px: length of the border, at least 1
 * @width_px: width of the border, at least %UPSCALE_BOUNDARY_MIN_WIDTH_PX
 * @first_px: place of the boundary in the first row, or %UPSCALE_BOUNDARY_FREE
 * @last_px: likewise in the last row
 *
 * A border of two tiles. A value that points at memory of the caller.
 */
typedef struct
{
  const float *errors;
  int          length_px;
  int          width_px;
  int          first_px;
  int          last_px;
} UpscaleBoundaryCase;

void  upscale_boundary_prefer_middle (float *errors, int length_px, int width_px);
int  *upscale_boundary_find (UpscaleBoundaryCase what);
float upscale_boundary_get_weight (int boundary_px, int position_px);

G_END_DECLS
