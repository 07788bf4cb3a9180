/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleRetryAction:
 * @UPSCALE_RETRY_RESEND: the same batch, under the same id, to the same endpoint, after a
 * wait
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
 * @n_answered: tiles that were answered before it failed
 * @n_tries: how often the most tried of them was sent, this time included
 * @max_tries: how often it may be
 * @waited_us: how long this batch has waited for a busy endpoint so far
 * @patience_us: how long it may
 * @jitter: 0 to 1, at random, so that batches which failed together don't come back
 * together
 *
 * What is known when a batch has failed. A value.
 */
typedef struct
{
  guint  n_open;
  guint  n_answered;
  int    n_tries;
  int    max_tries;
  gint64 waited_us;
  gint64 patience_us;
  double jitter;
} UpscaleRetryCase;

/**
 * UpscaleRetryDecision:
 * @action: what to do
 * @wait_us: how long this endpoint is left alone first
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

UpscaleRetryDecision upscale_retry_decide (const GError *error, UpscaleRetryCase what);
gint64               upscale_retry_backoff (int n_failures, double jitter);

G_END_DECLS
