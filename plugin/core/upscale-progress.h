/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleProgress:
 * @n_tiles: tiles of the job
 * @n_painted: tiles painted in this run
 * @n_stored: tiles found in the cache
 * @n_skipped: tiles with nothing to paint
 * @n_failed: tiles given up
 * @n_in_flight: tiles that endpoints have
 * @n_queued: those of @n_in_flight that wait in an endpoint's queue
 * @n_starting: those of @n_in_flight that wait for a machine to start
 * @waited_us: time that those of @n_queued and @n_starting have waited for longest
 * @wait_us: time until a busy endpoint is asked again, if no endpoint works; else 0
 * @is_probing: whether no endpoint is ready yet, and one was asked for its capabilities
 * @seconds_left: estimate by measured speeds, without machines still starting; negative
 * for unknown
 * @cost: money spent in this run, by each endpoint's price per hour
 * @expected_cost: estimated cost of the whole run; negative for unknown
 *
 * The progress of a job. A value.
 */
typedef struct
{
  guint    n_tiles;
  guint    n_painted;
  guint    n_stored;
  guint    n_skipped;
  guint    n_failed;
  guint    n_in_flight;
  guint    n_queued;
  guint    n_starting;
  gint64   waited_us;
  gint64   wait_us;
  gboolean is_probing;
  double   seconds_left;
  double   cost;
  double   expected_cost;
} UpscaleProgress;

guint    upscale_progress_count_settled (UpscaleProgress progress);
guint    upscale_progress_count_done (UpscaleProgress progress);
gboolean upscale_progress_is_waiting (UpscaleProgress progress);
char    *upscale_progress_describe (UpscaleProgress progress);
char    *upscale_progress_describe_wait (gint64 wait_us);
char    *upscale_progress_describe_time (gint64 time_us);
char    *upscale_progress_describe_end (UpscaleProgress progress,
                                        const char     *name,
                                        double          seconds);
char    *upscale_progress_summarize (UpscaleProgress progress, const char *first_failure);

G_END_DECLS
