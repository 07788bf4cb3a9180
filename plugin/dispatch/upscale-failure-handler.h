/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-batch-request.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_FAILURE_HANDLER (upscale_failure_handler_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleFailureHandler,
                      upscale_failure_handler,
                      UPSCALE,
                      FAILURE_HANDLER,
                      GObject)

/**
 * UpscaleFailureHandlerPlan:
 * @queue: the tiles of the job; must outlive the handler's work
 * @pool: the endpoints of the job, likewise
 * @provider: settles the tiles that are given up
 * @clock: the time
 * @policy: the user's settings
 *
 * The facts that a failure handler needs.
 */
typedef struct
{
  UpscaleTileQueue          *queue;
  const UpscaleEndpointPool *pool;
  UpscaleTileProvider       *provider;
  UpscaleClock              *clock;
  UpscalePolicy              policy;
} UpscaleFailureHandlerPlan;

UpscaleFailureHandler *upscale_failure_handler_new (UpscaleFailureHandlerPlan plan);
gboolean               upscale_failure_handler_is_idle (UpscaleFailureHandler *handler);
gboolean               upscale_failure_handler_fail_batch (UpscaleFailureHandler *handler,
                                                           UpscaleBatchRequest   *request,
                                                           const GError          *error,
                                                           gboolean               is_job_running);
void                   upscale_failure_handler_fail_tile (UpscaleFailureHandler *handler,
                                                          UpscaleBatchRequest   *request,
                                                          guint                  tile_index,
                                                          const GError          *error);
void upscale_failure_handler_return_tile (UpscaleFailureHandler *handler,
                                          UpscaleBatchRequest   *request,
                                          guint                  tile_index);
void upscale_failure_handler_cancel_batch (UpscaleFailureHandler *handler,
                                           UpscaleBatchRequest   *request);
void upscale_failure_handler_give_up_waiting (UpscaleFailureHandler *handler);

G_END_DECLS
