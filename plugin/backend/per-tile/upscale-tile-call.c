/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One exchange with a server: a const request goes in, a reply comes out, and the kind
 * keeps its own state in between. */
#include "upscale-tile-call.h"

#include "upscale-request-loop.h"

/**
 * UpscaleTileCall:
 *
 * The exchange with a server that has one tile painted.
 */
struct _UpscaleTileCall
{
  UpscaleTileServerAddress *address;
  UpscaleTileServerInfo    *info;
  UpscaleTileRequest       *request;
  UpscaleTileReply          reply;
  UpscaleTileServerTile    *tile;
};

/**
 * upscale_tile_call_new:
 * @address: the server
 * @info: the answers of the server about itself
 * @request: (transfer full): the tile to paint
 *
 * Returns: (transfer full): a call that has not begun
 */
UpscaleTileCall *
upscale_tile_call_new (UpscaleTileServerAddress *address,
                       UpscaleTileServerInfo    *info,
                       UpscaleTileRequest       *request)
{
  UpscaleTileCall *call;

  g_return_val_if_fail (address != NULL, NULL);
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (request != NULL, NULL);

  call = g_new0 (UpscaleTileCall, 1);
  call->address = upscale_tile_server_address_ref (address);
  call->info = upscale_tile_server_info_ref (info);
  call->request = request;
  call->tile = address->server->tile_new (call->info, call->request, &call->reply);
  return call;
}

/**
 * upscale_tile_call_free:
 * @call: (transfer full): a call that does not run
 */
void
upscale_tile_call_free (UpscaleTileCall *call)
{
  g_return_if_fail (call != NULL);

  call->address->server->tile_free (call->tile);
  upscale_tile_reply_clear (&call->reply);
  upscale_tile_request_free (call->request);
  upscale_tile_server_info_unref (call->address->server, call->info);
  upscale_tile_server_address_unref (call->address);
  g_free (call);
}

/**
 * upscale_tile_call_resume:
 * @call: a call that has not begun
 * @remote_id: (nullable): the server's name for the work that an earlier call began
 * @is_accepted: the server has said that it knows @remote_id
 *
 * Makes the call collect work that may be at the server already.
 */
void
upscale_tile_call_resume (UpscaleTileCall *call,
                          const char      *remote_id,
                          gboolean         is_accepted)
{
  g_return_if_fail (call != NULL);

  g_set_str (&call->reply.remote_id, remote_id);
  call->reply.is_accepted = is_accepted;
}

/**
 * upscale_tile_call_get_reply:
 * @call: a call
 *
 * Returns: (transfer none): the answer of the server as far as it is known; to be read on
 * the main thread, in callbacks of @call
 */
const UpscaleTileReply *
upscale_tile_call_get_reply (const UpscaleTileCall *call)
{
  g_return_val_if_fail (call != NULL, NULL);

  return &call->reply;
}

/**
 * upscale_tile_call_get_tile:
 * @call: a call
 *
 * Returns: (transfer none): the tile that is painted
 */
const UpscaleTile *
upscale_tile_call_get_tile (const UpscaleTileCall *call)
{
  g_return_val_if_fail (call != NULL, NULL);

  return &call->request->tile->tile;
}

static gboolean
build_next (gpointer                 data,
            const UpscaleHttpAnswer *answer,
            UpscaleApiRequest       *next,
            GError                 **error)
{
  UpscaleTileCall *call = data;

  return call->address->server->tile_build_next (call->tile, answer, next, error);
}

/**
 * upscale_tile_call_run_async:
 * @call: a call; outlives the run
 * @on_reply_changed: (nullable): called on the main thread with @user_data when the reply
 * may have changed, before each request and at the end
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread
 * @user_data: for both
 *
 * Has the server paint the tile.
 */
void
upscale_tile_call_run_async (UpscaleTileCall *call,
                             void (*on_reply_changed) (gpointer user_data),
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  UpscaleRequestLoopPlan plan = { 0 };

  g_return_if_fail (call != NULL);

  plan = (UpscaleRequestLoopPlan) {
    .http = call->address->http,
    .base = call->address->base,
    .clock = call->address->clock,
    .build_next = build_next,
    .state = call,
    .max_answer_bytes = UPSCALE_TILE_SERVER_MAX_LIST_BYTES +
                        upscale_tile_request_count_answer_bytes (call->request),
    .on_request_built = on_reply_changed,
    .data = user_data,
  };
  upscale_request_loop_run_async (&plan, cancellable, callback, user_data);
}

/**
 * upscale_tile_call_run_finish:
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE if the exchange has ended, with a picture or a failure in its reply; or
 * %FALSE with an error that is not about the tile
 */
gboolean
upscale_tile_call_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), FALSE);

  return upscale_request_loop_run_finish (result, error);
}
