/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-tile-status.h"

G_BEGIN_DECLS

void        upscale_tile_state_icon_draw (cairo_t         *cr,
                                          UpscaleTileState state,
                                          double           x,
                                          double           y,
                                          double           radius);
GdkRGBA     upscale_tile_state_icon_get_color (UpscaleTileState state);
const char *upscale_tile_state_icon_get_name (UpscaleTileState state);
GtkWidget  *upscale_tile_state_icon_new (UpscaleTileState state);
void        upscale_tile_state_icon_set_state (GtkWidget *icon, UpscaleTileState state);

G_END_DECLS
