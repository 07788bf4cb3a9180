/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "upscale-policy.h"

G_BEGIN_DECLS

/**
 * UpscaleBatchSizeCase:
 * @policy: what the user wants
 * @max_tiles: what the endpoint takes at once; also what it was halved to
 * @seconds_per_tile: measured, 0 when not known yet
 * @n_pending: tiles that wait, in all
 * @n_slots: slots of all endpoints that share them
 * @n_last: tiles of the batch that the endpoint got last, 0 before the first
 *
 * What is known when an endpoint asks for its next batch. A value.
 */
typedef struct
{
  UpscalePolicy policy;
  int           max_tiles;
  double        seconds_per_tile;
  guint         n_pending;
  guint         n_slots;
  guint         n_last;
} UpscaleBatchSizeCase;

int upscale_batch_size_choose (UpscaleBatchSizeCase what);
int upscale_batch_size_count_slots (UpscalePolicy policy,
                                    guint         n_tiles,
                                    int           concurrency,
                                    gboolean      autoscales);

G_END_DECLS
