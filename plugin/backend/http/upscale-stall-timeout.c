/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-stall-timeout.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"

/* A connection with fewer bytes than this in a span of silence counts as stalled. */
#define LEAST_BYTES (64 << 10)
/* Longest wait for a connection. A host that accepts none is not running. */
#define CONNECT_WAIT_US (30 * G_USEC_PER_SEC)

/**
 * UpscaleStallTimeout:
 *
 * Cancels a request whose server stalls or trickles, or whose connection is lost. The
 * request runs with the cancellable of the stall timeout, which the caller's cancellable
 * triggers too.
 */
struct _UpscaleStallTimeout
{
  UpscaleClock *clock;
  gint64        silence_us;
  GCancellable *cancellable;
  GCancellable *callers;
  gulong        cancelled_handler;
  SoupMessage  *message;
  guint         timer;
  gsize         n_moved; /* bytes since the timer was armed */
  gboolean      is_connected;
  gboolean      is_silent;
  gboolean      is_answering; /* headers are read, libsoup's callback is due */
  gboolean      is_due;       /* to be cancelled after libsoup's callback */
};

/* libsoup 3.6.5 finishes a message twice and corrupts its session when the message is
 * cancelled between the headers and the callback. So wait for that callback, which comes
 * next in the main loop. */
static void
end_request (UpscaleStallTimeout *timeout)
{
  if (timeout->is_answering)
    timeout->is_due = TRUE;
  else
    g_cancellable_cancel (timeout->cancellable);
}

static void
on_callers_cancelled (GCancellable *cancellable, gpointer user_data)
{
  end_request (user_data);
}

/**
 * upscale_stall_timeout_new:
 * @clock: measures silence
 * @silence_us: longest time without a byte in either direction
 * @callers: (nullable): the caller's cancellable, which ends the request too
 *
 * Returns: (transfer full): a stall timeout that does not follow a message yet
 */
UpscaleStallTimeout *
upscale_stall_timeout_new (UpscaleClock *clock, gint64 silence_us, GCancellable *callers)
{
  UpscaleStallTimeout *timeout;

  g_return_val_if_fail (UPSCALE_IS_CLOCK (clock), NULL);

  timeout = g_new0 (UpscaleStallTimeout, 1);
  timeout->clock = g_object_ref (clock);
  timeout->silence_us = silence_us;
  timeout->cancellable = g_cancellable_new ();
  if (!callers)
    return timeout;
  timeout->callers = g_object_ref (callers);
  timeout->cancelled_handler =
      g_cancellable_connect (callers, G_CALLBACK (on_callers_cancelled), timeout, NULL);
  return timeout;
}

static void
disarm (UpscaleStallTimeout *timeout)
{
  if (timeout->timer)
    upscale_clock_remove_timer (timeout->clock, timeout->timer);
  timeout->timer = 0;
}

static void
leave_message (UpscaleStallTimeout *timeout)
{
  if (timeout->message)
    g_signal_handlers_disconnect_by_data (timeout->message, timeout);
  g_clear_object (&timeout->message);
}

/**
 * upscale_stall_timeout_stop:
 * @timeout: a stall timeout whose request has ended
 *
 * Stops watching. Must not be called inside a handler of #GCancellable::cancelled.
 */
void
upscale_stall_timeout_stop (UpscaleStallTimeout *timeout)
{
  g_return_if_fail (timeout != NULL);

  disarm (timeout);
  leave_message (timeout);
  if (timeout->callers)
    g_cancellable_disconnect (timeout->callers, timeout->cancelled_handler);
  g_clear_object (&timeout->callers);
}

/**
 * upscale_stall_timeout_free:
 * @timeout: (transfer full): a stall timeout
 */
void
upscale_stall_timeout_free (UpscaleStallTimeout *timeout)
{
  g_return_if_fail (timeout != NULL);

  upscale_stall_timeout_stop (timeout);
  g_object_unref (timeout->cancellable);
  g_object_unref (timeout->clock);
  g_free (timeout);
}

/**
 * upscale_stall_timeout_get_cancellable:
 * @timeout: a stall timeout
 *
 * Returns: (transfer none): the cancellable to run the request with
 */
GCancellable *
upscale_stall_timeout_get_cancellable (UpscaleStallTimeout *timeout)
{
  g_return_val_if_fail (timeout != NULL, NULL);

  return timeout->cancellable;
}

