/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "upscale-policy.h"

G_BEGIN_DECLS

/**
 * UpscaleBatchSizeCase:
 * @policy: the user's settings
 * @max_tiles: tiles that the endpoint takes at once, as the endpoint reports,
 * or half of a batch that was too large
 * @seconds_per_tile: measured speed, 0 if unknown
 * @n_pending: waiting tiles of the whole job
 * @n_slots: slots of all endpoints that share the waiting tiles
 * @n_last: size of the endpoint's last batch, 0 before the first
 * @is_queued: %TRUE if the batch waits at the endpoint until a slot is free
 *
 * The facts when an endpoint gets its next batch. A value.
 */
typedef struct
{
  UpscalePolicy policy;
  int           max_tiles;
  double        seconds_per_tile;
  guint         n_pending;
  guint         n_slots;
  guint         n_last;
  gboolean      is_queued;
} UpscaleBatchSizeCase;

int upscale_batch_size_choose (UpscaleBatchSizeCase what);
int upscale_batch_size_count_slots (UpscalePolicy policy,
                                    guint         n_tiles,
                                    int           concurrency,
                                    gboolean      autoscales);

G_END_DECLS
