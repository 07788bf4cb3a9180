/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-tile-status.h"

G_BEGIN_DECLS

void        upscale_tile_mark_draw (cairo_t         *cr,
                                    UpscaleTileState state,
                                    double           x,
                                    double           y,
                                    double           radius);
GdkRGBA     upscale_tile_mark_get_colour (UpscaleTileState state);
const char *upscale_tile_mark_get_name (UpscaleTileState state);
GtkWidget  *upscale_tile_mark_new (UpscaleTileState state);
void        upscale_tile_mark_set_state (GtkWidget *mark, UpscaleTileState state);

G_END_DECLS
