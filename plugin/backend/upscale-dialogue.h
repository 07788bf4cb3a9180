/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-http.h"

G_BEGIN_DECLS

/**
 * UpscaleLine:
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
} UpscaleLine;

/**
 * UpscaleDialogueFunc:
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
typedef gboolean (*UpscaleDialogueFunc) (gpointer                 speaker,
                                         const UpscaleHttpAnswer *answer,
                                         UpscaleLine             *line,
                                         GError                 **error);

/**
 * UpscaleDialoguePlan:
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
  UpscaleHttp        *http;
  GUri               *base;
  UpscaleClock       *clock;
  UpscaleDialogueFunc func;
  gpointer            speaker;
  gsize               max_answer_bytes;
  void (*on_line) (gpointer data);
  gpointer data;
} UpscaleDialoguePlan;

void     upscale_dialogue_run_async (const UpscaleDialoguePlan *plan,
                                     GCancellable              *cancellable,
                                     GAsyncReadyCallback        callback,
                                     gpointer                   user_data);
gboolean upscale_dialogue_run_finish (GAsyncResult *result, GError **error);

void     upscale_line_get (UpscaleLine *line, const char *path);
void     upscale_line_post (UpscaleLine *line, const char *path, GBytes *body);
gboolean upscale_dialogue_check (const UpscaleHttpAnswer *answer, GError **error);

G_END_DECLS
