/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-pause.h"

/* The timer holds a reference, and so does a cancellation that is under way. */
typedef struct
{
  UpscaleClock   *clock;
  GCancellable   *cancellable;
  GSourceOnceFunc on_over;
  gpointer        user_data;
  guint           timer;
  gulong          cancelled_handler;
} Pause;

static void
free_members (gpointer data)
{
  Pause *pause = data;

  g_clear_object (&pause->cancellable);
  g_object_unref (pause->clock);
}

static void
release (gpointer pause)
{
  g_rc_box_release_full (pause, free_members);
}

static void
on_due (gpointer user_data)
{
  Pause          *pause = user_data;
  GSourceOnceFunc on_over = pause->on_over;
  gpointer        data = pause->user_data;

  pause->timer = 0;
  g_cancellable_disconnect (pause->cancellable, pause->cancelled_handler);
  release (pause);
  on_over (data);
}

static gboolean
on_cut_short (gpointer user_data)
{
  Pause *pause = user_data;

  if (pause->timer)
    {
      upscale_clock_remove_timer (pause->clock, pause->timer);
      on_due (pause);
    }
  return G_SOURCE_REMOVE;
}

/* Ends the pause from the main loop: g_cancellable_disconnect() blocks for ever inside a
 * handler. */
static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_idle_add_full (G_PRIORITY_HIGH, on_cut_short, g_rc_box_acquire (user_data), release);
}

/**
 * upscale_pause:
 * @clock: measures the time
 * @wait_us: the duration
 * @cancellable: (nullable): ends the pause early
 * @on_over: called once on the main thread, after upscale_pause() has returned
 * @user_data: for @on_over
 *
 * Calls @on_over after a pause, or earlier when @cancellable is cancelled: @on_over
 * checks the cancellable itself.
 */
void
upscale_pause (UpscaleClock   *clock,
               gint64          wait_us,
               GCancellable   *cancellable,
               GSourceOnceFunc on_over,
               gpointer        user_data)
{
  Pause *pause;

  g_return_if_fail (UPSCALE_IS_CLOCK (clock));
  g_return_if_fail (on_over);

  pause = g_rc_box_new0 (Pause);
  pause->clock = g_object_ref (clock);
  pause->on_over = on_over;
  pause->user_data = user_data;
  pause->timer = upscale_clock_add_timer (clock, wait_us, on_due, pause);
  if (!cancellable)
    return;
  pause->cancellable = g_object_ref (cancellable);
  pause->cancelled_handler =
      g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), pause, NULL);
}
