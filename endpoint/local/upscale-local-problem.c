/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-problem.h"

#include <json-glib/json-glib.h>
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
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "about:blank");
  json_builder_set_member_name (builder, "title");
  json_builder_add_string_value (builder, soup_status_get_phrase ((guint) problem->code));
  json_builder_set_member_name (builder, "status");
  json_builder_add_int_value (builder, problem->code);
  json_builder_set_member_name (builder, "detail");
  json_builder_add_string_value (builder, problem->message);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
