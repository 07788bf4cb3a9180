/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-sdapi-server-info.h"

G_BEGIN_DECLS

typedef struct _UpscaleTileServerCancel UpscaleSdapiCancel;

UpscaleSdapiCancel *upscale_sdapi_cancel_new (const UpscaleSdapiServerInfo *info,
                                              const char                   *task_id);
void                upscale_sdapi_cancel_free (UpscaleSdapiCancel *cancel);
gboolean            upscale_sdapi_cancel_build_next (UpscaleSdapiCancel      *cancel,
                                                     const UpscaleHttpAnswer *answer,
                                                     UpscaleApiRequest       *next,
                                                     GError                 **error);

G_END_DECLS
