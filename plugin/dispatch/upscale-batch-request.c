/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-batch-request.h"

#include <glib/gi18n-lib.h>

#include "upscale-batch-tiles.h"
#include "upscale-error.h"

/**
 * UpscaleBatchRequest:
 *
 * One batch on its way to an endpoint and back: it takes tiles from the queue, prepares
 * them, sends the batch, accepts the pictures as they come in and reports each tile to
 * its owner. It decides nothing about failures; its owner does.
 */
struct _UpscaleBatchRequest
{
  UpscaleBatchRequestPlan         plan;
  const UpscaleBatchRequestFuncs *funcs;
  gpointer                        owner;

  UpscaleBatchRequestState state;
  UpscalePhase             phase; /* as the endpoint reports */
  gint64                   phase_since_us;
  guint                    timer; /* of the state: the deadline, or the back-off */
  GError                  *error;
  GCancellable            *cancellable;

  UpscaleCapabilities *capabilities; /* the endpoint's at the start */
  UpscaleBatch        *batch;
  UpscaleBatchTiles   *tiles;
  guint                n_answered;
  guint                n_measured; /* of the answered tiles */
  guint                n_accepting;

  gboolean was_sent;
  int      n_resends;
  gint64   sent_us; /* the last time */
  gint64   work_began_us;
  gint64   news_us;
};

/* One tile on its way through the provider. */
typedef struct
{
  UpscaleBatchRequest *request;
  guint                tile_index;
} TileWork;

static const char *const state_names[] = {
  [UPSCALE_BATCH_REQUEST_NEW] = "new",
  [UPSCALE_BATCH_REQUEST_PREPARING] = "preparing",
  [UPSCALE_BATCH_REQUEST_SENT] = "sent",
  [UPSCALE_BATCH_REQUEST_TIMED_OUT] = "timed out",
  [UPSCALE_BATCH_REQUEST_CANCELLING] = "cancelling",
  [UPSCALE_BATCH_REQUEST_ACCEPTING] = "accepting",
  [UPSCALE_BATCH_REQUEST_BACKING_OFF] = "backing off",
  [UPSCALE_BATCH_REQUEST_ENDED] = "ended",
};

static const char *const kind_names[] = {
  [UPSCALE_BATCH_REQUEST_FRESH] = "fresh",
  [UPSCALE_BATCH_REQUEST_DUPLICATE] = "duplicate",
  [UPSCALE_BATCH_REQUEST_ORPHANED] = "orphaned",
};

#define TO(state) (1u << UPSCALE_BATCH_REQUEST_##state)

static const guint successors[] = {
  [UPSCALE_BATCH_REQUEST_NEW] = TO (PREPARING),
  [UPSCALE_BATCH_REQUEST_PREPARING] = TO (SENT) | TO (ENDED),
  [UPSCALE_BATCH_REQUEST_SENT] = TO (TIMED_OUT) | TO (CANCELLING) | TO (ACCEPTING),
  [UPSCALE_BATCH_REQUEST_TIMED_OUT] = TO (ACCEPTING),
  [UPSCALE_BATCH_REQUEST_CANCELLING] = TO (ACCEPTING),
  [UPSCALE_BATCH_REQUEST_ACCEPTING] = TO (ENDED),
  [UPSCALE_BATCH_REQUEST_BACKING_OFF] = TO (SENT) | TO (ENDED),
  [UPSCALE_BATCH_REQUEST_ENDED] = TO (BACKING_OFF),
};

static void prepare_next (UpscaleBatchRequest *request);

static void
clear_timer (UpscaleBatchRequest *request)
{
  if (request->timer)
    upscale_clock_remove_timer (request->plan.clock, request->timer);
  request->timer = 0;
}

/* Every transition goes through here. A state's timer ends with the state. */
static void
set_state (UpscaleBatchRequest *request, UpscaleBatchRequestState state)
{
  g_assert (successors[request->state] & (1u << state));
  g_debug ("batch %s at %s: %s -> %s", request->batch->id,
           upscale_endpoint_get_debug_name (request->plan.endpoint),
           state_names[request->state], state_names[state]);
  clear_timer (request);
  request->state = state;
}

