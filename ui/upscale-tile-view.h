/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-job.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_TILE_VIEW (upscale_tile_view_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleTileView, upscale_tile_view, UPSCALE, TILE_VIEW, GtkBox)

GtkWidget *upscale_tile_view_new (GdkPixbuf *picture);
void       upscale_tile_view_watch (UpscaleTileView *view, UpscaleJob *job);
void       upscale_tile_view_refresh (UpscaleTileView *view, gboolean is_over);
void       upscale_tile_view_choose (UpscaleTileView *view, guint tile_index);

G_END_DECLS
