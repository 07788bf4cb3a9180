/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-backend.h"

#include "upscale-error.h"

static void fake_backend_iface_init (UpscaleBackendInterface *iface);
static void begin_waiting (FakeBackend *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeBackend,
                               fake_backend,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UPSCALE_TYPE_BACKEND,
                                                      fake_backend_iface_init))

/* One batch that the endpoint has. */
typedef struct
{
  FakeBackend             *backend;
  UpscaleBatch            *batch;
  const UpscaleBatchFuncs *funcs;
  gpointer                 funcs_data;
  guint                    n_done;
  guint                    fails_after; /* tiles; FAKE_NONE for never */
  double                   fails_at;    /* share of the tile's time until the failure */
  gboolean                 is_working;
  guint                    timer;
  gulong                   cancelled_handler;
} Work;

static void paint_next (GTask *task);

static void
work_free (Work *work)
{
  upscale_batch_unref (work->batch);
  g_free (work);
}

static gboolean
is_dead (FakeBackend *self)
{
  gint64 now_us = upscale_clock_get_now (UPSCALE_CLOCK (self->clock));

  return now_us >= self->dies_us && now_us < self->lives_us;
}

static void
on_probe_due (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  FakeBackend         *self = g_task_get_source_object (task);
  UpscaleCapabilities *capabilities;

  if (is_dead (self))
    {
      g_task_return_new_error (task, UPSCALE_ERROR, UPSCALE_ERROR_UNREACHABLE, "gone");
      return;
    }
  if (self->n_unready_left > 0)
    {
      self->n_unready_left--;
      g_task_return_new_error (task, UPSCALE_ERROR, UPSCALE_ERROR_BUSY, "starting");
      return;
    }
  capabilities = upscale_capabilities_new ("fake");
  capabilities->concurrency = self->concurrency;
  capabilities->n_queued = self->n_queued;
  capabilities->keeps_batches = TRUE;
  capabilities->max_tiles = self->max_tiles;
  capabilities->gives_captions = self->gives_captions;
  g_task_return_pointer (task, capabilities, (GDestroyNotify) upscale_capabilities_unref);
}

static void
fake_backend_probe_async (UpscaleBackend     *backend,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  FakeBackend *self = FAKE_BACKEND (backend);
  GTask       *task = g_task_new (backend, cancellable, callback, user_data);

  self->n_probes++;
  if (self->probe_s > 0.0)
    upscale_clock_add_timer (UPSCALE_CLOCK (self->clock),
                             (gint64) (self->probe_s * G_USEC_PER_SEC), on_probe_due,
                             task);
  else
    on_probe_due (task);
}

static UpscaleCapabilities *
fake_backend_probe_finish (UpscaleBackend *backend, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Takes the task off the machine. The caller returns the task's result. */
static void
leave (GTask *task)
{
  Work        *work = g_task_get_task_data (task);
  FakeBackend *self = work->backend;

  if (work->timer)
    upscale_clock_remove_timer (UPSCALE_CLOCK (self->clock), work->timer);
  work->timer = 0;
  if (work->is_working)
    g_hash_table_remove (self->working, task);
  else
    g_queue_remove (&self->waiting, task);
  begin_waiting (self);
}

static void
fail (GTask *task, int code, const char *reason)
{
  Work   *work = g_task_get_task_data (task);
  GError *error = g_error_new_literal (UPSCALE_ERROR, code, reason);

  upscale_error_set_retry_after (error, work->backend->retry_after_us);
  g_cancellable_disconnect (g_task_get_cancellable (task), work->cancelled_handler);
  leave (task);
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
succeed (GTask *task)
{
  Work *work = g_task_get_task_data (task);

  g_cancellable_disconnect (g_task_get_cancellable (task), work->cancelled_handler);
  leave (task);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
answer (Work *work, const UpscaleTileMessage *message)
{
  g_autoptr (GBytes) image = g_bytes_new_static ("x", 1);
  UpscaleTileAnswer tile = { .tile_index = message->tile.index, .image = image };

  if (message->tile.index == work->backend->forgotten)
    {
      work->backend->forgotten = FAKE_NONE;
      return;
    }
  work->backend->n_painted++;
  work->funcs->on_answer (&tile, work->funcs_data);
}

static void
on_work_due (gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);
  Work                     *work = g_task_get_task_data (task);
  const UpscaleTileMessage *message = work->batch->tiles->pdata[work->n_done];

  work->timer = 0;
  if (is_dead (work->backend))
    fail (task, UPSCALE_ERROR_UNREACHABLE, "gone");
  else if (work->n_done == work->fails_after ||
           message->tile.index == work->backend->poison)
    fail (task, work->backend->failure, "made to fail");
  else
    {
      work->batch->n_results = ++work->n_done;
      answer (work, message);
      if (g_task_get_completed (task) || !work->is_working)
        return;
      if (work->n_done == work->batch->tiles->len)
        succeed (task);
      else
        paint_next (task);
    }
}

/* A tile's luck depends only on the tile and on the times that it was begun at any
 * endpoint, so that two ways of handing out tiles meet the same luck. */
gboolean
fake_backend_is_straggler (guint seed, guint tile_index, guint n_begun, double share)
{
  guint64 state = (((guint64) seed << 40) ^ ((guint64) n_begun << 32) ^ tile_index) *
                  G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);

  state = (state ^ (state >> 31)) * G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9);
  return (double) ((state ^ (state >> 29)) >> 11) / (double) (1LL << 53) < share;
}

