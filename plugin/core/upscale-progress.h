/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleProgress:
 * @n_tiles: tiles of the job
 * @n_painted: painted in this run
 * @n_stored: found in the store
 * @n_skipped: nothing to paint there
 * @n_failed: given up
 * @n_in_flight: on their way: being made ready, sent, painted
 * @n_queued: of those, how many wait in an endpoint's queue
 * @n_starting: of those, how many wait for a machine that is being started
 * @wait_us: nobody is at work, and in so long a busy endpoint is asked again; else 0
 * @seconds_left: by the measured speeds, without machines still starting; negative when
 * nobody knows yet
 * @cost: spent in this run, by each endpoint's price per hour
 * @expected_cost: what the run will have cost at its end; negative when nobody knows yet
 *
 * How far a job is. A value.
 */
typedef struct
{
  guint  n_tiles;
  guint  n_painted;
  guint  n_stored;
  guint  n_skipped;
  guint  n_failed;
  guint  n_in_flight;
  guint  n_queued;
  guint  n_starting;
  gint64 wait_us;
  double seconds_left;
  double cost;
  double expected_cost;
} UpscaleProgress;

guint upscale_progress_count_settled (UpscaleProgress progress);
guint upscale_progress_count_done (UpscaleProgress progress);
char *upscale_progress_describe (UpscaleProgress progress);
char *upscale_progress_describe_wait (gint64 wait_us);
char *upscale_progress_summarise (UpscaleProgress progress, const char *first_failure);

G_END_DECLS
