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
 * @lattice_px: tiles begin so many px apart, or a multiple of it
 * @tile_px: length of each tile; the last one may end beyond the region, and beyond the
 * picture
 * @slack_px: how far a tile begins behind a source pixel at most, 0 when all begin where
 * one does
 * @overlap_px: the smallest overlap of neighbors
 * @n: number of tiles
 * @fade_start: the region begins inside the picture, so its first tile fades in
 * @fade_end: likewise at its end
 *
 * One axis of the grid. Columns and rows follow the same rules, and the window is their
 * product, so all geometry is done here, once. A value.
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
 * @first: the first tile that carries weight all over it
 * @n: 1, or 2 where neighbors are feathered into each other
 *
 * A stretch of the axis with one fixed set of tiles. A value.
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
 * What is to be laid out. A value.
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

UpscaleGridAxis upscale_grid_axis_new (UpscaleGridAxisCase what);
int             upscale_grid_axis_get_tile_start (UpscaleGridAxis axis, int index);
GArray         *upscale_grid_axis_get_segments (UpscaleGridAxis axis);
float  upscale_grid_axis_get_weight (UpscaleGridAxis axis, int index, int position_px);
double upscale_grid_axis_smootherstep (double t);

G_END_DECLS