static double
choose_seconds (FakeBackend *self, const UpscaleTileMessage *message)
{
  gboolean is_slow = message->tile.index == self->slow;

  if (is_slow)
    self->slow = FAKE_NONE;
  else if (self->straggler_share > 0.0)
    is_slow = fake_backend_is_straggler (self->seed, message->tile.index,
                                         self->n_begun[message->tile.index]++,
                                         self->straggler_share);
  return self->seconds_per_tile * (is_slow ? self->slow_factor : 1.0);
}

static void
wait_for (GTask *task, double seconds)
{
  Work *work = g_task_get_task_data (task);

  if (!work->backend->hangs)
    work->timer =
        upscale_clock_add_timer (UPSCALE_CLOCK (work->backend->clock),
                                 (gint64) (seconds * G_USEC_PER_SEC), on_work_due, task);
}

static void
paint_next (GTask *task)
{
  Work  *work = g_task_get_task_data (task);
  double seconds =
      choose_seconds (work->backend, work->batch->tiles->pdata[work->n_done]);

  if (work->n_done == work->fails_after)
    seconds *= work->fails_at;
  wait_for (task, seconds);
}

static void
on_warm (gpointer user_data)
{
  GTask *task = user_data;
  Work  *work = g_task_get_task_data (task);

  work->timer = 0;
  work->funcs->on_phase (UPSCALE_PHASE_AT_WORK, work->funcs_data);
  paint_next (task);
}

static void
begin (GTask *task)
{
  Work        *work = g_task_get_task_data (task);
  FakeBackend *self = work->backend;
  gboolean     is_cold;

  work->is_working = TRUE;
  work->batch->is_submitted = TRUE;
  g_hash_table_add (self->working, task);
  is_cold = (int) g_hash_table_size (self->working) > self->n_warm;
  self->n_warm += is_cold ? 1 : 0;
  if (is_cold && self->cold_start_s > 0.0)
    work->timer = upscale_clock_add_timer (UPSCALE_CLOCK (self->clock),
                                           (gint64) (self->cold_start_s * G_USEC_PER_SEC),
                                           on_warm, task);
  else
    on_warm (task);
}

static void
begin_waiting (FakeBackend *self)
{
  while (self->waiting.length > 0 &&
         (int) g_hash_table_size (self->working) < self->concurrency)
    begin (g_queue_pop_head (&self->waiting));
}

static void
on_uploaded (gpointer user_data)
{
  GTask *task = user_data;
  Work  *work = g_task_get_task_data (task);

  work->timer = 0;
  g_queue_push_tail (&work->backend->waiting, task);
  begin_waiting (work->backend);
}

static void
upload (GTask *task)
{
  Work        *work = g_task_get_task_data (task);
  FakeBackend *self = work->backend;

  if (self->round_trip_s > 0.0)
    work->timer = upscale_clock_add_timer (UPSCALE_CLOCK (self->clock),
                                           (gint64) (self->round_trip_s * G_USEC_PER_SEC),
                                           on_uploaded, task);
  else
    on_uploaded (task);
}

static void
on_stopped (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  g_task_return_error_if_cancelled (task);
}

static void
on_work_cancelled (GCancellable *cancellable, gpointer user_data)
{
  GTask       *task = user_data;
  Work        *work = g_task_get_task_data (task);
  FakeBackend *self = work->backend;

  self->n_cancelled++;
  leave (task);
  work->is_working = FALSE;
  if (self->cancel_s > 0.0)
    upscale_clock_add_timer (UPSCALE_CLOCK (self->clock),
                             (gint64) (self->cancel_s * G_USEC_PER_SEC), on_stopped,
                             task);
  else
    on_stopped (task);
}

