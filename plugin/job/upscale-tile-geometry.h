/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-capabilities.h"
#include "upscale-tile-plan.h"

G_BEGIN_DECLS

/**
 * UpscaleTileGeometry:
 * @at_source_size: whether the source's own pixels are sent and the endpoint enlarges
 * them
 * @sent: what is sent, in source px when @at_source_size, else in target px
 * @target: what comes back, in target px
 * @inside: where in the answer the tile lies
 *
 * How one tile travels. @sent and @target begin in the picture and may end beyond it;
 * their sizes are the same for all tiles of a plan. A value.
 */
typedef struct
{
  gboolean    at_source_size;
  UpscaleRect sent;
  UpscaleRect target;
  UpscaleRect inside;
} UpscaleTileGeometry;

UpscaleTileGeometry upscale_tile_geometry (UpscaleTilePlanGrid        grid,
                                           UpscaleRect                tile,
                                           const UpscaleCapabilities *endpoint);

G_END_DECLS
