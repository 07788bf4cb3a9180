/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Sent batches that an idle endpoint compares. The oldest batches are the likeliest to
 * be late; comparing more of them costs more than it gains. */
#define UPSCALE_HEDGE_MAX_CANDIDATES 16

/** The index that stands for no batch. */
#define UPSCALE_HEDGE_NO_BATCH G_MAXUINT

/**
 * UpscaleHedgeDuplicates:
 * @UPSCALE_HEDGE_DUPLICATES_AUTO: allowed where they cost nothing: on machines that run
 * anyway
 * @UPSCALE_HEDGE_DUPLICATES_NEVER: a late tile is waited for
 * @UPSCALE_HEDGE_DUPLICATES_ALLOWED: the endpoint may paint a duplicate of a late tile
 *
 * The user's choice whether an endpoint paints tiles that another endpoint already has.
 */
typedef enum
{
  UPSCALE_HEDGE_DUPLICATES_AUTO,
  UPSCALE_HEDGE_DUPLICATES_NEVER,
  UPSCALE_HEDGE_DUPLICATES_ALLOWED,
} UpscaleHedgeDuplicates;

/**
 * UpscaleHedgeCase:
 * @n_open: tiles of the batch that have no answer
 * @quiet_s: time at work since the batch's last answer, seconds
 * @seconds_per_tile: speed of the endpoint that has the batch, 0 if unknown
 * @own_seconds_per_tile: speed of the idle endpoint, 0 if unknown
 * @is_duplicate: the batch holds duplicates itself
 * @is_last_taken: the last open tile can't be duplicated: another batch carries it, too,
 * or it can't be sent again
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
  gboolean is_last_taken;
} UpscaleHedgeCase;

double   upscale_hedge_remaining_s (UpscaleHedgeCase what);
guint    upscale_hedge_count_tiles (UpscaleHedgeCase what);
gboolean upscale_hedge_should_steal (UpscaleHedgeCase what);
guint    upscale_hedge_choose_queued (const UpscaleHedgeCase *queued, guint n_queued);
guint    upscale_hedge_choose_late (const UpscaleHedgeCase *sent, guint n_sent);
gboolean upscale_hedge_allows_duplicates (UpscaleHedgeDuplicates choice,
                                          gboolean               autoscales,
                                          double                 price_per_hour);
double   upscale_hedge_get_interval_s (double fastest_s);

G_END_DECLS
