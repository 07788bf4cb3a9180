/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleRetryAction:
 * @UPSCALE_RETRY_RESEND: send the same batch to the same endpoint again, under the same
 * id, after a wait. Tiles that the endpoint has finished meanwhile are not painted twice
 * @UPSCALE_RETRY_REQUEUE: return the open tiles to the queue, for another endpoint if
 * there is one
 * @UPSCALE_RETRY_HALVE: return them, and halve the size of this endpoint's batches
 * @UPSCALE_RETRY_ISOLATE: return them and send each alone from now on, so that one bad
 * tile can't fail the others
 * @UPSCALE_RETRY_STOP_ENDPOINT: return them, and send this endpoint nothing more
 *
 * The next step for the open tiles of a failed batch.
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
 * UpscaleRetryProbeAction:
 * @UPSCALE_RETRY_PROBE_WAIT: the endpoint is busy or is being started: probe it again
 * after upscale_retry_wait()
 * @UPSCALE_RETRY_PROBE_BACK_OFF: count a failure and probe it again after
 * upscale_retry_backoff()
 * @UPSCALE_RETRY_PROBE_STOP: another probe would fail the same way: stop the endpoint
 *
 * The next step for an endpoint whose probe has failed.
 */
typedef enum
{
  UPSCALE_RETRY_PROBE_WAIT,
  UPSCALE_RETRY_PROBE_BACK_OFF,
  UPSCALE_RETRY_PROBE_STOP,
} UpscaleRetryProbeAction;

/**
 * UpscaleRetryCase:
 * @n_open: tiles of the batch that are not settled
 * @n_tries: tries of its most often sent tile, this one included
 * @max_tries: tries that a tile gets
 * @n_resends: times that this batch was sent again since the last answer to it
 * @is_submitted: the endpoint has acknowledged the batch
 * @has_others: another endpoint could take the tiles
 * @jitter: 0 to 1, random, so that batches which failed together don't come back together
 * @n_busy: busy answers of the endpoint in a row, this one included
 * @patience_us: time that the endpoint may still be busy, us
 * @is_late: no answer to the batch has come for as long as the batch timeout
 *
 * The facts about a failed batch. A value.
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
 * @action: the next step
 * @wait_us: time before the next request, us: for this batch with
 * %UPSCALE_RETRY_RESEND, else for this endpoint
 * @is_endpoint_failure: the failure counts against the endpoint
 * @is_try: the failure counts as a try of the tiles. False where the endpoint did not
 * take them, was busy, or could not be reached
 * @backs_off: the endpoint gets no batch during @wait_us
 * @needs_probe: the endpoint is probed before it gets another batch, so that no tile is
 * spent on finding out whether it is back
 * @reduces_slots: the endpoint gets fewer batches at once
 *
 * The consequences of a failed batch. A value.
 */
typedef struct
{
  UpscaleRetryAction action;
  gint64             wait_us;
  gboolean           is_endpoint_failure;
  gboolean           is_try;
  gboolean           backs_off;
  gboolean           needs_probe;
  gboolean           reduces_slots;
} UpscaleRetryDecision;

/**
 * UpscaleRetryHealthCase:
 * @n_failures: failures in a row
 * @failing_us: time since the first of them, us
 * @has_worked: the endpoint has painted a tile in this job
 * @max_tries: tries that a tile gets
 * @is_probe: the last failure was a probe's
 *
 * The facts about an endpoint that has failed. A value.
 */
typedef struct
{
  int      n_failures;
  gint64   failing_us;
  gboolean has_worked;
  int      max_tries;
  gboolean is_probe;
} UpscaleRetryHealthCase;

/**
 * UpscaleRetryTileAction:
 * @UPSCALE_RETRY_TILE_WAIT: return the tile to the queue
 * @UPSCALE_RETRY_TILE_GIVE_UP: settle the tile as the base
 * @UPSCALE_RETRY_TILE_LEAVE: leave the tile to the other request that carries it
 * @UPSCALE_RETRY_TILE_CLAIM: likewise, and send no duplicate of the tile any more
 *
 * The next step for a tile that has failed.
 */
typedef enum
{
  UPSCALE_RETRY_TILE_WAIT,
  UPSCALE_RETRY_TILE_GIVE_UP,
  UPSCALE_RETRY_TILE_LEAVE,
  UPSCALE_RETRY_TILE_CLAIM,
} UpscaleRetryTileAction;

/**
 * UpscaleRetryTileCase:
 * @n_tries: tries that the tile has had
 * @max_tries: tries that a tile gets
 * @is_repeated: the tile itself is the cause of the failure, for the second time
 * @is_unsent: the failed request was not sent, because the tile can't be prepared
 * @has_other_request: another request carries the tile, too
 *
 * The facts about a tile that has failed in a request. A value.
 */
typedef struct
{
  int      n_tries;
  int      max_tries;
  gboolean is_repeated;
  gboolean is_unsent;
  gboolean has_other_request;
} UpscaleRetryTileCase;

UpscaleRetryDecision    upscale_retry_decide (const GError *error, UpscaleRetryCase what);
UpscaleRetryProbeAction upscale_retry_decide_probe (const GError *error);
gint64                  upscale_retry_backoff (int n_failures, double jitter);
gint64
upscale_retry_wait (const GError *error, int n_busy, gint64 patience_us, double jitter);
gboolean upscale_retry_should_resend (UpscaleRetryDecision decision,
                                      guint                n_open,
                                      gboolean             is_endpoint_alive,
                                      gboolean             is_job_running);
gboolean upscale_retry_should_stop (UpscaleRetryHealthCase what);

gboolean
upscale_retry_blames_tile (const GError *error, guint n_tiles, gboolean is_answer);
gboolean upscale_retry_should_halve (const GError *error, guint n_tiles);
gboolean upscale_retry_takes_try_back (const GError *error, guint n_tiles, int max_tries);
UpscaleRetryTileAction upscale_retry_decide_tile (UpscaleRetryTileCase what);

G_END_DECLS
