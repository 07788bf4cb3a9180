/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-region.h"
#include "upscale-tile-plan.h"
#include "upscale-tile-settings.h"

G_BEGIN_DECLS

/**
 * UpscaleWhere:
 * @strength_map: (nullable): black where the base stays, white where tiles have full
 * strength; %NULL for white everywhere
 * @regions: (nullable) (element-type UpscaleRegion): regions
 * @least_share: share of a tile that a region must cover to count there
 * @tile_prompts: (nullable) (element-type UpscaleTilePrompt): texts of single tiles
 * @grid: (nullable): the tiles that @tile_prompts name; %NULL for those of the job
 * @is_between: whether the tiles of the job lie on the borders of those of @grid
 *
 * The ways in which parts of the layer are painted otherwise than the picture. A value
 * that borrows its members.
 */
typedef struct
{
  UpscaleCoverage *strength_map;
  GPtrArray       *regions;
  double           least_share;
  GPtrArray       *tile_prompts;
  UpscaleTilePlan *grid;
  gboolean         is_between;
} UpscaleWhere;

GPtrArray *upscale_where_make_settings (const UpscaleWhere     *where,
                                        const UpscaleTilePlan  *plan,
                                        const UpscaleGenParams *gen_params);
GArray    *upscale_where_group (GPtrArray *settings);

G_END_DECLS
