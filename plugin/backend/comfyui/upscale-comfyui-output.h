/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-comfyui-server-info.h"

G_BEGIN_DECLS

char    *upscale_comfyui_output_choose (const UpscaleComfyuiServerInfo *info,
                                        const UpscaleComfyuiWorkflow   *workflow,
                                        GError                        **error);
gboolean upscale_comfyui_output_depends_on_tile (JsonObject *nodes, const char *id);

G_END_DECLS
