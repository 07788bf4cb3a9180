/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-http-answer.h"

#include <libsoup/soup.h>

#include "upscale-http-error.h"

/**
 * upscale_http_answer_free:
 * @answer: (transfer full): an answer
 */
void
upscale_http_answer_free (UpscaleHttpAnswer *answer)
{
  g_return_if_fail (answer != NULL);

  g_bytes_unref (answer->body);
  g_free (answer);
}

/**
 * upscale_http_answer_check_status:
 * @answer: an answer
 * @error: return location for an error
 *
 * Returns: %TRUE if the status is a success, else %FALSE with the error of
 * upscale_http_error_from_status()
 */
gboolean
upscale_http_answer_check_status (const UpscaleHttpAnswer *answer, GError **error)
{
  g_return_val_if_fail (answer, FALSE);

  if (SOUP_STATUS_IS_SUCCESSFUL (answer->status))
    return TRUE;
  g_propagate_error (error, upscale_http_error_from_status (answer->status, answer->body,
                                                            answer->wait_us));
  return FALSE;
}