/**
 * upscale_batch_request_new:
 * @plan: the facts
 * @funcs: the owner's functions; static
 * @owner: passed to @funcs; must outlive the request's work
 *
 * Returns: (transfer full): a request that has not started
 */
UpscaleBatchRequest *
upscale_batch_request_new (UpscaleBatchRequestPlan         plan,
                           const UpscaleBatchRequestFuncs *funcs,
                           gpointer                        owner)
{
  UpscaleBatchRequest *request;

  g_return_val_if_fail (funcs != NULL, NULL);
  g_return_val_if_fail (plan.queue != NULL, NULL);
  g_return_val_if_fail (upscale_endpoint_get_capabilities (plan.endpoint) != NULL, NULL);

  request = g_rc_box_new0 (UpscaleBatchRequest);
  request->plan = plan;
  g_object_ref (plan.endpoint);
  if (plan.tiles)
    g_array_ref (plan.tiles);
  if (plan.orphan)
    upscale_orphaned_batch_ref (plan.orphan);
  request->funcs = funcs;
  request->owner = owner;
  request->capabilities =
      upscale_capabilities_ref (upscale_endpoint_get_capabilities (plan.endpoint));
  request->batch = plan.orphan
                       ? upscale_orphaned_batch_make_batch (plan.orphan, plan.gen_params)
                       : upscale_batch_new (plan.gen_params);
  request->cancellable = g_cancellable_new ();
  request->tiles = upscale_batch_tiles_new ();
  request->sent_us = upscale_clock_get_now (plan.clock);
  return request;
}

/**
 * upscale_batch_request_ref:
 * @request: a request
 *
 * Returns: (transfer full): @request
 */
UpscaleBatchRequest *
upscale_batch_request_ref (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, NULL);

  return g_rc_box_acquire (request);
}

static void
free_members (gpointer data)
{
  UpscaleBatchRequest *request = data;

  g_assert (request->timer == 0);
  g_clear_error (&request->error);
  g_clear_pointer (&request->plan.tiles, g_array_unref);
  g_clear_pointer (&request->plan.orphan, upscale_orphaned_batch_unref);
  upscale_batch_tiles_free (request->tiles);
  g_object_unref (request->cancellable);
  upscale_batch_unref (request->batch);
  upscale_capabilities_unref (request->capabilities);
  g_object_unref (request->plan.endpoint);
}

/**
 * upscale_batch_request_unref:
 * @request: (transfer full): a request
 *
 * Drops a reference.
 */
void
upscale_batch_request_unref (UpscaleBatchRequest *request)
{
  g_return_if_fail (request != NULL);

  g_rc_box_release_full (request, free_members);
}

static TileWork *
tile_work_new (UpscaleBatchRequest *request, guint tile_index)
{
  TileWork *work = g_new (TileWork, 1);

  *work = (TileWork) { upscale_batch_request_ref (request), tile_index };
  return work;
}

static void
end (UpscaleBatchRequest *request)
{
  g_autoptr (UpscaleBatchRequest) alive = upscale_batch_request_ref (request);

  set_state (request, UPSCALE_BATCH_REQUEST_ENDED);
  request->funcs->on_ended (request, request->error, request->owner);
}

static void
end_when_accepted (UpscaleBatchRequest *request)
{
  if (request->state == UPSCALE_BATCH_REQUEST_ACCEPTING && request->n_accepting == 0)
    end (request);
}

static void
fail_tile (UpscaleBatchRequest *request, guint tile_index, const GError *error)
{
  upscale_batch_tiles_drop (request->tiles, tile_index);
  request->funcs->on_tile_failed (request, tile_index, error, request->owner);
}

/* A request without tiles is cancelled, at its endpoint too. */
static void
drop_tile (UpscaleBatchRequest *request, guint tile_index)
{
  g_debug ("batch %s: drops tile %u, which another batch has", request->batch->id,
           tile_index + 1);
  upscale_tile_queue_release (request->plan.queue, tile_index, request);
  if (upscale_batch_tiles_drop (request->tiles, tile_index) &&
      upscale_batch_tiles_count_open (request->tiles) == 0)
    upscale_batch_request_cancel (request);
}

