/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleRetryAction:
 * @UPSCALE_RETRY_RESEND: the same batch, under the same id, to the same endpoint, after a
 * wait: what it has finished meanwhile is not painted again
 * @UPSCALE_RETRY_REQUEUE: its open tiles go back to the queue, for another endpoint if
 * there is one
 * @UPSCALE_RETRY_HALVE: they go back, and this endpoint's batches become half as large
 * @UPSCALE_RETRY_ISOLATE: they go back, each to be sent alone, so that one bad tile can't
 * sink the others
 * @UPSCALE_RETRY_STOP_ENDPOINT: they go back, and this endpoint is asked no more
 */
typedef enum
{
  UPSCALE_RETRY_RESEND,
  UPSCALE_RETRY_REQUEUE,
  UPSCALE_RETRY_HALVE,
  UPSCALE_RETRY_ISOLATE,
  UPSCALE_RETRY_STOP_ENDPOINT,
} UpscaleRetryAction;

/**
 * UpscaleRetryCase:
 * @n_open: tiles of the batch that are not settled
 * @n_tries: how often the most tried of them was sent, this time included
 * @max_tries: how often it may be
 * @n_resends: how often this batch was sent again since the endpoint last had news of it
 * @is_submitted: the endpoint has said that it knows the batch
 * @has_others: another endpoint could take the tiles
 * @jitter: 0 to 1, at random, so that batches which failed together don't come back
 * together
 * @n_busy: how often in a row the endpoint was busy, this time included
 * @patience_us: for how long it may be busy still, us
 * @is_late: the batch has had no answer for as long as the batch timeout
 *
 * What is known when a batch has failed. A value.
 */
typedef struct
{
  guint    n_open;
  int      n_tries;
  int      max_tries;
  int      n_resends;
  gboolean is_submitted;
  gboolean has_others;
  double   jitter;
  int      n_busy;
  gint64   patience_us;
  gboolean is_late;
} UpscaleRetryCase;

/**
 * UpscaleRetryDecision:
 * @action: what to do
 * @wait_us: how long this endpoint, or with RESEND this batch, is left alone first
 * @is_strike: whether the endpoint is to blame
 * @is_try: whether it counts as a try of the tiles: not when the endpoint did not take
 * them, was busy, or can't be asked
 */
typedef struct
{
  UpscaleRetryAction action;
  gint64             wait_us;
  gboolean           is_strike;
  gboolean           is_try;
} UpscaleRetryDecision;

/**
 * UpscaleHealthCase:
 * @n_strikes: failures in a row
 * @unwell_us: how long ago the first of them was
 * @has_worked: it has painted in this job
 * @max_tries: how often the user wants a thing tried
 * @is_probe: it was only asked what it can do
 *
 * What is known of an endpoint that has just failed. A value.
 */
typedef struct
{
  int      n_strikes;
  gint64   unwell_us;
  gboolean has_worked;
  int      max_tries;
  gboolean is_probe;
} UpscaleHealthCase;

UpscaleRetryDecision upscale_retry_decide (const GError *error, UpscaleRetryCase what);
gint64               upscale_retry_backoff (int n_failures, double jitter);
gint64
upscale_retry_wait (const GError *error, int n_busy, gint64 patience_us, double jitter);
gboolean upscale_retry_should_stop (UpscaleHealthCase what);

G_END_DECLS
