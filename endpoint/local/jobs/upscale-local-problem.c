/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-problem.h"

/* Errors of this domain carry the HTTP status as their code. */
G_DEFINE_QUARK (upscale - local - problem - quark, upscale_local_problem)

/**
 * upscale_local_problem_set:
 * @error: return location for the problem
 * @status: HTTP status
 * @format: printf format of a sentence
 * @...: the arguments of @format
 */
void
upscale_local_problem_set (GError **error, int status, const char *format, ...)
{
  g_autofree char *detail = NULL;
  va_list          arguments;

  g_return_if_fail (format != NULL);

  va_start (arguments, format);
  detail = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, UPSCALE_LOCAL_PROBLEM, status, detail);
}
