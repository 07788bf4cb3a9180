/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define UPSCALE_ERROR (upscale_error_quark ())

/**
 * UpscaleError:
 * @UPSCALE_ERROR_ARGUMENT: the caller asked for something impossible; change the argument
 * @UPSCALE_ERROR_LAYER: this kind of layer can't be upscaled; choose or convert another
 * @UPSCALE_ERROR_NO_ENDPOINT: no endpoint is left that could work; start or name one
 * @UPSCALE_ERROR_BUSY: the endpoint has no room now; wait as told. The answer counts as
 * no failure
 * @UPSCALE_ERROR_UNREACHABLE: no server accepted the request; send it again when one does
 * @UPSCALE_ERROR_TRANSPORT: the connection failed; the same request may be sent again
 * @UPSCALE_ERROR_TIMED_OUT: the deadline passed; send again elsewhere or less at once
 * @UPSCALE_ERROR_SERVER: the endpoint failed by itself (5xx); try again, then elsewhere
 * @UPSCALE_ERROR_EXPIRED: the endpoint no longer knows the job; submit it again
 * @UPSCALE_ERROR_TOO_LARGE: the batch is too large for the endpoint; halve it
 * @UPSCALE_ERROR_REJECTED: the endpoint refuses (keys, parameters); stop asking it, tell
 * the user
 * @UPSCALE_ERROR_PROTOCOL: the answer breaks the contract; a failed try
 * @UPSCALE_ERROR_BAD_PICTURE: the answered picture can't be used; a failed try for that
 * tile
 * @UPSCALE_ERROR_STORAGE: the disk or the cache folder failed
 *
 * Codes by what the caller can do. Cancellation is never one of these: it stays
 * %G_IO_ERROR_CANCELLED.
 */
typedef enum
{
  UPSCALE_ERROR_ARGUMENT,
  UPSCALE_ERROR_LAYER,
  UPSCALE_ERROR_NO_ENDPOINT,
  UPSCALE_ERROR_BUSY,
  UPSCALE_ERROR_UNREACHABLE,
  UPSCALE_ERROR_TRANSPORT,
  UPSCALE_ERROR_TIMED_OUT,
  UPSCALE_ERROR_SERVER,
  UPSCALE_ERROR_EXPIRED,
  UPSCALE_ERROR_TOO_LARGE,
  UPSCALE_ERROR_REJECTED,
  UPSCALE_ERROR_PROTOCOL,
  UPSCALE_ERROR_BAD_PICTURE,
  UPSCALE_ERROR_STORAGE,
} UpscaleError;

GQuark upscale_error_quark (void);

void   upscale_error_set_retry_after (GError *error, gint64 wait_us);
gint64 upscale_error_get_retry_after (const GError *error);

gboolean upscale_error_is_busy (const GError *error);

void     upscale_error_set_unready (GError *error);
gboolean upscale_error_is_unready (const GError *error);

void     upscale_error_tidy (GError *error);
gboolean upscale_error_is_transient (const GError *error);

G_END_DECLS
