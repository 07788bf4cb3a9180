/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-stall-timeout.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"

/* Less than this in a span of silence is a line on which nothing would ever end. */
#define LEAST_BYTES (64 << 10)
/* A host that does not even take the connection is not there. */
#define CONNECT_WAIT_US (30 * G_USEC_PER_SEC)

/**
 * UpscaleStallTimeout:
 *
 * Watches one request and ends it when nothing moves for too long: a server that stalls
 * or trickles, a line that is gone. It has a cancellable of its own, which the caller's
 * sets off too.
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
  gboolean      is_answering; /* headers are there, and nobody was told yet */
  gboolean      is_due;       /* to be ended as soon as that has happened */
};

/* libsoup 3.6 ends a message twice when it is cancelled between reading the headers and
 * telling of it, which takes its session apart. So that is waited for: it is next in the
 * main loop. */
static void
end_request (UpscaleStallTimeout *watch)
{
  if (watch->is_answering)
    watch->is_due = TRUE;
  else
    g_cancellable_cancel (watch->cancellable);
}

static void
on_callers_cancelled (GCancellable *cancellable, gpointer user_data)
{
  end_request (user_data);
}

/**
 * upscale_stall_timeout_new:
 * @clock: the time
 * @silence_us: how long nothing may move
 * @callers: (nullable): also ends the request
 *
 * Returns: (transfer full): a watch that does not follow a message yet
 */
UpscaleStallTimeout *
upscale_stall_timeout_new (UpscaleClock *clock, gint64 silence_us, GCancellable *callers)
{
  UpscaleStallTimeout *watch = g_new0 (UpscaleStallTimeout, 1);

  watch->clock = g_object_ref (clock);
  watch->silence_us = silence_us;
  watch->cancellable = g_cancellable_new ();
  if (!callers)
    return watch;
  watch->callers = g_object_ref (callers);
  watch->cancelled_handler =
      g_cancellable_connect (callers, G_CALLBACK (on_callers_cancelled), watch, NULL);
  return watch;
}

static void
disarm (UpscaleStallTimeout *watch)
{
  if (watch->timer)
    upscale_clock_remove_timer (watch->clock, watch->timer);
  watch->timer = 0;
}

static void
leave_message (UpscaleStallTimeout *watch)
{
  if (watch->message)
    g_signal_handlers_disconnect_by_data (watch->message, watch);
  g_clear_object (&watch->message);
}

/**
 * upscale_stall_timeout_stop:
 * @watch: a watch whose request has ended; not from within a cancellation
 */
void
upscale_stall_timeout_stop (UpscaleStallTimeout *watch)
{
  disarm (watch);
  leave_message (watch);
  if (watch->callers)
    g_cancellable_disconnect (watch->callers, watch->cancelled_handler);
  g_clear_object (&watch->callers);
}

/**
 * upscale_stall_timeout_free:
 * @watch: (transfer full): a watch
 */
void
upscale_stall_timeout_free (UpscaleStallTimeout *watch)
{
  upscale_stall_timeout_stop (watch);
  g_object_unref (watch->cancellable);
  g_object_unref (watch->clock);
  g_free (watch);
}

/**
 * upscale_stall_timeout_get_cancellable:
 * @watch: a watch
 *
 * Returns: (transfer none): what ends the request
 */
GCancellable *
upscale_stall_timeout_get_cancellable (UpscaleStallTimeout *watch)
{
  return watch->cancellable;
}

static void
on_silence (gpointer user_data)
{
  UpscaleStallTimeout *watch = user_data;

  watch->timer = 0;
  watch->is_silent = TRUE;
  end_request (watch);
}

static void
arm (UpscaleStallTimeout *watch)
{
  gint64 wait_us =
      watch->is_connected ? watch->silence_us : MIN (watch->silence_us, CONNECT_WAIT_US);

  disarm (watch);
  watch->n_moved = 0;
  watch->timer = upscale_clock_add_timer (watch->clock, wait_us, on_silence, watch);
}

/**
 * upscale_stall_timeout_rest:
 * @watch: a watch
 *
 * Nothing is expected before the next upscale_stall_timeout_follow().
 */
void
upscale_stall_timeout_rest (UpscaleStallTimeout *watch)
{
  disarm (watch);
  leave_message (watch);
}

/**
 * upscale_stall_timeout_note_moved:
 * @watch: a watch
 * @n_bytes: so many have come or gone
 */
void
upscale_stall_timeout_note_moved (UpscaleStallTimeout *watch, gsize n_bytes)
{
  watch->n_moved += n_bytes;
  if (watch->n_moved >= LEAST_BYTES)
    arm (watch);
}

static void
on_connected (SoupMessage *message, gpointer user_data)
{
  UpscaleStallTimeout *watch = user_data;

  watch->is_connected = TRUE;
  watch->is_answering = FALSE;
  arm (watch);
}

static void
on_headers_read (SoupMessage *message, gpointer user_data)
{
  UpscaleStallTimeout *watch = user_data;

  watch->is_answering = TRUE;
}

/**
 * upscale_stall_timeout_note_sent:
 * @watch: a watch
 *
 * Sending has come to its end, well or not; what follows is reading the answer.
 */
void
upscale_stall_timeout_note_sent (UpscaleStallTimeout *watch)
{
  watch->is_answering = FALSE;
  if (watch->is_due)
    g_cancellable_cancel (watch->cancellable);
}

static void
on_body_written (SoupMessage *message, guint n_bytes, gpointer user_data)
{
  upscale_stall_timeout_note_moved (user_data, n_bytes);
}

/**
 * upscale_stall_timeout_follow:
 * @watch: a watch
 * @message: what is about to be sent, in place of an earlier message
 */
void
upscale_stall_timeout_follow (UpscaleStallTimeout *watch, SoupMessage *message)
{
  leave_message (watch);
  watch->message = g_object_ref (message);
  g_signal_connect (message, "starting", G_CALLBACK (on_connected), watch);
  g_signal_connect (message, "wrote-body-data", G_CALLBACK (on_body_written), watch);
  g_signal_connect (message, "got-headers", G_CALLBACK (on_headers_read), watch);
  arm (watch);
}

/**
 * upscale_stall_timeout_dup_error:
 * @watch: a watch
 * @host: whom the request was sent to
 *
 * Returns: (transfer full) (nullable): %UPSCALE_ERROR_UNREACHABLE or
 * %UPSCALE_ERROR_TRANSPORT when the watch has ended the request
 */
GError *
upscale_stall_timeout_dup_error (const UpscaleStallTimeout *watch, const char *host)
{
  if (!watch->is_silent)
    return NULL;
  if (!watch->is_connected)
    return g_error_new (
        UPSCALE_ERROR, UPSCALE_ERROR_UNREACHABLE,
        _ ("%s: it does not take the connection; is the endpoint running?"), host);
  return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_TRANSPORT,
                      _ ("%s: nothing came from it for %d s"), host,
                      (int) (watch->silence_us / G_USEC_PER_SEC));
}
