/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-comfyui-server-info.h"

G_BEGIN_DECLS

const char *upscale_comfyui_default_model_get (const UpscaleComfyuiServerInfo *info);
gboolean upscale_comfyui_default_model_needs_check (const UpscaleComfyuiServerInfo *info);
char    *upscale_comfyui_default_model_dup_id (const UpscaleComfyuiServerInfo *info);
gboolean upscale_comfyui_default_model_lacks_part (const GError *failure);
gboolean upscale_comfyui_default_model_note (UpscaleComfyuiServerInfo *info,
                                             const GError             *failure);
const char       *
upscale_comfyui_default_model_find_other (const UpscaleComfyuiServerInfo *info,
                                                const char                     *model);
char *upscale_comfyui_default_model_dup_bare (const UpscaleComfyuiServerInfo *info);

G_END_DECLS
