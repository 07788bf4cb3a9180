/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-grid-axis.h"

#include <math.h>

/* A range over which the weight of one tile falls and that of the next rises. */
typedef struct
{
  int start_px;
  int length_px;
} Feather;

/* Lattices that suit endpoints with a `multiple_of`, coarsest first. 1 stands for the
 * needed lattice itself. */
static const int coarse_px[] = { 128, 64, 32, 16, 1 };

static int
round_up_after (int first_px, int start_px, int multiple_of)
{
  return first_px + upscale_lattice_round_up (MAX (0, start_px - first_px), multiple_of);
}

/* Places the outer tiles, and counts the fewest tiles between them that keep the
 * overlap. */
static UpscaleGridAxis
lay_out (UpscaleGridAxisCase what, int first_px, int lattice_px)
{
  int end = what.start_px + what.length_px;
  int spacing = upscale_lattice_round_down (what.tile_px - what.overlap_px, lattice_px);
  UpscaleGridAxis axis = {
    .start_px = what.start_px,
    .length_px = what.length_px,
    .first_px = first_px,
    .last_px = round_up_after (first_px, end - what.tile_px, lattice_px),
    .lattice_px = lattice_px,
    .tile_px = MIN (what.tile_px, end - first_px),
    .overlap_px = what.overlap_px,
    .fade_start = what.start_px > 0,
    .fade_end = end < what.total_px,
  };

  axis.n = 1 + (axis.last_px - first_px + spacing - 1) / spacing;
  return axis;
}

/* Chooses the coarsest lattice without an additional tile. Tiles of a part of the
 * picture use the needed lattice only, so that they reach beyond the region as little
 * as possible, or start at the region's edge if the lattice would cost a tile. */
static UpscaleGridAxis
choose_layout (UpscaleGridAxisCase what)
{
  gboolean        is_whole = what.start_px == 0 && what.length_px == what.total_px;
  int             spacing = what.tile_px - what.overlap_px;
  int             needed = upscale_lattice_find (what.step, spacing);
  UpscaleGridAxis least = lay_out (what, what.start_px, needed);

  for (gsize i = 0; i < G_N_ELEMENTS (coarse_px); i++)
    {
      int lattice = upscale_lattice_least_common_multiple (needed, coarse_px[i]);
      int first = upscale_lattice_round_down (what.start_px, lattice);
      UpscaleGridAxis axis;

      if (lattice > spacing || (lattice > needed && (least.n == 1 || !is_whole)))
        continue;
      axis = lay_out (what, first, lattice);
      if (axis.n == least.n)
        return axis;
    }
  return least;
}

/* Without a step no target pixel begins at a source pixel, so there is no slack to
 * measure. */
static int
find_slack (UpscaleGridAxis axis, UpscaleLatticeStep step)
{
  int slack = 0;

  for (int i = 0; step.target_px > 0 && i < axis.n; i++)
    slack = MAX (slack, upscale_grid_axis_get_tile_start (axis, i) % step.target_px);
  return slack;
}

/**
 * upscale_grid_axis_new:
 * @what: the region and the wanted tiles
 *
 * Lays out the fewest tiles that keep the overlap, 1 if the region fits in one. All tiles
 * have one length and begin on a lattice: at multiples of the latent grid, and of the
 * factor's step unless the step is long. The last tile may end beyond the region.
 *
 * Returns: the axis
 */
UpscaleGridAxis
upscale_grid_axis_new (UpscaleGridAxisCase what)
{
  UpscaleGridAxis axis = choose_layout (what);

  axis.slack_px = find_slack (axis, what.step);
  return axis;
}

/**
 * upscale_grid_axis_get_tile_start:
 * @axis: an axis
 * @index: index of a tile
 *
 * Tiles are spread evenly and then moved to the nearest point of the lattice.
 *
 * Returns: the tile's first pixel
 */