static void
on_silence (gpointer user_data)
{
  UpscaleStallTimeout *timeout = user_data;

  timeout->timer = 0;
  timeout->is_silent = TRUE;
  g_debug ("no byte for %" G_GINT64_FORMAT " s, ending the request",
           timeout->silence_us / G_USEC_PER_SEC);
  end_request (timeout);
}

static void
arm (UpscaleStallTimeout *timeout)
{
  gint64 wait_us = timeout->is_connected ? timeout->silence_us
                                         : MIN (timeout->silence_us, CONNECT_WAIT_US);

  disarm (timeout);
  timeout->n_moved = 0;
  timeout->timer = upscale_clock_add_timer (timeout->clock, wait_us, on_silence, timeout);
}

/**
 * upscale_stall_timeout_pause:
 * @timeout: a stall timeout
 *
 * Stops the timeout until the next upscale_stall_timeout_follow().
 */
void
upscale_stall_timeout_pause (UpscaleStallTimeout *timeout)
{
  g_return_if_fail (timeout != NULL);

  disarm (timeout);
  leave_message (timeout);
}

/**
 * upscale_stall_timeout_note_moved:
 * @timeout: a stall timeout
 * @n_bytes: number of bytes that were sent or received
 *
 * Starts the time anew when enough bytes have moved.
 */
void
upscale_stall_timeout_note_moved (UpscaleStallTimeout *timeout, gsize n_bytes)
{
  g_return_if_fail (timeout != NULL);

  timeout->n_moved += n_bytes;
  if (timeout->n_moved >= LEAST_BYTES)
    arm (timeout);
}

static void
on_connected (SoupMessage *message, gpointer user_data)
{
  UpscaleStallTimeout *timeout = user_data;

  timeout->is_connected = TRUE;
  timeout->is_answering = FALSE;
  arm (timeout);
}

static void
on_headers_read (SoupMessage *message, gpointer user_data)
{
  UpscaleStallTimeout *timeout = user_data;

  timeout->is_answering = TRUE;
}

/**
 * upscale_stall_timeout_note_sent:
 * @timeout: a stall timeout
 *
 * Notes that libsoup has called back, with or without an answer to read.
 */
void
upscale_stall_timeout_note_sent (UpscaleStallTimeout *timeout)
{
  g_return_if_fail (timeout != NULL);

  timeout->is_answering = FALSE;
  if (timeout->is_due)
    g_cancellable_cancel (timeout->cancellable);
}

static void
on_body_written (SoupMessage *message, guint n_bytes, gpointer user_data)
{
  upscale_stall_timeout_note_moved (user_data, n_bytes);
}

/**
 * upscale_stall_timeout_follow:
 * @timeout: a stall timeout
 * @message: a message that is about to be sent
 *
 * Watches @message instead of an earlier one.
 */
void
upscale_stall_timeout_follow (UpscaleStallTimeout *timeout, SoupMessage *message)
{
  g_return_if_fail (timeout != NULL);
  g_return_if_fail (SOUP_IS_MESSAGE (message));

  leave_message (timeout);
  timeout->message = g_object_ref (message);
  g_signal_connect (message, "starting", G_CALLBACK (on_connected), timeout);
  g_signal_connect (message, "wrote-body-data", G_CALLBACK (on_body_written), timeout);
  g_signal_connect (message, "got-headers", G_CALLBACK (on_headers_read), timeout);
  arm (timeout);
}

/**
 * upscale_stall_timeout_dup_error:
 * @timeout: a stall timeout
 * @host: host that the request was sent to
 *
 * Returns: (transfer full) (nullable): %UPSCALE_ERROR_UNREACHABLE or
 * %UPSCALE_ERROR_TRANSPORT if the timeout has ended the request
 */
GError *
upscale_stall_timeout_dup_error (const UpscaleStallTimeout *timeout, const char *host)
{
  g_return_val_if_fail (timeout != NULL, NULL);
  g_return_val_if_fail (host != NULL, NULL);

  if (!timeout->is_silent)
    return NULL;
  if (!timeout->is_connected)
    return g_error_new (
        UPSCALE_ERROR, UPSCALE_ERROR_UNREACHABLE,
        _ ("%s: it does not take the connection; is the endpoint running?"), host);
  return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_TRANSPORT,
                      _ ("%s: nothing came from it for %d s"), host,
                      (int) (timeout->silence_us / G_USEC_PER_SEC));
}
