/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-waiter.h"

#include "upscale-local-listener.h"

/* A question whose answer is delayed. Freed with the answer, or when the client
 * disconnects. */
typedef struct
{
  SoupServerMessage         *message;
  UpscaleLocalWaiterQuestion question;
  guint                      timer;
  gulong                     changed_handler;
  GSource                   *hang_up;
} Waiter;

static gboolean
waits_for_end (UpscaleLocalWaiterQuestion question)
{
  return question.wait_s < 0;
}

static gboolean
has_news (UpscaleLocalWaiterQuestion question)
{
  if (upscale_local_job_has_ended (question.job))
    return TRUE;
  return !waits_for_end (question) &&
         upscale_local_job_get_n_results (question.job) > question.results_from;
}

static void
on_answer_finished (SoupServerMessage *message, gpointer user_data)
{
  upscale_local_job_release (user_data, g_get_monotonic_time ());
  g_object_unref (user_data);
}

/* Hold the job while the client reads its results, so that they stay counted. */
static void
append_answer (SoupServerMessage *message, UpscaleLocalWaiterQuestion question)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  g_autoptr (GPtrArray) pieces =
      upscale_local_job_to_json (question.job, question.results_from,
                                 question.max_results);

  for (guint i = 0; i < pieces->len; i++)
    soup_message_body_append_bytes (body, pieces->pdata[i]);
  upscale_local_job_hold (question.job);
  g_signal_connect (message, "finished", G_CALLBACK (on_answer_finished),
                    g_object_ref (question.job));
}

static void
write_answer (SoupServerMessage *message, UpscaleLocalWaiterQuestion question)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char    *id =
      g_uri_escape_string (upscale_local_job_get_batch_id (question.job), NULL, FALSE);
  g_autofree char *location = g_strconcat ("/v1/batches/", id, NULL);

  soup_message_headers_set_content_type (headers, "application/json", NULL);
  append_answer (message, question);
  if (upscale_local_job_has_ended (question.job))
    {
      soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
      return;
    }
  soup_message_headers_replace (headers, "Location", location);
  soup_message_headers_replace (headers, "Retry-After", "1");
  soup_server_message_set_status (message, SOUP_STATUS_ACCEPTED, NULL);
}

static void
waiter_free (Waiter *waiter)
{
  g_clear_signal_handler (&waiter->changed_handler, waiter->question.job);
  g_source_destroy (waiter->hang_up);
  g_source_unref (waiter->hang_up);
  g_clear_handle_id (&waiter->timer, g_source_remove);
  upscale_local_job_release (waiter->question.job, g_get_monotonic_time ());
  g_object_unref (waiter->question.job);
  g_object_unref (waiter->message);
  g_free (waiter);
}

static void
answer_now (Waiter *waiter)
{
  g_autoptr (SoupServerMessage) message = g_object_ref (waiter->message);

  write_answer (message, waiter->question);
  waiter_free (waiter);
  soup_server_message_unpause (message);
}

static void
on_time_over (gpointer user_data)
{
  Waiter *waiter = user_data;

  waiter->timer = 0;
  answer_now (waiter);
}

static void
on_job_changed (UpscaleLocalJob *job, gpointer user_data)
{
  Waiter *waiter = user_data;

  if (has_news (waiter->question))
    answer_now (waiter);
}

/* libsoup reads nothing from a paused message, so it does not notice a disconnect. A
 * closed connection is readable at once, with no data. */
static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Waiter      *waiter = user_data;
  char         byte;
  GInputVector vector = { &byte, 1 };
  int          flags = G_SOCKET_MSG_PEEK;
  g_autoptr (UpscaleLocalJob) job = NULL;

  if (g_socket_receive_message (socket, NULL, &vector, 1, NULL, NULL, &flags, NULL,
                                NULL) > 0)
    return G_SOURCE_REMOVE;
  job = waits_for_end (waiter->question) ? g_object_ref (waiter->question.job) : NULL;
  /* The client has gone, but libsoup frees a message only after its answer is sent. */
  answer_now (waiter);
  if (job)
    upscale_local_job_cancel (job, "the client went away", g_get_monotonic_time ());
  return G_SOURCE_REMOVE;
}

static void
watch_client (Waiter *waiter)
{
  GSocket *socket = upscale_local_listener_get_connection (waiter->message);

  waiter->hang_up = g_socket_create_source (socket, G_IO_IN | G_IO_HUP, NULL);
  g_source_set_callback (waiter->hang_up, G_SOURCE_FUNC (on_readable), waiter, NULL);
  g_source_attach (waiter->hang_up, NULL);
}

/**
 * upscale_local_waiter_answer:
 * @message: a request
 * @question: the question
 *
 * Answers at once if the job has news, else when it has, without blocking the main
 * thread.
 */
void
upscale_local_waiter_answer (SoupServerMessage         *message,
                             UpscaleLocalWaiterQuestion question)
{
  Waiter *waiter;

  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));
  g_return_if_fail (UPSCALE_LOCAL_IS_JOB (question.job));

  if (question.wait_s == 0 || has_news (question))
    {
      write_answer (message, question);
      return;
    }
  waiter = g_new0 (Waiter, 1);
  waiter->message = g_object_ref (message);
  waiter->question = question;
  g_object_ref (question.job);
  upscale_local_job_hold (question.job);
  waiter->changed_handler =
      g_signal_connect (question.job, "changed", G_CALLBACK (on_job_changed), waiter);
  watch_client (waiter);
  if (question.wait_s > 0)
    waiter->timer =
        g_timeout_add_seconds_once ((guint) question.wait_s, on_time_over, waiter);
  soup_server_message_pause (message);
}
