/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-event.h"

/**
 * upscale_event_kind_get_name:
 * @kind: a kind of event
 *
 * Returns: (transfer none): the kind's name in logs
 */
const char *
upscale_event_kind_get_name (UpscaleEventKind kind)
{
  static const char *const names[] = {
    [UPSCALE_EVENT_PROBED] = "probed",
    [UPSCALE_EVENT_PROBE_FAILED] = "probe-failed",
    [UPSCALE_EVENT_SENT] = "sent",
    [UPSCALE_EVENT_NAMED] = "named",
    [UPSCALE_EVENT_SENT_AGAIN] = "sent-again",
    [UPSCALE_EVENT_TILE_SETTLED] = "tile-settled",
    [UPSCALE_EVENT_TILE_FAILED] = "tile-failed",
    [UPSCALE_EVENT_TILE_GIVEN_UP] = "tile-given-up",
    [UPSCALE_EVENT_BATCH_FAILED] = "batch-failed",
    [UPSCALE_EVENT_BATCH_ENDED] = "batch-ended",
    [UPSCALE_EVENT_ENDPOINT_BUSY] = "endpoint-busy",
    [UPSCALE_EVENT_ENDPOINT_STOPPED] = "endpoint-stopped",
  };

  g_return_val_if_fail ((guint) kind < G_N_ELEMENTS (names), NULL);

  return names[kind];
}
