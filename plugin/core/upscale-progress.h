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
 * @n_in_flight: being painted now
 * @tiles_per_second: measured over all endpoints, 0 when not known yet
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
  double tiles_per_second;
} UpscaleProgress;

guint  upscale_progress_count_settled (UpscaleProgress progress);
double upscale_progress_seconds_left (UpscaleProgress progress);
char  *upscale_progress_describe (UpscaleProgress progress);
char  *upscale_progress_summarise (UpscaleProgress progress, const char *first_failure);

G_END_DECLS