int
upscale_grid_axis_get_tile_start (UpscaleGridAxis axis, int index)
{
  gint64 room = (axis.last_px - axis.first_px) / axis.lattice_px;
  gint64 gaps = axis.n - 1;

  g_return_val_if_fail (index >= 0 && index < axis.n, axis.start_px);

  if (gaps == 0)
    return axis.first_px;
  return axis.first_px + (int) ((2 * index * room + gaps) / (2 * gaps)) * axis.lattice_px;
}

static int
get_middle (UpscaleGridAxis axis, int index)
{
  return (upscale_grid_axis_get_tile_start (axis, index) +
          upscale_grid_axis_get_tile_start (axis, index + 1)) /
         2;
}

/**
 * upscale_grid_axis_new_between:
 * @axis: an axis with at least two tiles
 * @step: the upscale factor's step
 *
 * Lays out a tile on each border of two neighbors, as long as the tiles of @axis. The
 * middles of the new tiles lie at the borders, up to the lattice. The region begins with
 * the first and ends with the last of them, and fades there.
 *
 * Returns: the axis, with one tile less than @axis
 */
UpscaleGridAxis
upscale_grid_axis_new_between (UpscaleGridAxis axis, UpscaleLatticeStep step)
{
  UpscaleGridAxis between = axis;
  int             end = axis.start_px + axis.length_px;
  int             lattice = upscale_lattice_find (step, axis.tile_px - axis.overlap_px);
  int             first = get_middle (axis, 0);
  int             last;

  g_return_val_if_fail (axis.n > 1, axis);

  last = get_middle (axis, axis.n - 2);
  between.n = axis.n - 1;
  between.lattice_px = lattice;
  between.first_px =
      axis.first_px + upscale_lattice_round_down (first - axis.first_px, lattice);
  between.last_px =
      between.first_px + upscale_lattice_round_down (last - between.first_px, lattice);
  between.start_px = MAX (axis.start_px, between.first_px);
  between.length_px = MIN (end, between.last_px + axis.tile_px) - between.start_px;
  between.fade_start = axis.fade_start || between.start_px > axis.start_px;
  between.fade_end = axis.fade_end || between.start_px + between.length_px < end;
  between.slack_px = find_slack (between, step);
  return between;
}

/* Returns the feather between tile @index and the next tile: half of the overlap wide,
 * in the middle of the actual overlap. */
static Feather
feather_after (UpscaleGridAxis axis, int index)
{
  int start = upscale_grid_axis_get_tile_start (axis, index + 1);
  int end = upscale_grid_axis_get_tile_start (axis, index) + axis.tile_px;
  int length = axis.overlap_px / 2;

  return (Feather) { start + (end - start - length) / 2, length };
}

/* Returns the length of the fade at an edge of the region inside the picture. No tiles
 * overlap there: the outer quarter of the overlap is dropped, and the next half fades
 * to the base. */
static int
fade_length (UpscaleGridAxis axis)
{
  return MIN (axis.overlap_px / 2, MIN (axis.tile_px, axis.length_px) / 4);
}

static int
fade_inset (UpscaleGridAxis axis)
{
  return fade_length (axis) / 2;
}

static void
append_segment (GArray *segments, int start_px, int end_px, int first, int n)
{
  UpscaleGridAxisSegment segment = { start_px, end_px - start_px, first, n };

  if (end_px > start_px)
    g_array_append_val (segments, segment);
}

/**
 * upscale_grid_axis_get_segments:
 * @axis: an axis
 *
 * Cuts the region into segments with one fixed set of tiles each, in order and without
 * gaps.
 *
 * Returns: (transfer full) (element-type UpscaleGridAxisSegment): the segments
 */
