/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fakes.h"

#include "upscale-error.h"

typedef struct
{
  guint           id;
  gint64          due_us;
  GSourceOnceFunc on_due;
  gpointer        user_data;
} Timer;

struct _FakeClock
{
  UpscaleClock parent_instance;

  gint64  now_us;
  guint   last_id;
  GArray *timers;
};

G_DEFINE_FINAL_TYPE (FakeClock, fake_clock, UPSCALE_TYPE_CLOCK)

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
  Timer timer = { ++self->last_id, self->now_us + MAX (wait_us, 0), on_due, user_data };

  g_array_append_val (self->timers, timer);
  return timer.id;
}

static void
fake_clock_remove_timer (UpscaleClock *clock, guint timer)
{
  FakeClock *self = FAKE_CLOCK (clock);

  for (guint i = 0; i < self->timers->len; i++)
    if (g_array_index (self->timers, Timer, i).id == timer)
      {
        g_array_remove_index (self->timers, i);
        return;
      }
  g_assert_not_reached ();
}

static void
fake_clock_finalize (GObject *object)
{
  g_array_unref (FAKE_CLOCK (object)->timers);
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
  self->timers = g_array_new (FALSE, FALSE, sizeof (Timer));
}

FakeClock *
fake_clock_new (void)
{
  return g_object_new (FAKE_TYPE_CLOCK, NULL);
}

/* Moves the time to the next timer and lets it ring. Returns FALSE when there is none. */
gboolean
fake_clock_jump (FakeClock *clock)
{
  guint first = 0;
  Timer timer;

  if (clock->timers->len == 0)
    return FALSE;
  for (guint i = 1; i < clock->timers->len; i++)
    if (g_array_index (clock->timers, Timer, i).due_us <
        g_array_index (clock->timers, Timer, first).due_us)
      first = i;
  timer = g_array_index (clock->timers, Timer, first);
  g_array_remove_index (clock->timers, first);
  clock->now_us = MAX (clock->now_us, timer.due_us);
  timer.on_due (timer.user_data);
  return TRUE;
}

static void fake_backend_iface_init (UpscaleBackendInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeBackend,
                               fake_backend,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UPSCALE_TYPE_BACKEND,
                                                      fake_backend_iface_init))

typedef struct
{
  FakeBackend          *backend;
  UpscaleBatch         *batch;
  UpscaleTileAnswerFunc on_answer;
  gpointer              answer_data;
  guint                 timer;
  gulong                cancelled_handler;
} Work;

static void
work_free (Work *work)
{
  upscale_batch_unref (work->batch);
  g_free (work);
}

static void
fake_backend_probe_async (UpscaleBackend     *backend,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  FakeBackend *self = FAKE_BACKEND (backend);
  g_autoptr (GTask) task = g_task_new (backend, cancellable, callback, user_data);
  UpscaleCapabilities *capabilities = upscale_capabilities_new ("fake");

  capabilities->concurrency = self->concurrency;
  capabilities->max_tiles = self->max_tiles;
  g_task_return_pointer (task, capabilities, (GDestroyNotify) upscale_capabilities_unref);
}

