/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-clock.h"

typedef struct
{
  gint64          due_us;
  guint           id;
  GSourceOnceFunc on_due;
  gpointer        user_data;
} Timer;

/** A clock that stands still until fake_clock_jump(). */
struct _FakeClock
{
  UpscaleClock parent_instance;

  gint64      now_us;
  guint       last_id;
  GTree      *timers; /* by time, then by age */
  GHashTable *by_id;
};

G_DEFINE_FINAL_TYPE (FakeClock, fake_clock, UPSCALE_TYPE_CLOCK)

static int
compare_timers (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Timer *first = a;
  const Timer *second = b;

  if (first->due_us != second->due_us)
    return first->due_us < second->due_us ? -1 : 1;
  return (first->id > second->id) - (first->id < second->id);
}

static gint64
fake_clock_get_now (UpscaleClock *clock)
{
  return FAKE_CLOCK (clock)->now_us;
}

static guint
fake_clock_add_timer (UpscaleClock   *clock,
                      gint64          wait_us,
                      GSourceOnceFunc on_due,
                      gpointer        user_data)
{
  FakeClock *self = FAKE_CLOCK (clock);
  Timer     *timer = g_new (Timer, 1);

  *timer =
      (Timer) { self->now_us + MAX (wait_us, 0), ++self->last_id, on_due, user_data };
  g_tree_insert (self->timers, timer, NULL);
  g_hash_table_insert (self->by_id, GUINT_TO_POINTER (timer->id), timer);
  return timer->id;
}

static void
fake_clock_remove_timer (UpscaleClock *clock, guint id)
{
  FakeClock *self = FAKE_CLOCK (clock);
  Timer     *timer = g_hash_table_lookup (self->by_id, GUINT_TO_POINTER (id));

  g_assert_nonnull (timer);
  g_hash_table_remove (self->by_id, GUINT_TO_POINTER (id));
  g_tree_remove (self->timers, timer);
}

static void
fake_clock_finalize (GObject *object)
{
  g_hash_table_unref (FAKE_CLOCK (object)->by_id);
  g_tree_unref (FAKE_CLOCK (object)->timers);
  G_OBJECT_CLASS (fake_clock_parent_class)->finalize (object);
}

static void
fake_clock_class_init (FakeClockClass *klass)
{
  UPSCALE_CLOCK_CLASS (klass)->get_now = fake_clock_get_now;
  UPSCALE_CLOCK_CLASS (klass)->add_timer = fake_clock_add_timer;
  UPSCALE_CLOCK_CLASS (klass)->remove_timer = fake_clock_remove_timer;
  G_OBJECT_CLASS (klass)->finalize = fake_clock_finalize;
}

static void
fake_clock_init (FakeClock *self)
{
  self->timers = g_tree_new_full (compare_timers, NULL, g_free, NULL);
  self->by_id = g_hash_table_new (NULL, NULL);
}

FakeClock *
fake_clock_new (void)
{
  return g_object_new (FAKE_TYPE_CLOCK, NULL);
}

/* Moves the time to the next timer and calls it. Returns FALSE if there is no timer. */
gboolean
fake_clock_jump (FakeClock *clock)
{
  GTreeNode *node = g_tree_node_first (clock->timers);
  Timer      timer;

  if (!node)
    return FALSE;
  timer = *(Timer *) g_tree_node_key (node);
  fake_clock_remove_timer (UPSCALE_CLOCK (clock), timer.id);
  clock->now_us = MAX (clock->now_us, timer.due_us);
  timer.on_due (timer.user_data);
  return TRUE;
}
