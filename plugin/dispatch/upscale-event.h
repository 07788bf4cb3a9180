/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-batch.h"
#include "upscale-endpoint.h"
#include "upscale-tile-status.h"

G_BEGIN_DECLS

/**
 * UpscaleEventKind:
 * @UPSCALE_EVENT_PROBED: an endpoint has answered its probe
 * @UPSCALE_EVENT_PROBE_FAILED: the probe of an endpoint has failed
 * @UPSCALE_EVENT_SENT: a batch was sent for the first time
 * @UPSCALE_EVENT_NAMED: the endpoint has given the batch a name of its own
 * @UPSCALE_EVENT_SENT_AGAIN: a batch has failed, and will be sent to the same endpoint
 * again
 * @UPSCALE_EVENT_TILE_SETTLED: a tile was painted, found in the tile cache, or skipped
 * @UPSCALE_EVENT_TILE_FAILED: one try of a tile has failed
 * @UPSCALE_EVENT_TILE_GIVEN_UP: a tile has no tries left
 * @UPSCALE_EVENT_BATCH_FAILED: a batch has failed, and its open tiles are returned
 * @UPSCALE_EVENT_BATCH_ENDED: nothing of a batch is under way any more
 * @UPSCALE_EVENT_ENDPOINT_BUSY: an endpoint has no room, or is being started
 * @UPSCALE_EVENT_ENDPOINT_STOPPED: an endpoint gets no request any more
 *
 * The kinds of entries in a job's log.
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
 * @kind: the kind
 * @endpoint: (nullable): the endpoint concerned
 * @batch: (nullable): the batch concerned
 * @tile_index: the tile concerned, %UPSCALE_NO_TILE for none
 * @text: (nullable): the reason, or a detail
 *
 * One entry for a job's log. Valid during the signal only.
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
