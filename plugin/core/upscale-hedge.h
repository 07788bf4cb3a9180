/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Batches that an idle endpoint compares. The oldest batches are the likeliest to be
 * late; comparing more of them costs more than it gains. */
#define UPSCALE_HEDGE_MAX_CANDIDATES 16

/**
 * UpscaleHedgeCase:
 * @n_open: tiles of the batch that have no answer
 * @quiet_s: time at work since the batch's last answer, seconds
 * @seconds_per_tile: speed of the endpoint that has the batch, 0 if unknown
 * @own_seconds_per_tile: speed of the idle endpoint, 0 if unknown
 * @is_duplicate: the batch holds duplicates itself
 *
 * A batch under way at one endpoint, and another endpoint that is idle. A value.
 */
typedef struct
{
  guint    n_open;
  double   quiet_s;
  double   seconds_per_tile;
  double   own_seconds_per_tile;
  gboolean is_duplicate;
} UpscaleHedgeCase;

double   upscale_hedge_remaining_s (UpscaleHedgeCase what);
guint    upscale_hedge_count_tiles (UpscaleHedgeCase what);
gboolean upscale_hedge_should_steal (UpscaleHedgeCase what);
double   upscale_hedge_get_interval_s (double fastest_s);

G_END_DECLS