/* The first picture of a tile counts, so another request drops the tile. */
static void
claim_tile (UpscaleBatchRequest *request, guint tile_index)
{
  UpscaleTileQueue    *queue = request->plan.queue;
  UpscaleBatchRequest *other =
      upscale_tile_queue_get_other_carrier (queue, tile_index, request);

  upscale_tile_queue_claim (queue, tile_index);
  if (other)
    drop_tile (other, tile_index);
}

static void
on_accepted (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree TileWork *work = user_data;
  g_autoptr (UpscaleBatchRequest) request = work->request;
  g_autoptr (GError) error = NULL;

  g_assert (request->n_accepting > 0);
  request->n_accepting--;
  if (upscale_tile_provider_accept_finish (UPSCALE_TILE_PROVIDER (object), result,
                                           &error))
    request->funcs->on_tile_settled (request, work->tile_index, UPSCALE_PREPARED_SEND,
                                     request->owner);
  else
    fail_tile (request, work->tile_index, error);
  end_when_accepted (request);
}

/* A picture that has come is kept even if the job is cancelled meanwhile, as it is paid
 * for: no cancellable here. */
static void
accept_image (UpscaleBatchRequest *request, UpscaleTileMessage *message, GBytes *image)
{
  TileWork *work = tile_work_new (request, message->tile.index);

  request->n_accepting++;
  claim_tile (request, message->tile.index);
  upscale_tile_provider_accept_async (request->plan.provider, message, image, NULL,
                                      on_accepted, work);
}

static void
on_answer (const UpscaleTileAnswer *answer, gpointer user_data)
{
  UpscaleBatchRequest *request = user_data;
  g_autoptr (UpscaleTileMessage) message =
      upscale_batch_tiles_answer (request->tiles, answer->tile_index);
  g_autoptr (GError) failure = NULL;

  if (!message)
    return;
  request->n_answered++;
  request->n_resends = 0;
  request->news_us = upscale_clock_get_now (request->plan.clock);
  if (answer->image)
    {
      accept_image (request, message, answer->image);
      return;
    }
  failure = g_error_copy (answer->failure);
  upscale_error_tidy (failure);
  fail_tile (request, answer->tile_index, failure);
}

static void
fail_missing_tiles (UpscaleBatchRequest *request)
{
  g_autoptr (GArray) missing = upscale_batch_request_get_open_tiles (request);
  g_autoptr (GError) error =
      g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                   _ ("the endpoint ended the batch without an answer for it"));

  for (guint i = 0; i < missing->len; i++)
    fail_tile (request, g_array_index (missing, guint, i), error);
}

/* Backends report our deadline as a cancellation; map it to TIMED_OUT for the owner. */
static void
map_timeout (UpscaleBatchRequest *request)
{
  if (!g_error_matches (request->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_error (&request->error);
  request->error =
      g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_TIMED_OUT,
                   _ ("the batch took longer than %d s; raise the batch timeout or "
                      "use smaller batches"),
                   (int) (request->plan.timeout_us / G_USEC_PER_SEC));
}

/* The speed is the time from the start of the work to the last answer, over the answers.
 * The start time of an orphaned batch is unknown, so do not measure it. */
static void
note_speed (UpscaleBatchRequest *request)
{
  gint64 passed_us = request->news_us - request->work_began_us;

  if (request->n_answered == request->n_measured || request->plan.orphan)
    return;
  request->n_measured = request->n_answered;
  upscale_endpoint_note_success (request->plan.endpoint, (double) MAX (passed_us, 1) /
                                                             G_USEC_PER_SEC /
                                                             request->n_answered);
}

static void
on_processed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleBatchRequest) request = user_data;
  gboolean is_timed_out = request->state == UPSCALE_BATCH_REQUEST_TIMED_OUT;

  set_state (request, UPSCALE_BATCH_REQUEST_ACCEPTING);
  if (upscale_backend_process_finish (UPSCALE_BACKEND (object), result, &request->error))
    fail_missing_tiles (request);
  else if (is_timed_out)
    map_timeout (request);
  note_speed (request);
  end_when_accepted (request);
}

static void
on_deadline (gpointer user_data)
{
  UpscaleBatchRequest *request = user_data;

  request->timer = 0;
  set_state (request, UPSCALE_BATCH_REQUEST_TIMED_OUT);
  g_cancellable_cancel (request->cancellable);
}

