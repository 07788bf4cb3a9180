/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests and answers in turn. A function without I/O builds each request from the
 * answer before it; this file sends the request. Each step takes the task. */
#include "upscale-request-loop.h"

#include "upscale-error.h"
#include "upscale-pause.h"

/* Longest silence where the answer does not wait for work. A server that loads a model
 * may not answer for minutes. */
#define SILENCE_US (200 * (gint64) G_USEC_PER_SEC)
#define ANY_SILENCE_US (G_MAXINT64 / 4)

typedef struct
{
  UpscaleRequestLoopPlan plan;
  UpscaleHttpAnswer     *answer;
  UpscaleApiRequest      next;
  gboolean               is_optional; /* the last request that was sent */
} Loop;

static void build_next (GTask *task);

static void
loop_free (Loop *loop)
{
  upscale_api_request_clear (&loop->next);
  g_clear_pointer (&loop->answer, upscale_http_answer_free);
  g_object_unref (loop->plan.http);
  g_object_unref (loop->plan.clock);
  g_uri_unref (loop->plan.base);
  g_free (loop);
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
  GTask  *task = user_data;
  Loop   *loop = g_task_get_task_data (task);
  GError *error = NULL;

  loop->answer = upscale_http_send_finish (UPSCALE_HTTP (object), result, &error);
  if (loop->is_optional && g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL))
    {
      g_clear_error (&error);
      loop->answer = g_new0 (UpscaleHttpAnswer, 1);
      loop->answer->body = g_bytes_new (NULL, 0);
    }
  if (loop->answer)
    build_next (task);
  else
    fail (task, error);
}

static void
send_next (GTask *task)
{
  Loop *loop = g_task_get_task_data (task);
  g_autoptr (GUri) uri =
      upscale_http_make_uri (loop->plan.base, loop->next.path, loop->next.query);
  UpscaleHttpRequest request = {
    .method = loop->next.method,
    .uri = uri,
    .body = loop->next.body,
    .content_type = loop->next.content_type,
    .max_answer_bytes = loop->plan.max_answer_bytes,
    .silence_us = loop->next.is_long ? ANY_SILENCE_US : SILENCE_US,
  };
  GError *error = NULL;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      fail (task, error);
      return;
    }
  upscale_http_send_async (loop->plan.http, &request, g_task_get_cancellable (task),
                           on_answered, task);
  loop->is_optional = loop->next.is_optional;
  upscale_api_request_clear (&loop->next);
}

static void
on_wait_over (gpointer task)
{
  send_next (task);
}

static void
on_next_built (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  Loop   *loop = g_task_get_task_data (task);
  GError *error = NULL;

  g_clear_pointer (&loop->answer, upscale_http_answer_free);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      fail (task, error);
      return;
    }
  if (loop->plan.on_request_built)
    loop->plan.on_request_built (loop->plan.data);
  if (!loop->next.method)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
  else if (loop->next.wait_us > 0)
    upscale_pause (loop->plan.clock, loop->next.wait_us, g_task_get_cancellable (task),
                   on_wait_over, task);
  else
    send_next (task);
}

static void
build_next_in_thread (GTask        *task,
                      gpointer      source_object,
                      gpointer      task_data,
                      GCancellable *cancellable)
{
  Loop   *loop = task_data;
  GError *error = NULL;

  if (loop->plan.build_next (loop->plan.state, loop->answer, &loop->next, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
build_next (GTask *task)
{
  g_autoptr (GTask) building = g_task_new (NULL, NULL, on_next_built, task);

  g_task_set_task_data (building, g_task_get_task_data (task), NULL);
  g_task_run_in_thread (building, build_next_in_thread);
}

/**
 * upscale_request_loop_run_async:
 * @plan: the parties and limits
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Sends requests to a server until the plan's function builds no more.
 */
void
upscale_request_loop_run_async (const UpscaleRequestLoopPlan *plan,
                                GCancellable                 *cancellable,
                                GAsyncReadyCallback           callback,
                                gpointer                      user_data)
{
  GTask *task;
  Loop  *loop;

  g_return_if_fail (plan && plan->build_next);
  g_return_if_fail (UPSCALE_IS_HTTP (plan->http));
  g_return_if_fail (UPSCALE_IS_CLOCK (plan->clock));
  g_return_if_fail (plan->base);

  task = g_task_new (NULL, cancellable, callback, user_data);
  loop = g_new0 (Loop, 1);
  g_task_set_check_cancellable (task, FALSE);
  loop->plan = *plan;
  g_object_ref (plan->http);
  g_object_ref (plan->clock);
  g_uri_ref (plan->base);
  g_task_set_task_data (task, loop, (GDestroyNotify) loop_free);
  build_next (task);
}

/**
 * upscale_request_loop_run_finish:
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE when no request follows, or %FALSE with the error of the plan's function
 * or of upscale_http_send_finish()
 */
gboolean
upscale_request_loop_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
