/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleAxis:
 * @start_px: first pixel of the region on this axis
 * @length_px: length of the region
 * @tile_px: length of each tile, at most @length_px
 * @overlap_px: the smallest overlap of neighbours
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
  int      tile_px;
  int      overlap_px;
  int      n;
  gboolean fade_start;
  gboolean fade_end;
} UpscaleAxis;

/**
 * UpscaleSegment:
 * @start_px: first pixel
 * @length_px: length, at least 1
 * @first: the first tile that carries weight all over it
 * @n: 1, or 2 where neighbours are feathered into each other
 *
 * A stretch of the axis with one fixed set of tiles. A value.
 */
typedef struct
{
  int start_px;
  int length_px;
  int first;
  int n;
} UpscaleSegment;

UpscaleAxis
upscale_axis_new (int start_px, int length_px, int total_px, int tile_px, int overlap_px);
int     upscale_axis_get_tile_start (UpscaleAxis axis, int index);
GArray *upscale_axis_get_segments (UpscaleAxis axis);
float   upscale_axis_get_weight (UpscaleAxis axis, int index, int position_px);

G_END_DECLS
