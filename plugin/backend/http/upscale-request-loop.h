/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-http.h"

G_BEGIN_DECLS

/**
 * UpscaleApiRequest:
 * @method: (nullable): GET or POST; %NULL when there is nothing more to say
 * @path: (transfer full): the route
 * @query: (transfer full) (nullable): its parameters
 * @body: (transfer full) (nullable): what is sent along
 * @content_type: (transfer full) (nullable): what @body is, %NULL for JSON
 * @wait_us: how long to wait before it is sent
 * @is_long: the answer comes when work is done, so silence is no fault
 * @is_optional: an answer that is too long counts as none: it has status 0
 *
 * What is said next to a server. Starts as zeros.
 */
typedef struct
{
  const char *method;
  char       *path;
  char       *query;
  GBytes     *body;
  char       *content_type;
  gint64      wait_us;
  gboolean    is_long;
  gboolean    is_optional;
} UpscaleApiRequest;

/**
 * UpscaleRequestLoopFunc:
 * @speaker: what is known so far; nobody else touches it meanwhile
 * @answer: (nullable): what the server said to the last line, %NULL at the start
 * @line: (out): what to say next
 * @error: return location for an error
 *
 * Decides what to say. Called in a worker thread, so it may take its time over large
 * pictures; does no I/O.
 *
 * Returns: %FALSE to end with an error
 */
typedef gboolean (*UpscaleRequestLoopFunc) (gpointer                 speaker,
                                            const UpscaleHttpAnswer *answer,
                                            UpscaleApiRequest       *line,
                                            GError                 **error);

/**
 * UpscaleRequestLoopPlan:
 * @http: how to send
 * @base: where routes begin
 * @clock: the time between lines
 * @func: what to say
 * @speaker: for @func; outlives the dialogue
 * @max_answer_bytes: a larger answer is refused
 * @on_line: (nullable): called on the main thread before each line is sent, and at the
 * end
 * @data: for @on_line
 *
 * How to speak to a server. Copied.
 */
typedef struct
{
  UpscaleHttp           *http;
  GUri                  *base;
  UpscaleClock          *clock;
  UpscaleRequestLoopFunc func;
  gpointer               speaker;
  gsize                  max_answer_bytes;
  void (*on_line) (gpointer data);
  gpointer data;
} UpscaleRequestLoopPlan;

void     upscale_request_loop_run_async (const UpscaleRequestLoopPlan *plan,
                                         GCancellable                 *cancellable,
                                         GAsyncReadyCallback           callback,
                                         gpointer                      user_data);
gboolean upscale_request_loop_run_finish (GAsyncResult *result, GError **error);

void upscale_api_request_get (UpscaleApiRequest *line, const char *path);
void upscale_api_request_post (UpscaleApiRequest *line, const char *path, GBytes *body);
gboolean upscale_request_loop_check (const UpscaleHttpAnswer *answer, GError **error);

G_END_DECLS
