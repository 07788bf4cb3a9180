/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-describe-row.h"
#include "upscale-dialog.h"
#include "upscale-painter-choice.h"
#include "upscale-tile-map.h"

G_BEGIN_DECLS

GtkWidget          *upscale_where_page_new (const UpscaleDialogRequest *request,
                                            UpscalePainterChoice       *painter);
void                upscale_where_page_set_plan (GtkWidget       *page,
                                                 UpscaleTilePlan *plan,
                                                 UpscaleTilePlan *grid,
                                                 GPtrArray       *settings);
UpscaleDescribeRow *upscale_where_page_get_describe_row (GtkWidget *page);
void                upscale_where_page_add_notes (GtkWidget *page, UpscaleTileMap *map);

G_END_DECLS
