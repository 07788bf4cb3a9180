/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-retry.h"

G_BEGIN_DECLS

/**
 * UpscaleHealth:
 * @n_failures: failures in a row
 * @first_failure_us: time of the first of them
 * @last_failure_us: time of the last of them
 * @has_worked: the endpoint has painted a tile in this job
 * @backing_off_until_us: time until which the endpoint gets no request
 * @n_busy: busy answers in a row
 * @busy_since_us: time of the first of them
 *
 * The failures and waits of an endpoint in a job. A value; starts as zeros.
 */
typedef struct
{
  int      n_failures;
  gint64   first_failure_us;
  gint64   last_failure_us;
  gboolean has_worked;
  gint64   backing_off_until_us;
  int      n_busy;
  gint64   busy_since_us;
} UpscaleHealth;

gboolean
     upscale_health_note_failure (UpscaleHealth *health, gint64 begun_us, gint64 now_us);
void upscale_health_note_success (UpscaleHealth *health);
gint64                 upscale_health_note_busy (UpscaleHealth *health, gint64 now_us);
void                   upscale_health_note_room (UpscaleHealth *health);
void                   upscale_health_back_off (UpscaleHealth *health, gint64 until_us);
UpscaleRetryHealthCase upscale_health_get_case (const UpscaleHealth *health,
                                                gint64               now_us);

G_END_DECLS
