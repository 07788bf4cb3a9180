/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-comfyui-server-info.h"

G_BEGIN_DECLS

JsonNode *upscale_comfyui_graph_new (const UpscaleComfyuiServerInfo *info,
                                     const UpscaleTileRequest       *request,
                                     const char                     *image,
                                     const char                     *reference);
JsonNode *upscale_comfyui_graph_new_probe (const UpscaleComfyuiServerInfo *info,
                                           const char                     *image);

G_END_DECLS
