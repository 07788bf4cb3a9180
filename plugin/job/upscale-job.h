/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gegl.h>

#include "upscale-composer.h"
#include "upscale-policy.h"
#include "upscale-gen-params.h"
#include "upscale-scheduler.h"
#include "upscale-tile-cache.h"
#include "upscale-view.h"
#include "upscale-where.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_JOB (upscale_job_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleJob, upscale_job, UPSCALE, JOB, GObject)

/**
 * UpscaleJobRequest:
 * @pixels: own copy of the layer's pixels, origin at 0, 0, in the layer's format
 * @selection: the part to paint, in source px; the rest of the result is the base
 * @region: the part to paint, in target px, which replaces @selection; empty to use
 * @selection
 * @plan: (nullable): the tiles, if they are not to be planned from @region, @tile_px and
 * @overlap_px
 * @wanted: (nullable) (element-type guint): the tiles to paint; %NULL for all
 * @previous: (nullable): an earlier result, which is kept outside the painted tiles
 * @retried: (nullable): an ended job of the same input, whose painted tiles the cache has
 * @scale: upscale factor
 * @tile_px: side of a tile
 * @overlap_px: smallest overlap of tiles
 * @color_correction: share of the source's low frequencies in the result, 0 to 1
 * @gen_params: how tiles are painted
 * @where: parts that are painted otherwise than @gen_params says
 * @policy: how tiles are dispatched
 * @endpoints: (element-type UpscaleEndpoint): the endpoints that tiles are sent to
 * @cache: the cache of painted tiles
 * @logs: the folder of the job logs, which also names the batches of killed runs
 * @clock: the time
 *
 * Input of upscale_job_new(), which copies or references all of it.
 */
typedef struct
{
  GeglBuffer       *pixels;
  UpscaleRect       selection;
  UpscaleRect       region;
  UpscaleTilePlan  *plan;
  GArray           *wanted;
  GeglBuffer       *previous;
  UpscaleJob       *retried;
  double            scale;
  int               tile_px;
  int               overlap_px;
  double            color_correction;
  UpscaleGenParams *gen_params;
  UpscaleWhere      where;
  UpscalePolicy     policy;
  GPtrArray        *endpoints;
  UpscaleTileCache *cache;
  GFile            *logs;
  UpscaleClock     *clock;
} UpscaleJobRequest;

UpscaleTilePlan *upscale_job_plan_tiles (const UpscaleJobRequest *request,
                                         int                      width_px,
                                         int                      height_px,
                                         GError                 **error);
gboolean
upscale_job_check_tiles (const UpscaleTilePlan *plan, GArray *tiles, GError **error);
UpscaleJob       *upscale_job_new (const UpscaleJobRequest *request, GError **error);
UpscaleScheduler *upscale_job_get_scheduler (UpscaleJob *job);
const UpscaleDispatchStatus *upscale_job_get_status (UpscaleJob *job);
UpscaleTilePlan             *upscale_job_get_plan (UpscaleJob *job);
GeglBuffer                  *upscale_job_get_result (UpscaleJob *job);
UpscaleView                 *upscale_job_view_before (UpscaleJob *job, UpscaleRect area);
UpscaleView                 *upscale_job_view_result (UpscaleJob *job, UpscaleRect area);
GArray                      *upscale_job_dup_bad_borders (UpscaleJob *job);
GArray                      *upscale_job_list_repaint (UpscaleJob            *job,
                                                       const UpscaleTilePlan *on_borders,
                                                       gboolean               is_upright);
char                        *upscale_job_dup_warning (UpscaleJob *job);
char                        *upscale_job_dup_summary (UpscaleJob *job);
char       *upscale_job_add_log_path (UpscaleJob *job, const char *sentence);
const char *upscale_job_get_log_path (UpscaleJob *job);
void        upscale_job_run_async (UpscaleJob         *job,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
gboolean upscale_job_run_finish (UpscaleJob *job, GAsyncResult *result, GError **error);

G_END_DECLS