static void
arm_deadline (UpscaleBatchRequest *request)
{
  clear_timer (request);
  request->timer = upscale_clock_add_timer (request->plan.clock, request->plan.timeout_us,
                                            on_deadline, request);
}

/* Time in the endpoint's queue, or while a machine starts, is no work. */
static void
on_phase (UpscalePhase phase, gpointer user_data)
{
  UpscaleBatchRequest *request = user_data;

  gint64 now_us = upscale_clock_get_now (request->plan.clock);

  if (request->phase != UPSCALE_PHASE_AT_WORK && phase == UPSCALE_PHASE_AT_WORK &&
      request->n_answered == 0)
    request->work_began_us = request->news_us = now_us;
  if (request->phase != phase)
    request->phase_since_us = now_us;
  request->phase = phase;
  request->funcs->on_phase_changed (request, request->owner);
}

static void
on_named (gpointer user_data)
{
  UpscaleBatchRequest *request = user_data;

  request->funcs->on_named (request, request->owner);
}

static const UpscaleBatchFuncs batch_funcs = { .on_answer = on_answer,
                                               .on_phase = on_phase,
                                               .on_named = on_named };

static void
send_batch (UpscaleBatchRequest *request)
{
  gint64 now_us = upscale_clock_get_now (request->plan.clock);

  g_debug ("batch %s: %s, %u open tiles", request->batch->id,
           kind_names[upscale_batch_request_get_kind (request)],
           upscale_batch_tiles_count_open (request->tiles));
  set_state (request, UPSCALE_BATCH_REQUEST_SENT);
  arm_deadline (request);
  request->sent_us = now_us;
  if (!request->was_sent)
    {
      request->was_sent = TRUE;
      g_ptr_array_extend_and_steal (request->batch->tiles,
                                    upscale_batch_tiles_get_messages (request->tiles));
      request->work_began_us = request->news_us = now_us;
      request->funcs->on_sent (request, request->owner);
    }
  upscale_backend_process_async (upscale_endpoint_get_backend (request->plan.endpoint),
                                 request->batch, &batch_funcs, request,
                                 request->cancellable, on_processed,
                                 upscale_batch_request_ref (request));
}

/* Another request may have painted the tile meanwhile. */
static void
note_prepared (UpscaleBatchRequest *request,
               guint                tile_index,
               UpscalePrepared      prepared,
               UpscaleTileMessage  *message,
               const GError        *error)
{
  if (!upscale_batch_tiles_has (request->tiles, tile_index))
    return;
  if (error)
    fail_tile (request, tile_index, error);
  else if (prepared != UPSCALE_PREPARED_SEND)
    {
      upscale_batch_tiles_drop (request->tiles, tile_index);
      claim_tile (request, tile_index);
      request->funcs->on_tile_settled (request, tile_index, prepared, request->owner);
    }
  else if (request->plan.orphan &&
           !upscale_orphaned_batch_has (request->plan.orphan, tile_index, message->key))
    {
      upscale_batch_tiles_drop (request->tiles, tile_index);
      request->funcs->on_tile_returned (request, tile_index, request->owner);
    }
  else
    upscale_batch_tiles_set_message (request->tiles, tile_index, message);
}

