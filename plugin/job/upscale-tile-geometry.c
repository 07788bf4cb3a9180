/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-geometry.h"

/* How much longer than the tile a side may become so that the source's own pixels can be
 * sent. Fewer bytes are worth less than a model's time; an engine that only enlarges has
 * nothing to do with pixels that were enlarged before. */
#define MOST_GROWTH_OF_PAINTER 1.125
#define MOST_GROWTH_OF_ENLARGER 3.0

/* The target is resampled here, and sent from the tile's first pixel on. */
static UpscaleTileGeometry
send_target (UpscaleTilePlanGrid grid, UpscaleRect tile, int multiple_of)
{
  UpscaleRect target = { tile.x, tile.y,
                         upscale_lattice_round_up (grid.tile_width_px, multiple_of),
                         upscale_lattice_round_up (grid.tile_height_px, multiple_of) };

  return (UpscaleTileGeometry) { .sent = target,
                                 .target = target,
                                 .inside = { 0, 0, tile.width, tile.height } };
}

/* What is sent begins with a source pixel, which may lie before the tile by the slack,
 * and is so many steps long that its sizes are multiples here and there. */
static UpscaleTileGeometry
send_source (UpscaleTilePlanGrid grid, UpscaleRect tile, int multiple_of)
{
  UpscaleLatticeStep step = grid.step;
  int                unit = step.target_px * multiple_of;
  int n_across = upscale_lattice_round_up (grid.tile_width_px + grid.slack_x_px, unit);
  int n_down = upscale_lattice_round_up (grid.tile_height_px + grid.slack_y_px, unit);
  int left = tile.x / step.target_px;
  int top = tile.y / step.target_px;

  n_across /= step.target_px;
  n_down /= step.target_px;
  return (UpscaleTileGeometry) {
    .at_source_size = TRUE,
    .sent = { left * step.source_px, top * step.source_px, n_across * step.source_px,
              n_down * step.source_px },
    .target = { left * step.target_px, top * step.target_px, n_across * step.target_px,
                n_down * step.target_px },
    .inside = { tile.x - left * step.target_px, tile.y - top * step.target_px, tile.width,
                tile.height },
  };
}

/**
 * upscale_tile_geometry:
 * @grid: what all tiles of the plan have in common
 * @tile: one of them
 * @endpoint: what the endpoint takes
 *
 * Chooses how a tile travels, in one way for all tiles of a plan. At the source's size
 * where the endpoint enlarges and the factor allows it: a 4x upscale is then a sixteenth
 * of the bytes. Else, and where a side would become much longer than the tile, the target
 * is resampled here.
 *
 * Returns: what is sent and what comes back; the sizes are multiples of what the endpoint
 * wants
 */
UpscaleTileGeometry
upscale_tile_geometry (UpscaleTilePlanGrid        grid,
                       UpscaleRect                tile,
                       const UpscaleCapabilities *endpoint)
{
  UpscaleTileGeometry target = send_target (grid, tile, endpoint->multiple_of);
  UpscaleTileGeometry source;
  double              most;

  if (!endpoint->resizes || grid.step.target_px <= grid.step.source_px)
    return target;
  source = send_source (grid, tile, endpoint->multiple_of);
  most = endpoint->uses_prompt ? MOST_GROWTH_OF_PAINTER : MOST_GROWTH_OF_ENLARGER;
  if (source.target.width > most * target.target.width ||
      source.target.height > most * target.target.height)
    return target;
  return source;
}
