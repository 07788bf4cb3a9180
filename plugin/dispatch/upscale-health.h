/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-retry.h"

G_BEGIN_DECLS

/**
 * UpscaleHealth:
 * @n_strikes: failures in a row
 * @first_strike_us: when the first of them was
 * @last_strike_us: when the last of them was
 * @has_worked: it has painted in this job
 * @resting_until_us: until when it is to be left alone
 * @n_busy: how often in a row it was busy
 * @busy_since_us: when the first of these was
 *
 * How an endpoint fares in a job. A value; starts as zeros.
 */
typedef struct
{
  int      n_strikes;
  gint64   first_strike_us;
  gint64   last_strike_us;
  gboolean has_worked;
  gint64   resting_until_us;
  int      n_busy;
  gint64   busy_since_us;
} UpscaleHealth;

gboolean
     upscale_health_note_failure (UpscaleHealth *health, gint64 begun_us, gint64 now_us);
void upscale_health_note_success (UpscaleHealth *health);
gint64            upscale_health_note_busy (UpscaleHealth *health, gint64 now_us);
void              upscale_health_note_room (UpscaleHealth *health);
void              upscale_health_rest (UpscaleHealth *health, gint64 until_us);
UpscaleHealthCase upscale_health_get_case (const UpscaleHealth *health, gint64 now_us);

G_END_DECLS
