/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-pixels.h"
#include "upscale-tile-plan.h"
#include "upscale-tile-status.h"

#include "upscale-tile-note.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_TILE_MAP (upscale_tile_map_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleTileMap, upscale_tile_map, UPSCALE, TILE_MAP, GtkDrawingArea)

/**
 * UpscaleTileMapFunc:
 * @tile_index: a tile
 * @user_data: the data of upscale_tile_map_set_describe()
 *
 * Describes a tile for the user.
 *
 * Returns: (transfer full): the description
 */
typedef char *(*UpscaleTileMapFunc) (guint tile_index, gpointer user_data);

GtkWidget *upscale_tile_map_new (GdkPixbuf *picture);
void       upscale_tile_map_choose (UpscaleTileMap *map, guint tile_index);
void       upscale_tile_map_get_tile_center (UpscaleTileMap *map,
                                             guint           tile_index,
                                             double         *x,
                                             double         *y);
void       upscale_tile_map_set_plan (UpscaleTileMap *map, UpscaleTilePlan *plan);
void upscale_tile_map_set_states (UpscaleTileMap *map, const UpscaleTileState *states);
void upscale_tile_map_set_notes (UpscaleTileMap *map, const UpscaleTileNote *notes);
void upscale_tile_map_set_marks (UpscaleTileMap *map, GArray *marks);
void upscale_tile_map_set_describe (UpscaleTileMap    *map,
                                    UpscaleTileMapFunc describe,
                                    gpointer           user_data);
void upscale_tile_map_get_pixel_size (UpscaleTileMap *map,
                                      UpscaleRect     rect,
                                      int            *width_px,
                                      int            *height_px);
void upscale_tile_map_put (UpscaleTileMap *map, UpscaleRect rect, UpscalePixels *pixels);

G_END_DECLS
