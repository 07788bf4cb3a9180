/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-clock.h"

#define US_PER_MS 1000

G_DEFINE_TYPE (UpscaleClock, upscale_clock, G_TYPE_OBJECT)

static gint64
upscale_clock_real_get_now (UpscaleClock *clock)
{
  return g_get_monotonic_time ();
}

static guint
upscale_clock_real_add_timer (UpscaleClock   *clock,
                              gint64          wait_us,
                              GSourceOnceFunc on_due,
                              gpointer        user_data)
{
  gint64 wait_ms = (MAX (wait_us, 0) + US_PER_MS - 1) / US_PER_MS;

  return g_timeout_add_once ((guint) MIN (wait_ms, G_MAXINT), on_due, user_data);
}

static void
upscale_clock_real_remove_timer (UpscaleClock *clock, guint timer)
{
  g_source_remove (timer);
}

static void
upscale_clock_class_init (UpscaleClockClass *klass)
{
  klass->get_now = upscale_clock_real_get_now;
  klass->add_timer = upscale_clock_real_add_timer;
  klass->remove_timer = upscale_clock_real_remove_timer;
}

static void
upscale_clock_init (UpscaleClock *self)
{
}

/**
 * upscale_clock_new:
 *
 * Returns: (transfer full): the real clock, which does not jump when the date is set
 */
UpscaleClock *
upscale_clock_new (void)
{
  return g_object_new (UPSCALE_TYPE_CLOCK, NULL);
}

/**
 * upscale_clock_get_now:
 * @clock: a clock
 *
 * Returns: the time since a fixed moment, us
 */
gint64
upscale_clock_get_now (UpscaleClock *clock)
{
  g_return_val_if_fail (UPSCALE_IS_CLOCK (clock), 0);

  return UPSCALE_CLOCK_GET_CLASS (clock)->get_now (clock);
}

/**
 * upscale_clock_add_timer:
 * @clock: a clock
 * @wait_us: the time from now, us
 * @on_due: called once, on the main thread
 * @user_data: for @on_due
 *
 * Returns: the timer, never 0. A timer that was due is removed already
 */
guint
upscale_clock_add_timer (UpscaleClock   *clock,
                         gint64          wait_us,
                         GSourceOnceFunc on_due,
                         gpointer        user_data)
{
  g_return_val_if_fail (UPSCALE_IS_CLOCK (clock), 0);
  g_return_val_if_fail (on_due != NULL, 0);

  return UPSCALE_CLOCK_GET_CLASS (clock)->add_timer (clock, wait_us, on_due, user_data);
}

/**
 * upscale_clock_remove_timer:
 * @clock: a clock
 * @timer: a timer that was not due yet
 *
 * Removes a timer.
 */
void
upscale_clock_remove_timer (UpscaleClock *clock, guint timer)
{
  g_return_if_fail (UPSCALE_IS_CLOCK (clock));
  g_return_if_fail (timer != 0);

  UPSCALE_CLOCK_GET_CLASS (clock)->remove_timer (clock, timer);
}
