/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-error.h"

G_DEFINE_QUARK (upscale-error-quark, upscale_error)

/**
 * upscale_error_is_transient:
 * @error: what a try ended with
 *
 * Says whether the same work may succeed when it is sent again, to the same endpoint or another.
 *
 * Returns: %FALSE for everything that only a person can change, and for cancellation
 */
gboolean
upscale_error_is_transient (const GError *error)
{
  if (error->domain != UPSCALE_ERROR)
    return FALSE;

  switch ((UpscaleError) error->code)
    {
    case UPSCALE_ERROR_BUSY:
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
