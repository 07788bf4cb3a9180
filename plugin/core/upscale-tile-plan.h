/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-rect.h"

G_BEGIN_DECLS

/** Tiles that carry weight in one cell at most: two an axis. */
#define UPSCALE_CELL_MAX_TILES 4

/**
 * UpscaleTile:
 * @index: place in the plan, row by row
 * @row: row in the grid
 * @col: column in the grid
 * @rect: what the endpoint repaints, in target px; inside the plan's region
 *
 * What is sent.
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
 * @rect: what is written, in target px
 * @n_tiles: 0 outside the region, else 1, 2 or 4
 * @tiles: indices of the tiles that carry weight all over the cell, ascending
 *
 * What is written: every target pixel lies in exactly one cell.
 */
typedef struct
{
  UpscaleRect rect;
  guint       n_tiles;
  guint       tiles[UPSCALE_CELL_MAX_TILES];
} UpscaleCell;

typedef struct _UpscaleTilePlan UpscaleTilePlan;

UpscaleTilePlan *upscale_tile_plan_new (int         target_width_px,
                                        int         target_height_px,
                                        UpscaleRect region,
                                        int         tile_px,
                                        int         overlap_px,
                                        GError    **error);

UpscaleTilePlan *upscale_tile_plan_ref (UpscaleTilePlan *plan);
void             upscale_tile_plan_unref (UpscaleTilePlan *plan);

int                upscale_tile_plan_get_width (const UpscaleTilePlan *plan);
int                upscale_tile_plan_get_height (const UpscaleTilePlan *plan);
guint              upscale_tile_plan_get_n_tiles (const UpscaleTilePlan *plan);
const UpscaleTile *upscale_tile_plan_get_tile (const UpscaleTilePlan *plan, guint index);
UpscaleRect        upscale_tile_plan_get_share (const UpscaleTilePlan *plan, guint index);
UpscaleRect upscale_tile_plan_cover (const UpscaleTilePlan *plan, UpscaleRect rect);
guint       upscale_tile_plan_get_n_cells (const UpscaleTilePlan *plan);
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
