/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-lattice.h"

G_BEGIN_DECLS

/**
 * UpscaleGridAxis:
 * @start_px: first pixel of the region on this axis
 * @length_px: length of the region
 * @first_px: first pixel of the first tile, not after @start_px
 * @last_px: first pixel of the last tile
 * @lattice_px: distances between tiles are multiples of this
 * @tile_px: length of each tile; the last tile may end beyond the region and the picture
 * @slack_px: largest distance from the start of a source pixel to the start of a tile, 0
 * if all tiles begin at source pixels
 * @overlap_px: the smallest overlap of neighbors
 * @n: number of tiles
 * @fade_start: %TRUE if the region begins inside the picture, so that its first tile
 * fades in
 * @fade_end: likewise at the end of the region
 *
 * One axis of the grid, with the layout of tiles and their feathered weights. Columns and
 * rows follow the same rules, and the weight of a tile is the product of both axes. A
 * value.
 */
typedef struct
{
  int      start_px;
  int      length_px;
  int      first_px;
  int      last_px;
  int      lattice_px;
  int      tile_px;
  int      slack_px;
  int      overlap_px;
  int      n;
  gboolean fade_start;
  gboolean fade_end;
} UpscaleGridAxis;

/**
 * UpscaleGridAxisSegment:
 * @start_px: first pixel
 * @length_px: length, at least 1
 * @first: the first tile with weight in the whole segment
 * @n: the number of tiles: 1, or 2 where neighbors overlap with weight
 *
 * A part of the axis with one fixed set of tiles. A value.
 */
typedef struct
{
  int start_px;
  int length_px;
  int first;
  int n;
} UpscaleGridAxisSegment;

/**
 * UpscaleGridAxisCase:
 * @start_px: first pixel of the region
 * @length_px: length of the region, at least 1
 * @total_px: length of the whole picture on this axis
 * @tile_px: wanted tile length
 * @overlap_px: smallest overlap, at most half of @tile_px
 * @step: the upscale factor's step
 *
 * The region and the wanted tiles of an axis. A value.
 */
typedef struct
{
  int                start_px;
  int                length_px;
  int                total_px;
  int                tile_px;
  int                overlap_px;
  UpscaleLatticeStep step;
} UpscaleGridAxisCase;

UpscaleGridAxis        upscale_grid_axis_new (UpscaleGridAxisCase what);
UpscaleGridAxis        upscale_grid_axis_new_between (UpscaleGridAxis    axis,
                                                      UpscaleLatticeStep step);
int                    upscale_grid_axis_get_tile_start (UpscaleGridAxis axis, int index);
GArray                *upscale_grid_axis_get_segments (UpscaleGridAxis axis);
UpscaleGridAxisSegment upscale_grid_axis_get_feather (UpscaleGridAxis axis, int index);
UpscaleGridAxisSegment upscale_grid_axis_get_own (UpscaleGridAxis axis, int index);
void                   upscale_grid_axis_get_weights (UpscaleGridAxis axis,
                                                      int             index,
                                                      int             position_px,
                                                      int             n,
                                                      float          *weights);
double                 upscale_grid_axis_smootherstep (double t);

G_END_DECLS
