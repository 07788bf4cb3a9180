/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-comfyui-server-info.h"

G_BEGIN_DECLS

UpscaleCapabilities *upscale_comfyui_capabilities_new (UpscaleComfyuiServerInfo *info,
                                                       GError                  **error);
void upscale_comfyui_capabilities_refine (const UpscaleComfyuiServerInfo *info,
                                          UpscaleCapabilities            *capabilities);

G_END_DECLS
