/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gegl.h>

#include "upscale-scheduler.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_DESCRIBER (upscale_describer_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleDescriber, upscale_describer, UPSCALE, DESCRIBER, GObject)

/**
 * UpscaleDescriberRequest:
 * @pixels: own copy of the layer's pixels, origin at 0, 0
 * @scale: upscale factor
 * @plan: the tiles over the target
 * @wanted: (element-type guint): the tiles to describe, in the order in which they are
 * sent
 * @policy: how tiles are dispatched
 * @endpoints: (element-type UpscaleEndpoint): the endpoints that tiles may be sent to
 * @clock: the time
 *
 * Input of upscale_describer_new(), which references all of it.
 */
typedef struct
{
  GeglBuffer      *pixels;
  double           scale;
  UpscaleTilePlan *plan;
  GArray          *wanted;
  UpscalePolicy    policy;
  GPtrArray       *endpoints;
  UpscaleClock    *clock;
} UpscaleDescriberRequest;

UpscaleDescriber *upscale_describer_new (const UpscaleDescriberRequest *request);
UpscaleScheduler *upscale_describer_get_scheduler (UpscaleDescriber *describer);
void              upscale_describer_run_async (UpscaleDescriber   *describer,
                                               GCancellable       *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer            user_data);
gboolean          upscale_describer_run_finish (UpscaleDescriber *describer,
                                                GAsyncResult     *result,
                                                GError          **error);

G_END_DECLS
