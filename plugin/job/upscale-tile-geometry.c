/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-geometry.h"

/* Sending the source's own pixels may make the sides of the answer longer than the tile.
 * A diffusion model then paints pixels that are thrown away, so little growth is worth
 * the saved bytes. An engine that only enlarges needs source pixels to be of any use. */
#define MAX_GROWTH_OF_PAINTER 1.125
#define MAX_GROWTH_OF_ENLARGER 3.0

/* The plug-in resamples the target, and sends it from the tile's first pixel on. */
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

/* The sent picture begins with the source pixel at or before the tile's first pixel; the
 * slack is their greatest distance. Its length in steps makes both the sent and the
 * target size a multiple of @multiple_of. */
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
 * upscale_tile_geometry_choose:
 * @grid: the grid of the tile plan
 * @tile: a tile of the plan, in target px
 * @endpoint: the capabilities of the endpoint
 *
 * Chooses how a tile is sent; the choice is the same for all tiles of a plan. The
 * source's own pixels are sent if the endpoint enlarges and the scale allows it: a 4x
 * upscale then takes a sixteenth of the bytes. Otherwise, and if a side would become much
 * longer than the tile, the plug-in resamples the target and sends that.
 *
 * Returns: the sent and the returned rectangle, in multiples of the endpoint's
 * `multiple_of`
 */
UpscaleTileGeometry
upscale_tile_geometry_choose (UpscaleTilePlanGrid        grid,
                              UpscaleRect                tile,
                              const UpscaleCapabilities *endpoint)
{
  UpscaleTileGeometry target = { 0 };
  UpscaleTileGeometry source;
  double              max_growth;

  g_return_val_if_fail (endpoint != NULL, target);

  target = send_target (grid, tile, endpoint->multiple_of);
  if (!endpoint->resizes || grid.step.target_px <= grid.step.source_px)
    return target;
  source = send_source (grid, tile, endpoint->multiple_of);
  max_growth = endpoint->uses_prompt ? MAX_GROWTH_OF_PAINTER : MAX_GROWTH_OF_ENLARGER;
  if (source.target.width > max_growth * target.target.width ||
      source.target.height > max_growth * target.target.height)
    return target;
  return source;
}
