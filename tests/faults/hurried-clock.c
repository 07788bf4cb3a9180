/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hurried-clock.h"

#define US_PER_MS 1000

/* A clock that runs faster than real time, so that a timeout of minutes takes seconds,
 * and that can leap, as a clock does while the machine sleeps. A leap makes the timers
 * within it due at once. */
struct _HurriedClock
{
  UpscaleClock parent_instance;

  double      speed;
  gint64      leapt_us;
  guint       last_timer;
  GHashTable *timers; /* number -> Timer */
};

typedef struct
{
  HurriedClock   *clock;
  guint           number;
  guint           source;
  gint64          due_us;
  GSourceOnceFunc on_due;
  gpointer        user_data;
} Timer;

G_DEFINE_FINAL_TYPE (HurriedClock, hurried_clock, UPSCALE_TYPE_CLOCK)

static void
timer_free (gpointer data)
{
  Timer *timer = data;

  g_clear_handle_id (&timer->source, g_source_remove);
  g_free (timer);
}

static gint64
hurried_clock_get_now (UpscaleClock *clock)
{
  HurriedClock *self = HURRIED_CLOCK (clock);

  return (gint64) ((double) g_get_monotonic_time () * self->speed) + self->leapt_us;
}

static void
on_timer_due (gpointer user_data)
{
  Timer          *timer = user_data;
  GSourceOnceFunc on_due = timer->on_due;
  gpointer        data = timer->user_data;

  timer->source = 0;
  g_hash_table_remove (timer->clock->timers, GUINT_TO_POINTER (timer->number));
  on_due (data);
}

static void
arm (Timer *timer)
{
  gint64 wait_us = timer->due_us - hurried_clock_get_now (UPSCALE_CLOCK (timer->clock));
  double wait_ms = (double) MAX (wait_us, 0) / timer->clock->speed / US_PER_MS;

  g_clear_handle_id (&timer->source, g_source_remove);
  timer->source = g_timeout_add_once ((guint) MIN (wait_ms + 1.0, (double) G_MAXINT),
                                      on_timer_due, timer);
}

static guint
hurried_clock_add_timer (UpscaleClock   *clock,
                         gint64          wait_us,
                         GSourceOnceFunc on_due,
                         gpointer        user_data)
{
  HurriedClock *self = HURRIED_CLOCK (clock);
  Timer        *timer = g_new0 (Timer, 1);

  *timer = (Timer) { .clock = self,
                     .number = ++self->last_timer,
                     .due_us = hurried_clock_get_now (clock) + wait_us,
                     .on_due = on_due,
                     .user_data = user_data };
  g_hash_table_insert (self->timers, GUINT_TO_POINTER (timer->number), timer);
  arm (timer);
  return timer->number;
}

static void
hurried_clock_remove_timer (UpscaleClock *clock, guint number)
{
  g_hash_table_remove (HURRIED_CLOCK (clock)->timers, GUINT_TO_POINTER (number));
}

static void
hurried_clock_finalize (GObject *object)
{
  g_hash_table_unref (HURRIED_CLOCK (object)->timers);
  G_OBJECT_CLASS (hurried_clock_parent_class)->finalize (object);
}

static void
hurried_clock_class_init (HurriedClockClass *klass)
{
  UpscaleClockClass *clock_class = UPSCALE_CLOCK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = hurried_clock_finalize;
  clock_class->get_now = hurried_clock_get_now;
  clock_class->add_timer = hurried_clock_add_timer;
  clock_class->remove_timer = hurried_clock_remove_timer;
}

static void
hurried_clock_init (HurriedClock *self)
{
  self->timers = g_hash_table_new_full (NULL, NULL, NULL, timer_free);
}

HurriedClock *
hurried_clock_new (double speed)
{
  HurriedClock *self = g_object_new (HURRIED_TYPE_CLOCK, NULL);

  self->speed = speed;
  return self;
}

void
hurried_clock_leap (HurriedClock *clock, double seconds)
{
  GHashTableIter iter;
  gpointer       timer;

  clock->leapt_us += (gint64) (seconds * G_USEC_PER_SEC);
  g_hash_table_iter_init (&iter, clock->timers);
  while (g_hash_table_iter_next (&iter, NULL, &timer))
    arm (timer);
}
