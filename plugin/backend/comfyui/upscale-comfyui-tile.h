/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-comfyui-server-info.h"

G_BEGIN_DECLS

typedef struct _UpscaleTileServerTile UpscaleComfyuiTile;

UpscaleComfyuiTile *upscale_comfyui_tile_new (UpscaleComfyuiServerInfo *info,
                                              const UpscaleTileRequest *request,
                                              UpscaleTileReply         *reply);
void                upscale_comfyui_tile_free (UpscaleComfyuiTile *tile);
gboolean            upscale_comfyui_tile_build_next (UpscaleComfyuiTile      *tile,
                                                     const UpscaleHttpAnswer *answer,
                                                     UpscaleApiRequest       *next,
                                                     GError                 **error);

G_END_DECLS