static void
on_prepared (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree TileWork *work = user_data;
  g_autoptr (UpscaleBatchRequest) request = work->request;
  g_autoptr (UpscaleTileMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  UpscalePrepared prepared = UPSCALE_PREPARED_SEND;

  (void) upscale_tile_provider_prepare_finish (UPSCALE_TILE_PROVIDER (object), result,
                                               &prepared, &message, &error);
  note_prepared (request, work->tile_index, prepared, message, error);
  prepare_next (request);
}

static void
carry (UpscaleBatchRequest *request, guint tile_index)
{
  upscale_batch_tiles_add (request->tiles, tile_index);
  upscale_tile_queue_carry (request->plan.queue, tile_index, request,
                            request->plan.endpoint,
                            upscale_clock_get_now (request->plan.clock));
}

/* Takes all tiles before the first is prepared; otherwise requests that start together
 * would share the tiles out one by one. */
static void
take_tiles (UpscaleBatchRequest *request)
{
  while (!request->plan.tiles &&
         upscale_batch_tiles_count_open (request->tiles) < request->plan.n_wanted)
    {
      guint beside = upscale_batch_tiles_get_first (request->tiles);
      guint tile_index =
          upscale_tile_queue_take (request->plan.queue, request->plan.endpoint, beside);

      if (tile_index == UPSCALE_NO_TILE)
        return;
      carry (request, tile_index);
    }
}

/* Preparation has no cancellable: a tile that is found in the tile cache is settled, and
 * must be counted. All tiles of a batch are prepared for the same capabilities, so that
 * they have one size even if the endpoint is probed again meanwhile. */
static void
prepare_tile (UpscaleBatchRequest *request, guint tile_index)
{
  upscale_tile_provider_prepare_async (request->plan.provider, tile_index,
                                       request->capabilities, NULL, on_prepared,
                                       tile_work_new (request, tile_index));
}

/* Tiles that are settled by their preparation are replaced by others, so that the batch
 * is as full as planned. */
static void
prepare_next (UpscaleBatchRequest *request)
{
  guint tile_index;

  if (g_cancellable_set_error_if_cancelled (request->cancellable, &request->error))
    {
      end (request);
      return;
    }
  take_tiles (request);
  tile_index = upscale_batch_tiles_get_unprepared (request->tiles);
  if (tile_index != UPSCALE_NO_TILE)
    prepare_tile (request, tile_index);
  else if (upscale_batch_tiles_count_open (request->tiles) > 0)
    send_batch (request);
  else
    end (request);
}

/**
 * upscale_batch_request_start:
 * @request: a new request
 *
 * Takes tiles, prepares them and sends the batch. The request may end without having sent
 * anything, when every tile is settled by its preparation.
 */
void
upscale_batch_request_start (UpscaleBatchRequest *request)
{
  g_return_if_fail (request != NULL);
  g_return_if_fail (request->state == UPSCALE_BATCH_REQUEST_NEW);

  set_state (request, UPSCALE_BATCH_REQUEST_PREPARING);
  for (guint i = 0; request->plan.tiles && i < request->plan.tiles->len; i++)
    carry (request, g_array_index (request->plan.tiles, guint, i));
  prepare_next (request);
}

static void
on_backed_off (gpointer user_data)
{
  UpscaleBatchRequest *request = user_data;

  request->timer = 0;
  if (g_cancellable_set_error_if_cancelled (request->cancellable, &request->error))
    end (request);
  else
    send_batch (request);
}

/**
 * upscale_batch_request_send_again:
 * @request: a request that has ended with an error
 * @wait_us: the time to wait before, us
 *
 * Sends the same batch under the same id, so that tiles which the endpoint has finished
 * are not painted twice.
 */
void
upscale_batch_request_send_again (UpscaleBatchRequest *request, gint64 wait_us)
{
  g_return_if_fail (request != NULL);
  g_return_if_fail (request->state == UPSCALE_BATCH_REQUEST_ENDED);

  g_clear_error (&request->error);
  request->n_resends++;
  set_state (request, UPSCALE_BATCH_REQUEST_BACKING_OFF);
  request->timer =
      upscale_clock_add_timer (request->plan.clock, wait_us, on_backed_off, request);
}

/**
 * upscale_batch_request_begin_work:
 * @request: a request whose batch the endpoint had queued, and begins with now
 *
 * Restarts the deadline and the speed measurement, as the time in the queue is no work.
 */
void
upscale_batch_request_begin_work (UpscaleBatchRequest *request)
{
  g_return_if_fail (request != NULL);

  if (request->state != UPSCALE_BATCH_REQUEST_SENT)
    return;
  arm_deadline (request);
  if (request->n_answered == 0)
    request->work_began_us = request->news_us =
        upscale_clock_get_now (request->plan.clock);
}

/**
 * upscale_batch_request_cancel:
 * @request: a request
 *
 * Stops the batch, at the endpoint too. The request ends with %G_IO_ERROR_CANCELLED;
 * pictures that have come are accepted.
 */
void
upscale_batch_request_cancel (UpscaleBatchRequest *request)
{
  g_autoptr (UpscaleBatchRequest) alive = NULL;

  g_return_if_fail (request != NULL);

  alive = upscale_batch_request_ref (request);
  g_debug ("batch %s: cancelled", request->batch->id);
  /* The deadline ends here: a batch that the endpoint takes long to stop is not late. */
  if (request->state == UPSCALE_BATCH_REQUEST_SENT)
    set_state (request, UPSCALE_BATCH_REQUEST_CANCELLING);
  g_cancellable_cancel (request->cancellable);
  if (request->state == UPSCALE_BATCH_REQUEST_BACKING_OFF)
    {
      clear_timer (request);
      on_backed_off (request);
    }
}

/**
 * upscale_batch_request_get_state:
 * @request: a request
 *
 * Returns: the state
 */
UpscaleBatchRequestState
upscale_batch_request_get_state (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, UPSCALE_BATCH_REQUEST_ENDED);

  return request->state;
}

