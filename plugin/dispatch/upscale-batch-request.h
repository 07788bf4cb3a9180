/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"
#include "upscale-endpoint.h"
#include "upscale-orphaned-batch.h"
#include "upscale-tile-provider.h"

G_BEGIN_DECLS

typedef struct _UpscaleBatchRequest UpscaleBatchRequest;

/**
 * UpscaleBatchRequestFuncs:
 * @take_tile: the next tile to carry beside another (%UPSCALE_NO_TILE for none); returns
 * %UPSCALE_NO_TILE when there is none for this request
 * @on_sent: the batch is on its way for the first time
 * @on_phase_changed: upscale_batch_request_get_phase() has changed
 * @on_named: the endpoint calls the batch by a name of its own
 * @on_settled: the last word on a tile is said; %UPSCALE_PREPARED_SEND means it was
 * painted
 * @on_claimed: a picture came for this tile and is being looked at
 * @on_tile_failed: this tile alone has failed; the request does not carry it any more
 * @on_tile_changed: this tile of a orphan is not what was sent then, and is not carried
 * any more
 * @on_ended: nothing of the request is under way any more. Without @error every tile it
 * carried was reported; with one, upscale_batch_request_get_open_tiles() still wait. The
 * owner sends it again, or drops it
 *
 * What a request asks and tells its owner, on the main thread.
 */
typedef struct
{
  guint (*take_tile) (UpscaleBatchRequest *request, guint beside, gpointer owner);
  void (*on_sent) (UpscaleBatchRequest *request, gpointer owner);
  void (*on_phase_changed) (UpscaleBatchRequest *request, gpointer owner);
  void (*on_named) (UpscaleBatchRequest *request, gpointer owner);
  void (*on_settled) (UpscaleBatchRequest *request,
                      guint                tile_index,
                      UpscalePrepared      how,
                      gpointer             owner);
  void (*on_claimed) (UpscaleBatchRequest *request, guint tile_index, gpointer owner);
  void (*on_tile_failed) (UpscaleBatchRequest *request,
                          guint                tile_index,
                          const GError        *error,
                          gpointer             owner);
  void (*on_tile_changed) (UpscaleBatchRequest *request,
                           guint                tile_index,
                           gpointer             owner);
  void (*on_ended) (UpscaleBatchRequest *request, const GError *error, gpointer owner);
} UpscaleBatchRequestFuncs;

/**
 * UpscaleBatchRequestPlan:
 * @endpoint: who paints
 * @provider: where tiles come from and go to
 * @clock: the time
 * @gen_params: how to paint
 * @n_wanted: how many tiles to carry at most
 * @copies: (nullable) (element-type guint): the tiles to carry, when they are carried by
 * another request already and none are to be taken
 * @orphan: (nullable): the batch was sent by an earlier run; @copies are its tiles
 * @timeout_us: deadline of the batch, from when it is sent
 *
 * What a request needs to know.
 */
typedef struct
{
  UpscaleEndpoint      *endpoint;
  UpscaleTileProvider  *provider;
  UpscaleClock         *clock;
  UpscaleGenParams     *gen_params;
  guint                 n_wanted;
  GArray               *copies;
  UpscaleOrphanedBatch *orphan;
  gint64                timeout_us;
} UpscaleBatchRequestPlan;

UpscaleBatchRequest *upscale_batch_request_new (UpscaleBatchRequestPlan         plan,
                                                const UpscaleBatchRequestFuncs *funcs,
                                                gpointer                        owner);
UpscaleBatchRequest *upscale_batch_request_ref (UpscaleBatchRequest *request);
void                 upscale_batch_request_unref (UpscaleBatchRequest *request);

void upscale_batch_request_start (UpscaleBatchRequest *request);
void upscale_batch_request_send_again (UpscaleBatchRequest *request, gint64 wait_us);
void upscale_batch_request_begin_work (UpscaleBatchRequest *request);
void upscale_batch_request_drop (UpscaleBatchRequest *request, guint tile_index);
void upscale_batch_request_cancel (UpscaleBatchRequest *request);

UpscaleEndpoint *upscale_batch_request_get_endpoint (UpscaleBatchRequest *request);
UpscaleBatch    *upscale_batch_request_get_batch (UpscaleBatchRequest *request);
int              upscale_batch_request_get_n_resends (UpscaleBatchRequest *request);
gint64           upscale_batch_request_get_sent_us (UpscaleBatchRequest *request);
double           upscale_batch_request_get_quiet_s (UpscaleBatchRequest *request);
gboolean         upscale_batch_request_is_copy (UpscaleBatchRequest *request);
gboolean         upscale_batch_request_is_orphan (UpscaleBatchRequest *request);
gboolean         upscale_batch_request_was_sent (UpscaleBatchRequest *request);
UpscalePhase     upscale_batch_request_get_phase (UpscaleBatchRequest *request);
gboolean         upscale_batch_request_is_pausing (UpscaleBatchRequest *request);
gboolean upscale_batch_request_is_waiting_for_answers (UpscaleBatchRequest *request);
guint    upscale_batch_request_count_open (UpscaleBatchRequest *request);
GArray  *upscale_batch_request_get_open_tiles (UpscaleBatchRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleBatchRequest, upscale_batch_request_unref)

G_END_DECLS
