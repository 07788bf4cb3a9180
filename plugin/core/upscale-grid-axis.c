/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-grid-axis.h"

#include <math.h>

/* A stretch over which one tile's weight falls and the next one's rises. */
typedef struct
{
  int start_px;
  int length_px;
} Feather;

/* Coarser lattices than the one needed, for endpoints that like sizes of this kind, and
 * at last that one itself. */
static const int coarse_px[] = { 128, 64, 32, 16, 1 };

static int
round_up_after (int first_px, int start_px, int multiple_of)
{
  return first_px + upscale_lattice_round_up (MAX (0, start_px - first_px), multiple_of);
}

/* Places the outer tiles, and counts the fewest between them that keep the overlap. */
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

/* The coarsest lattice that costs no tile. A region may begin beside the lattice of the
 * whole picture; its tiles keep to the one needed unless that costs a tile, but reach no
 * further beyond the region than they must. */
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

/* Of a factor without a step nothing begins where a source pixel does. */
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
 * @what: what is to be laid out
 *
 * Lays out as few tiles as keep the overlap; 1 when the region fits in one. All have one
 * length and begin on a lattice: at a multiple of the factor's step, when that is short,
 * and of the latent grid. The last one may end beyond the region.
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
 * @index: a tile on it
 *
 * Tiles are spread evenly, each moved to the nearest place of the lattice.
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

/* The feather between tile @index and its follower: half of the overlap wide, in the
 * middle of where they really overlap. */
static Feather
feather_after (UpscaleGridAxis axis, int index)
{
  int start = upscale_grid_axis_get_tile_start (axis, index + 1);
  int end = upscale_grid_axis_get_tile_start (axis, index) + axis.tile_px;
  int length = axis.overlap_px / 2;

  return (Feather) { start + (end - start - length) / 2, length };
}

/* At an edge of the region inside the picture nothing overlaps: the outer quarter is
 * dropped and the next half fades to the base. */
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
 * Cuts the region in stretches of one fixed set of tiles, in order, without gap.
 *
 * Returns: (transfer full) (element-type UpscaleGridAxisSegment): the stretches
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
 * upscale_grid_axis_smootherstep:
 * @t: 0 to 1
 *
 * 6t^5 - 15t^4 + 10t^3 (K. Perlin, "Improving noise", 2002): flat in first and second
 * derivative at both ends, and s(t) + s(1 - t) = 1, so that two windows that cross always
 * sum to 1.
 *
 * Returns: 0 to 1
 */
double
upscale_grid_axis_smootherstep (double t)
{
  return t * t * t * (t * (6.0 * t - 15.0) + 10.0);
}

/* Rises from 0 to 1 over a feather; sampled at pixel centers. */
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

/* How much of all tiles together there is: all, save at edges inside the picture. */
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
 * upscale_grid_axis_get_weight:
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
upscale_grid_axis_get_weight (UpscaleGridAxis axis, int index, int position_px)
{
  double weight;

  g_return_val_if_fail (index >= 0 && index < axis.n, 0.0f);

  /* No pixel lies in both feathers, as those never meet: two neighbors of a tile are
   * further apart than the overlap is long. */
  weight = get_presence (axis, position_px);
  if (index > 0)
    weight *= rise (feather_after (axis, index - 1), position_px);
  if (index < axis.n - 1)
    weight *= 1.0 - rise (feather_after (axis, index), position_px);
  return (float) weight;
}
