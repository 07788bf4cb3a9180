/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-error.h"

#include "upscale-text.h"

typedef struct
{
  gint64   retry_after_us;
  gboolean is_unready;
} UpscaleErrorPrivate;

static void
upscale_error_private_init (UpscaleErrorPrivate *private)
{
  /* GLib hands over zeroed memory. */
}

static void
upscale_error_private_copy (const UpscaleErrorPrivate *from, UpscaleErrorPrivate *to)
{
  g_return_if_fail (from != NULL && to != NULL);
  *to = *from;
}

static void
upscale_error_private_clear (UpscaleErrorPrivate *private)
{
}

G_DEFINE_EXTENDED_ERROR (UpscaleError, upscale_error)

/**
 * upscale_error_set_retry_after:
 * @error: an error of this domain
 * @wait_us: the wait that the endpoint asked for
 *
 * Attaches the wait that a busy endpoint asked for.
 */
void
upscale_error_set_retry_after (GError *error, gint64 wait_us)
{
  UpscaleErrorPrivate *private = upscale_error_get_private (error);

  g_return_if_fail (private != NULL);
  private->retry_after_us = wait_us;
}

/**
 * upscale_error_get_retry_after:
 * @error: any error
 *
 * Returns: the wait that the endpoint asked for, in microseconds, 0 for none
 */
gint64
upscale_error_get_retry_after (const GError *error)
{
  const UpscaleErrorPrivate *private;

  g_return_val_if_fail (error != NULL, 0);

  private = error->domain == UPSCALE_ERROR ? upscale_error_get_private (error) : NULL;
  return private ? private->retry_after_us : 0;
}

/**
 * upscale_error_set_unready:
 * @error: an error of this domain
 *
 * Notes that the server behind a proxy is starting or restarting.
 */
void
upscale_error_set_unready (GError *error)
{
  UpscaleErrorPrivate *private = upscale_error_get_private (error);

  g_return_if_fail (private != NULL);
  private->is_unready = TRUE;
}

/**
 * upscale_error_is_busy:
 * @error: any error
 *
 * Returns: %TRUE if the endpoint has answered that it is busy
 */
gboolean
upscale_error_is_busy (const GError *error)
{
  g_return_val_if_fail (error != NULL, FALSE);

  return g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_BUSY);
}

/**
 * upscale_error_is_unready:
 * @error: any error
 *
 * Returns: %TRUE if the caller should wait for the endpoint, which is busy, is being
 * started, or asked for a wait
 */
gboolean
upscale_error_is_unready (const GError *error)
{
  const UpscaleErrorPrivate *private;

  g_return_val_if_fail (error != NULL, FALSE);

  private = error->domain == UPSCALE_ERROR ? upscale_error_get_private (error) : NULL;
  return private && upscale_error_is_transient (error) &&
         (private->is_unready || private->retry_after_us > 0 ||
          upscale_error_is_busy (error));
}

/**
 * upscale_error_tidy:
 * @error: (nullable): any error, owned by the caller alone
 *
 * Tidies the message of @error, which may contain text of a server.
 */
void
upscale_error_tidy (GError *error)
{
  g_autofree char *message = error ? error->message : NULL;

  if (error)
    error->message = upscale_text_tidy (message, UPSCALE_TEXT_SENTENCE_CHARS);
}

/**
 * upscale_error_is_transient:
 * @error: the error of an attempt
 *
 * Tells whether the same work may succeed when sent again, to the same endpoint or
 * another.
 *
 * Returns: %TRUE if another attempt may succeed; %FALSE for problems that only a person
 * can solve, and for cancellation
 */
gboolean
upscale_error_is_transient (const GError *error)
{
  g_return_val_if_fail (error != NULL, FALSE);

  if (error->domain != UPSCALE_ERROR)
    return FALSE;

  switch ((UpscaleError) error->code)
    {
    case UPSCALE_ERROR_BUSY:
    case UPSCALE_ERROR_UNREACHABLE:
    case UPSCALE_ERROR_TRANSPORT:
    case UPSCALE_ERROR_TIMED_OUT:
    case UPSCALE_ERROR_SERVER:
    case UPSCALE_ERROR_EXPIRED:
    case UPSCALE_ERROR_TOO_LARGE:
    case UPSCALE_ERROR_PROTOCOL:
    case UPSCALE_ERROR_BAD_PICTURE:
      return TRUE;
    case UPSCALE_ERROR_ARGUMENT:
    case UPSCALE_ERROR_LAYER:
    case UPSCALE_ERROR_NO_ENDPOINT:
    case UPSCALE_ERROR_REJECTED:
    case UPSCALE_ERROR_STORAGE:
      return FALSE;
    }
  return FALSE;
}
