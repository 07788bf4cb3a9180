/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-capabilities.h"
#include "upscale-tile-plan.h"

G_BEGIN_DECLS

/**
 * UpscaleTileGeometry:
 * @at_source_size: %TRUE if the source's own pixels are sent and the endpoint enlarges
 * them
 * @sent: the sent rectangle, in source px if @at_source_size, else in target px
 * @target: the returned rectangle, in target px
 * @inside: the tile's rectangle within @target
 *
 * The rectangles in which one tile is sent and comes back. @sent and @target begin in the
 * picture and may end beyond it; their sizes are the same for all tiles of a plan. A
 * value.
 */
typedef struct
{
  gboolean    at_source_size;
  UpscaleRect sent;
  UpscaleRect target;
  UpscaleRect inside;
} UpscaleTileGeometry;

UpscaleTileGeometry upscale_tile_geometry_choose (UpscaleTilePlanGrid        grid,
                                                  UpscaleRect                tile,
                                                  const UpscaleCapabilities *endpoint);

G_END_DECLS
