/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-lattice.h"
#include "upscale-rect.h"

G_BEGIN_DECLS

/** The most tiles with weight in one cell: two per axis. */
#define UPSCALE_CELL_MAX_TILES 4

/**
 * UpscaleTile:
 * @index: index in the plan, row by row
 * @row: row in the grid
 * @col: column in the grid
 * @rect: the part that the endpoint repaints, in target px; begins inside the picture,
 * and may end beyond it, where the picture is mirrored
 *
 * A rectangle that is sent to an endpoint.
 */
typedef struct
{
  guint       index;
  int         row;
  int         col;
  UpscaleRect rect;
} UpscaleTile;

/**
 * UpscaleCell:
 * @rect: the part that is written, in target px
 * @n_tiles: 0 outside the region, else 1, 2 or 4
 * @tiles: indices of the tiles with weight in the whole cell, ascending
 *
 * A rectangle that is written once. Every target pixel lies in exactly one cell.
 */
typedef struct
{
  UpscaleRect rect;
  guint       n_tiles;
  guint       tiles[UPSCALE_CELL_MAX_TILES];
} UpscaleCell;

/**
 * UpscaleTilePlanGrid:
 * @step: the upscale factor's step
 * @tile_width_px: width of each tile
 * @tile_height_px: height of each tile
 * @slack_x_px: largest distance from the start of a source pixel to the left edge of a
 * tile
 * @slack_y_px: likewise to the top edge
 *
 * Properties that all tiles of a plan share. A value.
 */
typedef struct
{
  UpscaleLatticeStep step;
  int                tile_width_px;
  int                tile_height_px;
  int                slack_x_px;
  int                slack_y_px;
} UpscaleTilePlanGrid;

/**
 * UpscaleTilePlanCase:
 * @width_px: width of the result
 * @height_px: height of the result
 * @region: the part to paint, in target px: the whole result, or the bounds of the
 * selection
 * @tile_px: side of a tile; narrower regions get narrower tiles
 * @overlap_px: smallest overlap of neighbors, at most half of @tile_px
 * @scale: the upscale factor
 *
 * The target and the wanted tiles of a plan. A value.
 */
typedef struct
{
  int         width_px;
  int         height_px;
  UpscaleRect region;
  int         tile_px;
  int         overlap_px;
  double      scale;
} UpscaleTilePlanCase;

typedef struct _UpscaleTilePlan UpscaleTilePlan;

UpscaleTilePlan *upscale_tile_plan_new (UpscaleTilePlanCase what, GError **error);
UpscaleTilePlan *upscale_tile_plan_new_on_borders (const UpscaleTilePlan *plan,
                                                   gboolean               is_upright);

UpscaleTilePlan *upscale_tile_plan_ref (UpscaleTilePlan *plan);
void             upscale_tile_plan_unref (UpscaleTilePlan *plan);

int                 upscale_tile_plan_get_width (const UpscaleTilePlan *plan);
int                 upscale_tile_plan_get_height (const UpscaleTilePlan *plan);
UpscaleRect         upscale_tile_plan_get_region (const UpscaleTilePlan *plan);
UpscaleTilePlanGrid upscale_tile_plan_get_grid (const UpscaleTilePlan *plan);
guint               upscale_tile_plan_get_n_tiles (const UpscaleTilePlan *plan);
const UpscaleTile  *upscale_tile_plan_get_tile (const UpscaleTilePlan *plan, guint index);
UpscaleRect upscale_tile_plan_get_share (const UpscaleTilePlan *plan, guint index);
guint upscale_tile_plan_find_nearest (const UpscaleTilePlan *plan, UpscaleRect rect);
UpscaleRect upscale_tile_plan_cover (const UpscaleTilePlan *plan, UpscaleRect rect);
UpscaleRect
upscale_tile_plan_get_border (const UpscaleTilePlan *plan, guint first, guint second);
gboolean
upscale_tile_plan_is_upright (const UpscaleTilePlan *plan, guint first, guint second);
guint              upscale_tile_plan_find_on_border (const UpscaleTilePlan *plan,
                                                     const UpscaleTilePlan *on_borders,
                                                     guint                  first);
guint              upscale_tile_plan_get_n_cells (const UpscaleTilePlan *plan);
const UpscaleCell *upscale_tile_plan_get_cell (const UpscaleTilePlan *plan, guint index);

void upscale_tile_plan_get_x_weights (const UpscaleTilePlan *plan,
                                      guint                  tile_index,
                                      int                    x,
                                      int                    n,
                                      float                 *weights);
void upscale_tile_plan_get_y_weights (const UpscaleTilePlan *plan,
                                      guint                  tile_index,
                                      int                    y,
                                      int                    n,
                                      float                 *weights);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTilePlan, upscale_tile_plan_unref)

G_END_DECLS
