/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"
#include "upscale-endpoint.h"
#include "upscale-orphaned-batch.h"
#include "upscale-phase.h"
#include "upscale-tile-provider.h"
#include "upscale-tile-queue.h"

G_BEGIN_DECLS

typedef struct _UpscaleBatchRequest UpscaleBatchRequest;

/**
 * UpscaleBatchRequestState:
 * @UPSCALE_BATCH_REQUEST_NEW: not started
 * @UPSCALE_BATCH_REQUEST_PREPARING: tiles are taken and prepared, one by one
 * @UPSCALE_BATCH_REQUEST_SENT: the endpoint has the batch, and answers come in
 * @UPSCALE_BATCH_REQUEST_TIMED_OUT: the deadline has passed, and the backend stops the
 * batch
 * @UPSCALE_BATCH_REQUEST_CANCELLING: the owner does not want the batch any more, and the
 * backend stops the batch
 * @UPSCALE_BATCH_REQUEST_ACCEPTING: the backend has ended the batch, and the last
 * pictures are being accepted
 * @UPSCALE_BATCH_REQUEST_BACKING_OFF: the batch has failed, and waits to be sent again
 * @UPSCALE_BATCH_REQUEST_ENDED: nothing is under way. The owner may send the batch again
 *
 * The states of a batch request. The folder's README.md lists the transitions.
 */
typedef enum
{
  UPSCALE_BATCH_REQUEST_NEW,
  UPSCALE_BATCH_REQUEST_PREPARING,
  UPSCALE_BATCH_REQUEST_SENT,
  UPSCALE_BATCH_REQUEST_TIMED_OUT,
  UPSCALE_BATCH_REQUEST_CANCELLING,
  UPSCALE_BATCH_REQUEST_ACCEPTING,
  UPSCALE_BATCH_REQUEST_BACKING_OFF,
  UPSCALE_BATCH_REQUEST_ENDED,
} UpscaleBatchRequestState;

/**
 * UpscaleBatchRequestKind:
 * @UPSCALE_BATCH_REQUEST_FRESH: a batch of tiles from the queue. Sending it is a try of
 * its tiles
 * @UPSCALE_BATCH_REQUEST_DUPLICATE: tiles that another endpoint is late with
 * @UPSCALE_BATCH_REQUEST_ORPHANED: a batch that an earlier run has sent
 *
 * The origin of a batch. Neither a duplicate nor an orphaned batch counts as a try of its
 * tiles.
 */
typedef enum
{
  UPSCALE_BATCH_REQUEST_FRESH,
  UPSCALE_BATCH_REQUEST_DUPLICATE,
  UPSCALE_BATCH_REQUEST_ORPHANED,
} UpscaleBatchRequestKind;

/**
 * UpscaleBatchRequestFuncs:
 * @on_sent: the batch is sent for the first time
 * @on_phase_changed: upscale_batch_request_get_phase() has changed
 * @on_named: the endpoint has given the batch a name of its own
 * @on_tile_settled: the tile is done; %UPSCALE_PREPARED_SEND means that it was painted
 * @on_tile_failed: this tile alone has failed
 * @on_tile_returned: this tile of an orphaned batch differs from the one that was sent in
 * the earlier run, so it still has to be sent
 * @on_ended: the state is %UPSCALE_BATCH_REQUEST_ENDED. Without @error every tile was
 * reported before. With one, upscale_batch_request_get_open_tiles() are not done; the
 * owner sends the batch again, or releases them
 *
 * The reports of a batch request to its owner, on the main thread. A tile is reported
 * once: by on_tile_settled, on_tile_failed or on_tile_returned, or together with the
 * other open tiles in on_ended. A tile that another request paints first is not reported.
 */
typedef struct
{
  void (*on_sent) (UpscaleBatchRequest *request, gpointer owner);
  void (*on_phase_changed) (UpscaleBatchRequest *request, gpointer owner);
  void (*on_named) (UpscaleBatchRequest *request, gpointer owner);
  void (*on_tile_settled) (UpscaleBatchRequest *request,
                           guint                tile_index,
                           UpscalePrepared      how,
                           gpointer             owner);
  void (*on_tile_failed) (UpscaleBatchRequest *request,
                          guint                tile_index,
                          const GError        *error,
                          gpointer             owner);
  void (*on_tile_returned) (UpscaleBatchRequest *request,
                            guint                tile_index,
                            gpointer             owner);
  void (*on_ended) (UpscaleBatchRequest *request, const GError *error, gpointer owner);
} UpscaleBatchRequestFuncs;

/**
 * UpscaleBatchRequestPlan:
 * @endpoint: the endpoint that gets the batch
 * @provider: prepares tiles and accepts pictures; must outlive the request's work
 * @queue: the tiles of the job, likewise
 * @clock: the time, likewise
 * @gen_params: the parameters of the picture
 * @n_wanted: the most tiles to take from the queue
 * @tiles: (nullable) (element-type guint): the tiles to carry, instead of taking some:
 * duplicates of late tiles, or the tiles of @orphan
 * @orphan: (nullable): the batch of an earlier run that is asked for
 * @timeout_us: the deadline of the batch, from when it is sent, us
 *
 * The facts that a batch request needs.
 */
typedef struct
{
  UpscaleEndpoint      *endpoint;
  UpscaleTileProvider  *provider;
  UpscaleTileQueue     *queue;
  UpscaleClock         *clock;
  UpscaleGenParams     *gen_params;
  guint                 n_wanted;
  GArray               *tiles;
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
void upscale_batch_request_cancel (UpscaleBatchRequest *request);

UpscaleBatchRequestState upscale_batch_request_get_state (UpscaleBatchRequest *request);
UpscaleBatchRequestKind  upscale_batch_request_get_kind (UpscaleBatchRequest *request);
UpscaleEndpoint *upscale_batch_request_get_endpoint (UpscaleBatchRequest *request);
UpscaleBatch    *upscale_batch_request_get_batch (UpscaleBatchRequest *request);
UpscalePhase     upscale_batch_request_get_phase (UpscaleBatchRequest *request);
gint64           upscale_batch_request_get_phase_since_us (UpscaleBatchRequest *request);
int              upscale_batch_request_get_n_resends (UpscaleBatchRequest *request);
gint64           upscale_batch_request_get_sent_us (UpscaleBatchRequest *request);
double           upscale_batch_request_get_quiet_s (UpscaleBatchRequest *request);
gboolean         upscale_batch_request_was_sent (UpscaleBatchRequest *request);
guint            upscale_batch_request_count_open (UpscaleBatchRequest *request);
GArray          *upscale_batch_request_get_open_tiles (UpscaleBatchRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleBatchRequest, upscale_batch_request_unref)

G_END_DECLS