static UpscaleCapabilities *
fake_backend_probe_finish (UpscaleBackend *backend, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
carries (const Work *work, guint tile)
{
  for (guint i = 0; i < work->batch->tiles->len; i++)
    if (((UpscaleTileMessage *) work->batch->tiles->pdata[i])->tile.index == tile)
      return TRUE;
  return FALSE;
}

static void
answer (Work *work, guint n)
{
  g_autoptr (GBytes) image = g_bytes_new_static ("x", 1);

  for (guint i = 0; i < n; i++)
    {
      UpscaleTileMessage *message = work->batch->tiles->pdata[i];
      UpscaleTileAnswer   tile = { message->tile.index, image, NULL, 1.0 };

      if (message->tile.index == work->backend->forgotten)
        work->backend->forgotten = FAKE_NONE;
      else
        work->on_answer (&tile, work->answer_data);
    }
}

static void
on_work_done (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Work        *work = g_task_get_task_data (task);
  FakeBackend *self = work->backend;

  work->timer = 0;
  g_cancellable_disconnect (g_task_get_cancellable (task), work->cancelled_handler);
  if (self->n_failures_left > 0 || carries (work, self->poison))
    {
      GError *error = g_error_new (UPSCALE_ERROR, self->failure, "made to fail");

      self->n_failures_left--;
      upscale_error_set_retry_after (error, self->retry_after_us);
      answer (work, MIN (self->answers_before_failure, work->batch->tiles->len));
      g_task_return_error (task, error);
      return;
    }
  answer (work, work->batch->tiles->len);
  g_task_return_boolean (task, TRUE);
}

static void
on_work_cancelled (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  Work  *work = g_task_get_task_data (task);

  work->backend->n_cancelled++;
  if (work->timer)
    upscale_clock_remove_timer (UPSCALE_CLOCK (work->backend->clock), work->timer);
  work->timer = 0;
  g_task_return_error_if_cancelled (task);
  g_object_unref (task);
}

static void
fake_backend_process_async (UpscaleBackend       *backend,
                            UpscaleBatch         *batch,
                            UpscaleTileAnswerFunc on_answer,
                            gpointer              answer_data,
                            GCancellable         *cancellable,
                            GAsyncReadyCallback   callback,
                            gpointer              user_data)
{
  FakeBackend *self = FAKE_BACKEND (backend);
  GTask       *task = g_task_new (backend, cancellable, callback, user_data);
  Work        *work = g_new0 (Work, 1);
  gint64 wait_us = (gint64) (self->seconds_per_tile * batch->tiles->len * G_USEC_PER_SEC);

  *work = (Work) { .backend = self,
                   .batch = upscale_batch_ref (batch),
                   .on_answer = on_answer,
                   .answer_data = answer_data };
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  g_array_append_val (self->batch_sizes, batch->tiles->len);
  for (guint i = 0; i < batch->tiles->len; i++)
    g_array_append_val (self->tiles,
                        ((UpscaleTileMessage *) batch->tiles->pdata[i])->tile.index);
  work->cancelled_handler =
      g_cancellable_connect (cancellable, G_CALLBACK (on_work_cancelled), task, NULL);
  if (!self->hangs)
    work->timer = upscale_clock_add_timer (UPSCALE_CLOCK (self->clock), wait_us,
                                           on_work_done, task);
}

static gboolean
fake_backend_process_finish (UpscaleBackend *backend,
                             GAsyncResult   *result,
                             GError        **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_backend_iface_init (UpscaleBackendInterface *iface)
{
  iface->probe_async = fake_backend_probe_async;
  iface->probe_finish = fake_backend_probe_finish;
  iface->process_async = fake_backend_process_async;
  iface->process_finish = fake_backend_process_finish;
}

static void
fake_backend_finalize (GObject *object)
{
  FakeBackend *self = FAKE_BACKEND (object);

  g_array_unref (self->batch_sizes);
  g_array_unref (self->tiles);
  g_object_unref (self->clock);
  G_OBJECT_CLASS (fake_backend_parent_class)->finalize (object);
}

static void
fake_backend_class_init (FakeBackendClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_backend_finalize;
}

static void
fake_backend_init (FakeBackend *self)
{
  self->batch_sizes = g_array_new (FALSE, FALSE, sizeof (guint));
  self->tiles = g_array_new (FALSE, FALSE, sizeof (guint));
  self->seconds_per_tile = 57.0;
  self->concurrency = 1;
  self->max_tiles = 64;
  self->failure = UPSCALE_ERROR_SERVER;
  self->poison = FAKE_NONE;
  self->forgotten = FAKE_NONE;
}

FakeBackend *
fake_backend_new (FakeClock *clock)
{
  FakeBackend *self = g_object_new (FAKE_TYPE_BACKEND, NULL);

  self->clock = g_object_ref (clock);
  return self;
}

static void fake_exchange_iface_init (UpscaleTileExchangeInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeExchange,
                               fake_exchange,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UPSCALE_TYPE_TILE_EXCHANGE,
                                                      fake_exchange_iface_init))

static void
fake_exchange_prepare_async (UpscaleTileExchange *exchange,
                             guint                tile_index,
                             UpscaleCapabilities *capabilities,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (exchange, cancellable, callback, user_data);

  g_task_set_task_data (task, GUINT_TO_POINTER (tile_index), NULL);
  g_task_return_boolean (task, TRUE);
}

static gboolean
fake_exchange_prepare_finish (UpscaleTileExchange *exchange,
                              GAsyncResult        *result,
                              UpscalePrepared     *prepared,
                              UpscaleTileMessage **message,
                              GError             **error)
{
  UpscaleTile tile = { .index =
                           GPOINTER_TO_UINT (g_task_get_task_data (G_TASK (result))) };

  *prepared = UPSCALE_PREPARED_STORED;
  if (tile.index < FAKE_EXCHANGE (exchange)->n_stored)
    return TRUE;
  *prepared = UPSCALE_PREPARED_SEND;
  *message = upscale_tile_message_new (&tile);
  return TRUE;
}

static void
fake_exchange_accept_async (UpscaleTileExchange *exchange,
                            UpscaleTileMessage  *message,
                            GBytes              *image,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  FakeExchange *self = FAKE_EXCHANGE (exchange);
  g_autoptr (GTask) task = g_task_new (exchange, cancellable, callback, user_data);

  if (message->tile.index == self->bad_picture)
    {
      self->bad_picture = FAKE_NONE;
      g_task_return_new_error (task, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE, "black");
      return;
    }
  self->n_accepted++;
  g_task_return_boolean (task, TRUE);
}

static void
fake_exchange_give_up_async (UpscaleTileExchange *exchange,
                             guint                tile_index,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (exchange, NULL, callback, user_data);

  FAKE_EXCHANGE (exchange)->n_given_up++;
  g_task_return_boolean (task, TRUE);
}

static gboolean
fake_exchange_propagate (UpscaleTileExchange *exchange,
                         GAsyncResult        *result,
                         GError             **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_exchange_iface_init (UpscaleTileExchangeInterface *iface)
{
  iface->prepare_async = fake_exchange_prepare_async;
  iface->prepare_finish = fake_exchange_prepare_finish;
  iface->accept_async = fake_exchange_accept_async;
  iface->accept_finish = fake_exchange_propagate;
  iface->give_up_async = fake_exchange_give_up_async;
  iface->give_up_finish = fake_exchange_propagate;
}

static void
fake_exchange_class_init (FakeExchangeClass *klass)
{
}

static void
fake_exchange_init (FakeExchange *self)
{
  self->bad_picture = FAKE_NONE;
}

FakeExchange *
fake_exchange_new (void)
{
  return g_object_new (FAKE_TYPE_EXCHANGE, NULL);
}
