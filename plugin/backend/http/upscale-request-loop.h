/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-api-request.h"
#include "upscale-http.h"

G_BEGIN_DECLS

/**
 * UpscaleRequestLoopFunc:
 * @state: the state of the exchange; only this function uses it while it runs
 * @answer: (nullable): the answer to the last request, %NULL at the start
 * @next: (out): the next request; left as zeros to end the loop
 * @error: return location for an error
 *
 * Reads an answer and builds the next request. Runs in a worker thread, so it may take
 * long over large pictures. It does no I/O.
 *
 * Returns: %TRUE to go on, or %FALSE to end the loop with @error
 */
typedef gboolean (*UpscaleRequestLoopFunc) (gpointer                 state,
                                            const UpscaleHttpAnswer *answer,
                                            UpscaleApiRequest       *next,
                                            GError                 **error);

/**
 * UpscaleRequestLoopPlan:
 * @http: sends the requests
 * @base: address that routes are relative to
 * @clock: measures waits before requests
 * @build_next: builds each request
 * @state: for @build_next; outlives the loop
 * @max_answer_bytes: a larger answer is refused
 * @on_request_built: (nullable): called on the main thread after each call of
 * @build_next that succeeded, before the request is sent
 * @data: for @on_request_built
 *
 * The parties and limits of a request loop. Copied by upscale_request_loop_run_async().
 */
typedef struct
{
  UpscaleHttp           *http;
  GUri                  *base;
  UpscaleClock          *clock;
  UpscaleRequestLoopFunc build_next;
  gpointer               state;
  gsize                  max_answer_bytes;
  void (*on_request_built) (gpointer data);
  gpointer data;
} UpscaleRequestLoopPlan;

void     upscale_request_loop_run_async (const UpscaleRequestLoopPlan *plan,
                                         GCancellable                 *cancellable,
                                         GAsyncReadyCallback           callback,
                                         gpointer                      user_data);
gboolean upscale_request_loop_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
