/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-batch-request.h"

G_BEGIN_DECLS

typedef struct _UpscaleRequestList UpscaleRequestList;

/**
 * UpscaleRequestListPlan:
 * @queue: the tiles of the job; must outlive the list
 * @pool: the endpoints of the job, likewise
 * @provider: prepares tiles and accepts pictures
 * @clock: the time
 * @gen_params: the parameters of the picture
 * @policy: the user's settings
 * @funcs: the functions that get the requests' reports; static
 * @owner: passed to @funcs; each request holds a reference to it until it is removed
 *
 * The facts that a list needs to make requests.
 */
typedef struct
{
  UpscaleTileQueue               *queue;
  const UpscaleEndpointPool      *pool;
  UpscaleTileProvider            *provider;
  UpscaleClock                   *clock;
  UpscaleGenParams               *gen_params;
  UpscalePolicy                   policy;
  const UpscaleBatchRequestFuncs *funcs;
  GObject                        *owner;
} UpscaleRequestListPlan;

UpscaleRequestList *upscale_request_list_new (UpscaleRequestListPlan plan);
void                upscale_request_list_free (UpscaleRequestList *list);

void     upscale_request_list_launch (UpscaleRequestList   *list,
                                      UpscaleEndpoint      *endpoint,
                                      guint                 n_wanted,
                                      GArray               *tiles,
                                      UpscaleOrphanedBatch *orphan);
void     upscale_request_list_add_orphan (UpscaleRequestList   *list,
                                          UpscaleOrphanedBatch *orphan);
void     upscale_request_list_resume_orphans (UpscaleRequestList *list,
                                              UpscaleEndpoint    *endpoint);
gboolean upscale_request_list_hedge (UpscaleRequestList *list, UpscaleEndpoint *idle);
void     upscale_request_list_cancel_all (UpscaleRequestList *list);
void upscale_request_list_remove (UpscaleRequestList *list, UpscaleBatchRequest *request);

gboolean upscale_request_list_is_empty (const UpscaleRequestList *list);
gboolean upscale_request_list_is_backing_off (const UpscaleRequestList *list);
guint    upscale_request_list_count_in_phase (const UpscaleRequestList *list,
                                              UpscaleEndpoint          *endpoint,
                                              UpscalePhase              phase);
gint64   upscale_request_list_get_waited_us (const UpscaleRequestList *list,
                                             UpscaleEndpoint          *endpoint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleRequestList, upscale_request_list_free)

G_END_DECLS
