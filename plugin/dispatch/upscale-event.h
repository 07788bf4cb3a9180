/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-batch.h"
#include "upscale-endpoint.h"
#include "upscale-tile-status.h"

G_BEGIN_DECLS

/**
 * UpscaleEventKind:
 * @UPSCALE_EVENT_PROBED: an endpoint has said what it can do
 * @UPSCALE_EVENT_PROBE_FAILED: it could not be asked
 * @UPSCALE_EVENT_SENT: a batch is on its way
 * @UPSCALE_EVENT_NAMED: the endpoint has taken it, and calls it by a name of its own
 * @UPSCALE_EVENT_SENT_AGAIN: it has failed, and will be sent again to the same endpoint
 * @UPSCALE_EVENT_TILE_SETTLED: a tile is painted, found in the store, or holds nothing
 * @UPSCALE_EVENT_TILE_FAILED: a try of one tile has failed
 * @UPSCALE_EVENT_TILE_GIVEN_UP: it was its last
 * @UPSCALE_EVENT_BATCH_FAILED: a batch has failed, its open tiles go elsewhere
 * @UPSCALE_EVENT_BATCH_ENDED: nothing of a batch is under way any more
 * @UPSCALE_EVENT_ENDPOINT_BUSY: an endpoint has no room, or is being started
 * @UPSCALE_EVENT_ENDPOINT_STOPPED: an endpoint is asked no more
 *
 * What can happen in a job.
 */
typedef enum
{
  UPSCALE_EVENT_PROBED,
  UPSCALE_EVENT_PROBE_FAILED,
  UPSCALE_EVENT_SENT,
  UPSCALE_EVENT_NAMED,
  UPSCALE_EVENT_SENT_AGAIN,
  UPSCALE_EVENT_TILE_SETTLED,
  UPSCALE_EVENT_TILE_FAILED,
  UPSCALE_EVENT_TILE_GIVEN_UP,
  UPSCALE_EVENT_BATCH_FAILED,
  UPSCALE_EVENT_BATCH_ENDED,
  UPSCALE_EVENT_ENDPOINT_BUSY,
  UPSCALE_EVENT_ENDPOINT_STOPPED,
} UpscaleEventKind;

/**
 * UpscaleEvent:
 * @kind: what happened
 * @endpoint: (nullable): where
 * @batch: (nullable): with which batch
 * @tile_index: with which tile, %UPSCALE_NO_TILE for none
 * @text: (nullable): why, or how
 *
 * Something that has happened, for a log. Valid during the signal only.
 */
typedef struct
{
  UpscaleEventKind    kind;
  UpscaleEndpoint    *endpoint;
  const UpscaleBatch *batch;
  guint               tile_index;
  const char         *text;
} UpscaleEvent;

const char *upscale_event_kind_get_name (UpscaleEventKind kind);

G_END_DECLS
