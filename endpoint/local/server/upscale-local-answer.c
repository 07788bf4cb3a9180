/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-answer.h"

#include "upscale-local-json.h"
#include "upscale-local-problem.h"

/* problem+json, RFC 9457. */
static char *
problem_to_json (const GError *problem)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  upscale_local_json_add_string (builder, "type", "about:blank");
  upscale_local_json_add_string (builder, "title",
                                 soup_status_get_phrase ((guint) problem->code));
  upscale_local_json_add_int (builder, "status", problem->code);
  upscale_local_json_add_string (builder, "detail", problem->message);
  return upscale_local_json_end (builder);
}

/**
 * upscale_local_answer_json:
 * @message: a request
 * @status: HTTP status
 * @type: content type
 * @json: the body
 *
 * Sets the status and body of the answer.
 */
void
upscale_local_answer_json (SoupServerMessage *message,
                           guint              status,
                           const char        *type,
                           const char        *json)
{
  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));
  g_return_if_fail (type != NULL);
  g_return_if_fail (json != NULL);

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, json, strlen (json));
}

/**
 * upscale_local_answer_problem:
 * @message: a request
 * @problem: the reason of the refusal
 *
 * Answers with problem+json, and with the headers that the status requires.
 */
void
upscale_local_answer_problem (SoupServerMessage *message, const GError *problem)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char    *json = problem_to_json (problem);

  if (problem->code == SOUP_STATUS_UNAUTHORIZED)
    soup_message_headers_replace (headers, "WWW-Authenticate", "Bearer");
  if (problem->code == 429 || problem->code == SOUP_STATUS_SERVICE_UNAVAILABLE)
    soup_message_headers_replace (headers, "Retry-After", "2");
  upscale_local_answer_json (message, (guint) problem->code, "application/problem+json",
                             json);
}

/**
 * upscale_local_answer_status:
 * @message: a request
 * @status: HTTP status
 * @sentence: the reason of the refusal
 *
 * Answers with problem+json.
 */
void
upscale_local_answer_status (SoupServerMessage *message,
                             guint              status,
                             const char        *sentence)
{
  g_autoptr (GError) problem = NULL;

  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));
  g_return_if_fail (sentence != NULL);

  upscale_local_problem_set (&problem, (int) status, "%s", sentence);
  upscale_local_answer_problem (message, problem);
}