/**
 * upscale_batch_request_get_endpoint:
 * @request: a request
 *
 * Returns: (transfer none): the endpoint that gets the batch
 */
UpscaleEndpoint *
upscale_batch_request_get_endpoint (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, NULL);

  return request->plan.endpoint;
}

/**
 * upscale_batch_request_get_batch:
 * @request: a request
 *
 * Returns: (transfer none): the batch, without tiles before it is sent
 */
UpscaleBatch *
upscale_batch_request_get_batch (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, NULL);

  return request->batch;
}

/**
 * upscale_batch_request_get_phase:
 * @request: a request
 *
 * Returns: the phase of the batch at the endpoint
 */
UpscalePhase
upscale_batch_request_get_phase (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, UPSCALE_PHASE_AT_WORK);

  return request->phase;
}

/**
 * upscale_batch_request_get_phase_since_us:
 * @request: a request whose endpoint has reported a phase
 *
 * Returns: the time when the batch came to its phase
 */
gint64
upscale_batch_request_get_phase_since_us (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, 0);

  return request->phase_since_us;
}

/**
 * upscale_batch_request_get_n_resends:
 * @request: a request
 *
 * Returns: the number of resends since the last answer
 */
int
upscale_batch_request_get_n_resends (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, 0);

  return request->n_resends;
}

/**
 * upscale_batch_request_get_sent_us:
 * @request: a request
 *
 * Returns: the time when the batch was sent last, or when the request was made
 */
gint64
upscale_batch_request_get_sent_us (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, 0);

  return request->sent_us;
}

/**
 * upscale_batch_request_get_quiet_s:
 * @request: a request that was sent
 *
 * Returns: the time at work since the last answer, seconds
 */
double
upscale_batch_request_get_quiet_s (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, 0.0);

  return (double) (upscale_clock_get_now (request->plan.clock) - request->news_us) /
         G_USEC_PER_SEC;
}

/**
 * upscale_batch_request_get_kind:
 * @request: a request
 *
 * Returns: the kind
 */
UpscaleBatchRequestKind
upscale_batch_request_get_kind (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, UPSCALE_BATCH_REQUEST_FRESH);

  if (request->plan.orphan)
    return UPSCALE_BATCH_REQUEST_ORPHANED;
  return request->plan.tiles ? UPSCALE_BATCH_REQUEST_DUPLICATE
                             : UPSCALE_BATCH_REQUEST_FRESH;
}

/**
 * upscale_batch_request_was_sent:
 * @request: a request
 *
 * Returns: %TRUE if the endpoint was sent the batch: not if every tile was settled by its
 * preparation
 */
gboolean
upscale_batch_request_was_sent (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, FALSE);

  return request->was_sent;
}

/**
 * upscale_batch_request_count_open:
 * @request: a request
 *
 * Returns: the number of carried tiles without an answer
 */
guint
upscale_batch_request_count_open (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, 0);

  return upscale_batch_tiles_count_open (request->tiles);
}

/**
 * upscale_batch_request_get_open_tiles:
 * @request: a request
 *
 * Returns: (transfer full) (element-type guint): the carried tiles without an answer, in
 * the order in which they are painted
 */
GArray *
upscale_batch_request_get_open_tiles (UpscaleBatchRequest *request)
{
  g_return_val_if_fail (request != NULL, NULL);

  return upscale_batch_tiles_get_open (request->tiles);
}