GArray *
upscale_grid_axis_get_segments (UpscaleGridAxis axis)
{
  GArray *segments = g_array_new (FALSE, FALSE, sizeof (UpscaleGridAxisSegment));
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

/**
 * upscale_grid_axis_get_feather:
 * @axis: an axis
 * @index: index of a tile that is not the last
 *
 * Returns: the segment in which tile @index and the next tile have weight
 */
UpscaleGridAxisSegment
upscale_grid_axis_get_feather (UpscaleGridAxis axis, int index)
{
  Feather feather;

  g_return_val_if_fail (index >= 0 && index + 1 < axis.n, (UpscaleGridAxisSegment) { 0 });

  feather = feather_after (axis, index);
  return (UpscaleGridAxisSegment) { feather.start_px, feather.length_px, index, 2 };
}

/**
 * upscale_grid_axis_get_own:
 * @axis: an axis
 * @index: index of a tile
 *
 * Returns: the segment in which no other tile has weight, which may be empty
 */
UpscaleGridAxisSegment
upscale_grid_axis_get_own (UpscaleGridAxis axis, int index)
{
  int start = axis.start_px;
  int end = axis.start_px + axis.length_px;

  g_return_val_if_fail (index >= 0 && index < axis.n, (UpscaleGridAxisSegment) { 0 });

  if (index > 0)
    start = feather_after (axis, index - 1).start_px + axis.overlap_px / 2;
  if (index + 1 < axis.n)
    end = feather_after (axis, index).start_px;
  return (UpscaleGridAxisSegment) { start, MAX (0, end - start), index, 1 };
}

/**
 * upscale_grid_axis_smootherstep:
 * @t: 0 to 1
 *
 * Computes the feather 6t^5 - 15t^4 + 10t^3 (K. Perlin, "Improving noise", 2002). First
 * and second derivative are 0 at both ends, and s(t) + s(1 - t) = 1, so that two crossing
 * weights sum to 1.
 *
 * Returns: the weight, 0 to 1
 */
double
upscale_grid_axis_smootherstep (double t)
{
  return t * t * t * (t * (6.0 * t - 15.0) + 10.0);
}

/* Returns a weight that rises from 0 to 1 over a feather, sampled at pixel centers. */
static double
rise (Feather feather, int position_px)
{
  if (position_px < feather.start_px)
    return 0.0;
  if (position_px >= feather.start_px + feather.length_px)
    return 1.0;
  return upscale_grid_axis_smootherstep ((position_px - feather.start_px + 0.5) /
                                         feather.length_px);
}

/* Returns the sum of the weights of all tiles: 1 except at edges inside the picture. */
static double
get_presence (UpscaleGridAxis axis, int position_px)
{
  int     length = fade_length (axis);
  int     end = axis.start_px + axis.length_px - fade_inset (axis);
  Feather in = { axis.start_px + fade_inset (axis), length };
  Feather out = { end - length, length };
  double  presence = axis.fade_start ? rise (in, position_px) : 1.0;

  return axis.fade_end ? presence * (1.0 - rise (out, position_px)) : presence;
}

/**
 * upscale_grid_axis_get_weights:
 * @axis: an axis
 * @index: index of a tile
 * @position_px: the first pixel, in the region
 * @n: the number of pixels
 * @weights: (array length=n) (out caller-allocates): the feather's values, 0 to 1
 *
 * Computes the weights of one tile on one axis. The weights of all tiles sum to 1, except
 * near an edge of the region inside the picture, where they fade to 0 so that no edge
 * shows.
 */
void
upscale_grid_axis_get_weights (UpscaleGridAxis axis,
                               int             index,
                               int             position_px,
                               int             n,
                               float          *weights)
{
  Feather before = { 0 };
  Feather after = { 0 };

  g_return_if_fail (index >= 0 && index < axis.n);
  g_return_if_fail (weights != NULL || n == 0);

  if (index > 0)
    before = feather_after (axis, index - 1);
  if (index < axis.n - 1)
    after = feather_after (axis, index);
  for (int i = 0; i < n; i++)
    {
      double weight = get_presence (axis, position_px + i);

      /* Feathers of a tile never meet, as the two neighbors of a tile are further apart
       * than the overlap is long. */
      if (index > 0)
        weight *= rise (before, position_px + i);
      if (index < axis.n - 1)
        weight *= 1.0 - rise (after, position_px + i);
      weights[i] = (float) weight;
    }
}
