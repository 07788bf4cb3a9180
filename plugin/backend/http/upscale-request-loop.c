/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions and answers in turn, until one of both has nothing more to say. What to say
 * is decided by functions without I/O; here it is sent. Each step takes the task. */
#include "upscale-request-loop.h"

#include "upscale-error.h"
#include "upscale-http-status.h"
#include "upscale-pause.h"

/* Between a question and its answer, where the answer does not wait for work. A server
 * that loads a model may be deaf for minutes. */
#define SILENCE_US (200 * (gint64) G_USEC_PER_SEC)
#define ANY_SILENCE_US (G_MAXINT64 / 4)

typedef struct
{
  UpscaleRequestLoopPlan plan;
  UpscaleHttpAnswer     *answer;
  UpscaleApiRequest      line;
  gboolean               is_optional; /* what was asked last */
} Dialogue;

static void think (GTask *task);

static void
clear_line (UpscaleApiRequest *line)
{
  g_clear_pointer (&line->path, g_free);
  g_clear_pointer (&line->query, g_free);
  g_clear_pointer (&line->body, g_bytes_unref);
  g_clear_pointer (&line->content_type, g_free);
  *line = (UpscaleApiRequest) { 0 };
}

static void
dialogue_free (Dialogue *dialogue)
{
  clear_line (&dialogue->line);
  g_clear_pointer (&dialogue->answer, upscale_http_answer_free);
  g_object_unref (dialogue->plan.http);
  g_object_unref (dialogue->plan.clock);
  g_uri_unref (dialogue->plan.base);
  g_free (dialogue);
}

static void
fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_answered (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask    *task = user_data;
  Dialogue *dialogue = g_task_get_task_data (task);
  GError   *error = NULL;

  dialogue->answer = upscale_http_send_finish (UPSCALE_HTTP (object), result, &error);
  if (dialogue->is_optional &&
      g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL))
    {
      g_clear_error (&error);
      dialogue->answer = g_new0 (UpscaleHttpAnswer, 1);
      dialogue->answer->body = g_bytes_new (NULL, 0);
    }
  if (dialogue->answer)
    think (task);
  else
    fail (task, error);
}

static void
say (GTask *task)
{
  Dialogue *dialogue = g_task_get_task_data (task);
  g_autoptr (GUri) uri = upscale_http_make_uri (dialogue->plan.base, dialogue->line.path,
                                                dialogue->line.query);
  UpscaleHttpRequest request = {
    .method = dialogue->line.method,
    .uri = uri,
    .body = dialogue->line.body,
    .content_type = dialogue->line.content_type,
    .max_answer_bytes = dialogue->plan.max_answer_bytes,
    .silence_us = dialogue->line.is_long ? ANY_SILENCE_US : SILENCE_US,
  };
  GError *error = NULL;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      fail (task, error);
      return;
    }
  upscale_http_send_async (dialogue->plan.http, &request, g_task_get_cancellable (task),
                           on_answered, task);
  dialogue->is_optional = dialogue->line.is_optional;
  clear_line (&dialogue->line);
}

static void
on_wait_over (gpointer task)
{
  say (task);
}

static void
on_thought (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask    *task = user_data;
  Dialogue *dialogue = g_task_get_task_data (task);
  GError   *error = NULL;

  g_clear_pointer (&dialogue->answer, upscale_http_answer_free);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      fail (task, error);
      return;
    }
  if (dialogue->plan.on_line)
    dialogue->plan.on_line (dialogue->plan.data);
  if (!dialogue->line.method)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
  else if (dialogue->line.wait_us > 0)
    upscale_pause (dialogue->plan.clock, dialogue->line.wait_us,
                   g_task_get_cancellable (task), on_wait_over, task);
  else
    say (task);
}

static void
think_in_thread (GTask        *task,
                 gpointer      source_object,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  Dialogue *dialogue = task_data;
  GError   *error = NULL;

  if (dialogue->plan.func (dialogue->plan.speaker, dialogue->answer, &dialogue->line,
                           &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
think (GTask *task)
{
  g_autoptr (GTask) thinking = g_task_new (NULL, NULL, on_thought, task);

  g_task_set_task_data (thinking, g_task_get_task_data (task), NULL);
  g_task_run_in_thread (thinking, think_in_thread);
}

/**
 * upscale_request_loop_run_async:
 * @plan: whom to speak to, and what to say
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Speaks until there is nothing more to say.
 */
void
upscale_request_loop_run_async (const UpscaleRequestLoopPlan *plan,
                                GCancellable                 *cancellable,
                                GAsyncReadyCallback           callback,
                                gpointer                      user_data)
{
  GTask    *task = g_task_new (NULL, cancellable, callback, user_data);
  Dialogue *dialogue = g_new0 (Dialogue, 1);

  g_task_set_check_cancellable (task, FALSE);
  dialogue->plan = *plan;
  g_object_ref (plan->http);
  g_object_ref (plan->clock);
  g_uri_ref (plan->base);
  g_task_set_task_data (task, dialogue, (GDestroyNotify) dialogue_free);
  think (task);
}

/**
 * upscale_request_loop_run_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE when all was said, or %FALSE with what the decider, or
 * upscale_http_send_finish(), failed with
 */
gboolean
upscale_request_loop_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * upscale_api_request_get:
 * @line: (out): what to say
 * @path: a route
 *
 * Asks.
 */
void
upscale_api_request_get (UpscaleApiRequest *line, const char *path)
{
  line->method = "GET";
  line->path = g_strdup (path);
}

/**
 * upscale_api_request_post:
 * @line: (out): what to say
 * @path: a route
 * @body: (transfer full) (nullable): JSON
 *
 * Tells.
 */
void
upscale_api_request_post (UpscaleApiRequest *line, const char *path, GBytes *body)
{
  line->method = "POST";
  line->path = g_strdup (path);
  line->body = body;
}

/**
 * upscale_request_loop_check:
 * @answer: an answer
 * @error: return location for an error
 *
 * Returns: whether its status is a success; else %FALSE with what it means
 */
gboolean
upscale_request_loop_check (const UpscaleHttpAnswer *answer, GError **error)
{
  if (SOUP_STATUS_IS_SUCCESSFUL (answer->status))
    return TRUE;
  g_propagate_error (error, upscale_http_status_to_error (answer->status, answer->body,
                                                          answer->wait_us));
  return FALSE;
}
