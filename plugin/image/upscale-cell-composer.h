/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-boundary-store.h"
#include "upscale-coverage.h"
#include "upscale-source.h"
#include "upscale-tile-plan.h"

G_BEGIN_DECLS

/**
 * UpscaleCellComposer:
 * @source: (transfer none): the layer
 * @plan: (transfer none): tiles and cells over its target
 * @boundaries: (transfer none): the boundaries of tiles that cells have found
 * @result: (transfer none): the result, in the layer's format
 * @strength_map: (nullable) (transfer none): the share of each change that stays; %NULL
 * if all of it stays
 * @seen_fish: (nullable): the conversion from sRGB to the working format, %NULL if they
 * are the same
 *
 * Everything that all cells share. A value that points at objects of the caller.
 */
typedef struct
{
  UpscaleSource        *source;
  UpscaleTilePlan      *plan;
  UpscaleBoundaryStore *boundaries;
  GeglBuffer           *result;
  UpscaleCoverage      *strength_map;
  const Babl           *seen_fish;
} UpscaleCellComposer;

UpscaleCellComposer upscale_cell_composer_new (UpscaleSource        *source,
                                               UpscaleTilePlan      *plan,
                                               UpscaleBoundaryStore *boundaries,
                                               GeglBuffer           *result,
                                               UpscaleCoverage      *strength_map);
gboolean            upscale_cell_composer_reads (const UpscaleCellComposer *composer,
                                                 const UpscaleCell         *cell,
                                                 guint                      tile_index,
                                                 UpscaleRect                part);
void                upscale_cell_composer_run (const UpscaleCellComposer *composer,
                                               const UpscaleCell         *cell,
                                               GeglBuffer               **painted);

G_END_DECLS
