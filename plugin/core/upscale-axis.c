/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-axis.h"

#include "upscale-window.h"

#include <math.h>

/* A stretch over which one tile's weight falls and the next one's rises. */
typedef struct
{
  int start_px;
  int length_px;
} Feather;

/**
 * upscale_axis_new:
 * @start_px: first pixel of the region
 * @length_px: length of the region, at least 1
 * @total_px: length of the whole picture on this axis
 * @tile_px: wanted tile length
 * @overlap_px: smallest overlap, at most half of @tile_px
 *
 * Lays out n = ceil((L - o) / (T - o)) tiles, the fewest that keep the overlap; 1 when
 * the region fits in one.
 *
 * Returns: the axis
 */
UpscaleAxis
upscale_axis_new (int start_px, int length_px, int total_px, int tile_px, int overlap_px)
{
  int step = tile_px - overlap_px;

  return (UpscaleAxis) {
    .start_px = start_px,
    .length_px = length_px,
    .tile_px = MIN (tile_px, length_px),
    .overlap_px = overlap_px,
    .n = length_px <= tile_px ? 1 : (length_px - overlap_px + step - 1) / step,
    .fade_start = start_px > 0,
    .fade_end = start_px + length_px < total_px,
  };
}

/**
 * upscale_axis_get_tile_start:
 * @axis: an axis
 * @index: a tile on it
 *
 * Tiles stand at round (i * (L - T) / (n - 1)): the overlap is spread evenly, and none is
 * a sliver.
 *
 * Returns: the tile's first pixel
 */
int
upscale_axis_get_tile_start (UpscaleAxis axis, int index)
{
  gint64 room_px = axis.length_px - axis.tile_px;
  gint64 gaps = axis.n - 1;

  g_return_val_if_fail (index >= 0 && index < axis.n, axis.start_px);

  if (gaps == 0)
    return axis.start_px;
  return axis.start_px + (int) ((2 * index * room_px + gaps) / (2 * gaps));
}

/* The feather between tile @index and its follower: half of the overlap wide, in the
 * middle of where they really overlap. */
static Feather
feather_after (UpscaleAxis axis, int index)
{
  int start = upscale_axis_get_tile_start (axis, index + 1);
  int end = upscale_axis_get_tile_start (axis, index) + axis.tile_px;
  int length = axis.overlap_px / 2;

  return (Feather) { start + (end - start - length) / 2, length };
}

/* At an edge of the region inside the picture nothing overlaps: the outer quarter is
 * dropped and the next half fades to the base. */
static int
fade_length (UpscaleAxis axis)
{
  return MIN (axis.overlap_px / 2, axis.tile_px / 4);
}

static int
fade_inset (UpscaleAxis axis)
{
  return fade_length (axis) / 2;
}

static void
append_segment (GArray *segments, int start_px, int end_px, int first, int n)
{
  UpscaleSegment segment = { start_px, end_px - start_px, first, n };

  if (end_px > start_px)
    g_array_append_val (segments, segment);
}

/**
 * upscale_axis_get_segments:
 * @axis: an axis
 *
 * Cuts the region in stretches of one fixed set of tiles, in order, without gap.
 *
 * Returns: (transfer full) (element-type UpscaleSegment): the stretches
 */
GArray *
upscale_axis_get_segments (UpscaleAxis axis)
{
  GArray *segments = g_array_new (FALSE, FALSE, sizeof (UpscaleSegment));
  int     from = axis.start_px;

  for (int i = 0; i + 1 < axis.n; i++)
    {
      Feather feather = feather_after (axis, i);

      append_segment (segments, from, feather.start_px, i, 1);
      from = feather.start_px + feather.length_px;
      append_segment (segments, feather.start_px, from, i, 2);
    }
  append_segment (segments, from, axis.start_px + axis.length_px, axis.n - 1, 1);
  return segments;
}

/* Rises from 0 to 1 over a feather; sampled at pixel centres. */
static double
rise (Feather feather, int position_px)
{
  if (position_px < feather.start_px)
    return 0.0;
  if (position_px >= feather.start_px + feather.length_px)
    return 1.0;
  return upscale_smootherstep ((position_px - feather.start_px + 0.5) /
                               feather.length_px);
}

static double
rise_at_start (UpscaleAxis axis, int index, int position_px)
{
  Feather fade = { axis.start_px + fade_inset (axis), fade_length (axis) };

  if (index > 0)
    return rise (feather_after (axis, index - 1), position_px);
  return axis.fade_start ? rise (fade, position_px) : 1.0;
}

static double
fall_at_end (UpscaleAxis axis, int index, int position_px)
{
  int     length = fade_length (axis);
  int     end = axis.start_px + axis.length_px - fade_inset (axis);
  Feather fade = { end - length, length };

  if (index < axis.n - 1)
    return 1.0 - rise (feather_after (axis, index), position_px);
  return axis.fade_end ? 1.0 - rise (fade, position_px) : 1.0;
}

/**
 * upscale_axis_get_weight:
 * @axis: an axis
 * @index: a tile on it
 * @position_px: a pixel of the region
 *
 * The window of one tile on one axis. Over all tiles it sums to 1, save within the
 * overlap of an edge of the region that lies inside the picture, where it fades to 0 so
 * that no edge shows.
 *
 * Returns: 0 to 1
 */
float
upscale_axis_get_weight (UpscaleAxis axis, int index, int position_px)
{
  g_return_val_if_fail (index >= 0 && index < axis.n, 0.0f);

  /* No pixel lies in both, as feathers never meet: see upscale_axis_new(). The fades of a
   * single narrow tile may. */
  return (float) (rise_at_start (axis, index, position_px) *
                  fall_at_end (axis, index, position_px));
}