static void
choose_fate (Work *work)
{
  FakeBackend *self = work->backend;

  work->fails_after = FAKE_NONE;
  work->fails_at = 1.0;
  if (self->n_failures_left > 0)
    {
      self->n_failures_left--;
      work->fails_after = MIN (self->answers_before_failure, work->batch->tiles->len - 1);
    }
  else if (self->failure_share > 0.0 &&
           g_rand_double (self->random) < self->failure_share)
    {
      work->fails_after =
          (guint) g_rand_int_range (self->random, 0, (int) work->batch->tiles->len);
      work->fails_at = g_rand_double (self->random);
    }
}

static void
note_batch (FakeBackend *self, const UpscaleBatch *batch)
{
  guint n_open = batch->tiles->len - batch->n_results;

  g_array_append_val (self->batch_sizes, n_open);
  for (guint i = batch->n_results; i < batch->tiles->len; i++)
    g_array_append_val (self->tiles,
                        ((UpscaleTileMessage *) batch->tiles->pdata[i])->tile.index);
}

/* All batches fail at once. */
static void
on_death (gpointer user_data)
{
  FakeBackend *self = user_data;
  g_autoptr (GList) tasks = g_hash_table_get_keys (self->working);

  for (GList *link = tasks; link; link = link->next)
    fail (link->data, UPSCALE_ERROR_UNREACHABLE, "gone");
}

static void
arm_death (FakeBackend *self)
{
  gint64 now_us = upscale_clock_get_now (UPSCALE_CLOCK (self->clock));

  if (self->dies_us == G_MAXINT64 || self->is_doomed)
    return;
  self->is_doomed = TRUE;
  upscale_clock_add_timer (UPSCALE_CLOCK (self->clock), self->dies_us - now_us, on_death,
                           self);
}

static void
fake_backend_process_async (UpscaleBackend          *backend,
                            UpscaleBatch            *batch,
                            const UpscaleBatchFuncs *funcs,
                            gpointer                 funcs_data,
                            GCancellable            *cancellable,
                            GAsyncReadyCallback      callback,
                            gpointer                 user_data)
{
  FakeBackend *self = FAKE_BACKEND (backend);
  GTask       *task = g_task_new (backend, cancellable, callback, user_data);
  Work        *work = g_new0 (Work, 1);

  *work =
      (Work) { .backend = self,
               .batch = upscale_batch_ref (batch),
               .n_done = batch->n_results, /* a resent batch goes on where it stopped */
               .funcs = funcs,
               .funcs_data = funcs_data };
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  arm_death (self);
  note_batch (self, batch);
  choose_fate (work);
  work->cancelled_handler =
      g_cancellable_connect (cancellable, G_CALLBACK (on_work_cancelled), task, NULL);
  if (is_dead (self))
    {
      fail (task, UPSCALE_ERROR_UNREACHABLE, "gone");
      return;
    }
  if (self->cold_start_s > 0.0)
    funcs->on_phase (UPSCALE_PHASE_STARTING, funcs_data);
  upload (task);
}

static gboolean
fake_backend_process_finish (UpscaleBackend *backend,
                             GAsyncResult   *result,
                             GError        **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_backend_abandon (UpscaleBackend *backend, UpscaleBatch *batch)
{
  FAKE_BACKEND (backend)->n_abandoned++;
}

static void
fake_backend_iface_init (UpscaleBackendInterface *iface)
{
  iface->probe_async = fake_backend_probe_async;
  iface->probe_finish = fake_backend_probe_finish;
  iface->process_async = fake_backend_process_async;
  iface->process_finish = fake_backend_process_finish;
  iface->abandon = fake_backend_abandon;
}

static void
fake_backend_finalize (GObject *object)
{
  FakeBackend *self = FAKE_BACKEND (object);

  g_array_unref (self->batch_sizes);
  g_array_unref (self->tiles);
  g_rand_free (self->random);
  g_hash_table_unref (self->working);
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
  self->random = g_rand_new_with_seed (1);
  self->working = g_hash_table_new (NULL, NULL);
  self->seconds_per_tile = 57.0;
  self->slow_factor = 5.0;
  self->concurrency = 1;
  self->max_tiles = 64;
  self->failure = UPSCALE_ERROR_SERVER;
  self->poison = FAKE_NONE;
  self->forgotten = FAKE_NONE;
  self->slow = FAKE_NONE;
  self->dies_us = G_MAXINT64;
  self->lives_us = G_MAXINT64;
}

FakeBackend *
fake_backend_new (FakeClock *clock)
{
  FakeBackend *self = g_object_new (FAKE_TYPE_BACKEND, NULL);

  self->clock = g_object_ref (clock);
  return self;
}
