/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-comfyui-server-info.h"

G_BEGIN_DECLS

typedef struct _UpscaleTileServerCancel UpscaleComfyuiCancel;

UpscaleComfyuiCancel *upscale_comfyui_cancel_new (const UpscaleComfyuiServerInfo *info,
                                                  const char                     *id);
void                  upscale_comfyui_cancel_free (UpscaleComfyuiCancel *cancel);
gboolean              upscale_comfyui_cancel_build_next (UpscaleComfyuiCancel    *cancel,
                                                         const UpscaleHttpAnswer *answer,
                                                         UpscaleApiRequest       *next,
                                                         GError                 **error);

G_END_DECLS
