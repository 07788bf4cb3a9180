/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"
#include "upscale-dispatch-status.h"
#include "upscale-event.h"
#include "upscale-orphaned-batch.h"
#include "upscale-policy.h"
#include "upscale-tile-provider.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_SCHEDULER (upscale_scheduler_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleScheduler, upscale_scheduler, UPSCALE, SCHEDULER, GObject)

UpscaleScheduler *upscale_scheduler_new (UpscaleTileProvider *provider,
                                         guint                n_tiles,
                                         GArray              *order,
                                         GArray              *groups,
                                         UpscaleGenParams    *gen_params,
                                         UpscalePolicy        policy,
                                         UpscaleClock        *clock);
void              upscale_scheduler_add_endpoint (UpscaleScheduler *scheduler,
                                                  UpscaleEndpoint  *endpoint);
void              upscale_scheduler_add_orphan (UpscaleScheduler     *scheduler,
                                                UpscaleOrphanedBatch *orphan);
void              upscale_scheduler_expect (UpscaleScheduler *scheduler,
                                            guint             tile_index,
                                            UpscaleTileState  state);
void              upscale_scheduler_run_async (UpscaleScheduler   *scheduler,
                                               GCancellable       *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer            user_data);
gboolean          upscale_scheduler_run_finish (UpscaleScheduler *scheduler,
                                                GAsyncResult     *result,
                                                GError          **error);
gboolean          upscale_scheduler_is_idle (UpscaleScheduler *scheduler);

const UpscaleDispatchStatus *upscale_scheduler_get_status (UpscaleScheduler *scheduler);

G_END_DECLS
