/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-progress.h"
#include "upscale-request-list.h"

G_BEGIN_DECLS

typedef struct _UpscaleDispatchStatus UpscaleDispatchStatus;

UpscaleDispatchStatus *upscale_dispatch_status_new (const UpscaleTileQueue    *queue,
                                                    const UpscaleRequestList  *requests,
                                                    const UpscaleEndpointPool *pool,
                                                    UpscaleClock              *clock);
void                   upscale_dispatch_status_free (UpscaleDispatchStatus *status);

const UpscaleEndpointPool *
upscale_dispatch_status_get_pool (const UpscaleDispatchStatus *status);
UpscaleProgress
upscale_dispatch_status_get_progress (const UpscaleDispatchStatus *status);
UpscaleTileStatus upscale_dispatch_status_get_tile (const UpscaleDispatchStatus *status,
                                                    guint tile_index);
guint  upscale_dispatch_status_count_in_phase (const UpscaleDispatchStatus *status,
                                               UpscaleEndpoint             *endpoint,
                                               UpscalePhase                 phase);
gint64 upscale_dispatch_status_get_wait_us (const UpscaleDispatchStatus *status,
                                            UpscaleEndpoint             *endpoint);
gint64 upscale_dispatch_status_get_waited_us (const UpscaleDispatchStatus *status,
                                              UpscaleEndpoint             *endpoint);
char  *upscale_dispatch_status_summarize (const UpscaleDispatchStatus *status);
char  *upscale_dispatch_status_dup_first_failure (const UpscaleDispatchStatus *status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleDispatchStatus, upscale_dispatch_status_free)

G_END_DECLS
