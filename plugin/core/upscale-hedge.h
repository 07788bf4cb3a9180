/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleHedgeCase:
 * @n_open: tiles of the batch that have no answer
 * @quiet_s: how long it has been at work since its last answer
 * @seconds_per_tile: of the endpoint that has it, 0 when not known yet
 * @own_seconds_per_tile: of the endpoint that has a free slot
 *
 * A batch that is late, and somebody who could help. A value.
 */
typedef struct
{
  guint  n_open;
  double quiet_s;
  double seconds_per_tile;
  double own_seconds_per_tile;
} UpscaleHedgeCase;

double upscale_hedge_remaining_s (UpscaleHedgeCase what);
guint  upscale_hedge_count_tiles (UpscaleHedgeCase what);

G_END_DECLS
