/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-progress.h"
#include "upscale-request-list.h"

G_BEGIN_DECLS

UpscaleProgress upscale_progress_meter_measure (const UpscaleTileQueue    *queue,
                                                const UpscaleRequestList  *requests,
                                                const UpscaleEndpointPool *pool,
                                                gint64                     now_us);

G_END_DECLS
