/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-problem.h"

#include "upscale-local-json.h"

#include <libsoup/soup.h>

/* Errors of this domain carry the HTTP status as their code. */
G_DEFINE_QUARK (upscale - local - problem - quark, upscale_local_problem)

/**
 * upscale_local_problem_set:
 * @error: return location for the problem
 * @status: HTTP status
 * @format: printf format of a sentence
 * @...: its arguments
 */
void
upscale_local_problem_set (GError **error, int status, const char *format, ...)
{
  g_autofree char *detail = NULL;
  va_list          arguments;

  va_start (arguments, format);
  detail = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, UPSCALE_LOCAL_PROBLEM, status, detail);
}

/**
 * upscale_local_problem_to_json:
 * @problem: a problem
 *
 * Returns: (transfer full): problem+json, RFC 9457
 */
char *
upscale_local_problem_to_json (const GError *problem)
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
