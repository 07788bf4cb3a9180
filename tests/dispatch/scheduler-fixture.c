/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scheduler-fixture.h"

void
scheduler_fixture_set_up (SchedulerFixture *fixture, gconstpointer data)
{
  fixture->clock = fake_clock_new ();
  fixture->provider = fake_provider_new ();
  fixture->first = fake_backend_new (fixture->clock);
  fixture->second = fake_backend_new (fixture->clock);
  fixture->cancellable = g_cancellable_new ();
  fixture->orphans =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_orphaned_batch_unref);
  fixture->has_ended = FALSE;
  fixture->policy = (UpscalePolicy) { .batch_size = 4,
                                      .batch_timeout_us = 2400 * (gint64) G_USEC_PER_SEC,
                                      .max_tries = 4 };
}

void
scheduler_fixture_tear_down (SchedulerFixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->scheduler);
  g_clear_error (&fixture->error);
  g_ptr_array_unref (fixture->orphans);
  g_object_unref (fixture->cancellable);
  g_object_unref (fixture->second);
  g_object_unref (fixture->first);
  g_object_unref (fixture->provider);
  g_object_unref (fixture->clock);
}

static void
on_ran (GObject *object, GAsyncResult *result, gpointer user_data)
{
  SchedulerFixture *fixture = user_data;

  fixture->has_ended = TRUE;
  fixture->succeeded =
      upscale_scheduler_run_finish (UPSCALE_SCHEDULER (object), result, &fixture->error);
}

static void
add_endpoint (SchedulerFixture *fixture, const char *name, FakeBackend *backend)
{
  g_autoptr (UpscaleEndpoint) endpoint =
      upscale_endpoint_new (name, UPSCALE_BACKEND (backend));

  upscale_scheduler_add_endpoint (fixture->scheduler, endpoint);
}

void
scheduler_fixture_start (SchedulerFixture *fixture, gboolean with_second)
{
  g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
  g_autoptr (GArray) order = fake_provider_make_order (N_TILES);

  fixture->scheduler =
      upscale_scheduler_new (UPSCALE_TILE_PROVIDER (fixture->provider), order->len, order,
                             NULL, gen_params, fixture->policy,
                             UPSCALE_CLOCK (fixture->clock));
  fixture->status = upscale_scheduler_get_status (fixture->scheduler);
  add_endpoint (fixture, "first", fixture->first);
  if (with_second)
    add_endpoint (fixture, "second", fixture->second);
  for (guint i = 0; i < fixture->orphans->len; i++)
    upscale_scheduler_add_orphan (fixture->scheduler, fixture->orphans->pdata[i]);
  upscale_scheduler_run_async (fixture->scheduler, fixture->cancellable, on_ran, fixture);
}

/* The clock jumps when the main loop has nothing to do. A run without timers hangs, which
 * is a failure. */
void
scheduler_fixture_finish (SchedulerFixture *fixture)
{
  while (!fixture->has_ended)
    if (!g_main_context_iteration (NULL, FALSE))
      g_assert_true (fake_clock_jump (fixture->clock));
}

void
scheduler_fixture_run (SchedulerFixture *fixture, gboolean with_second)
{
  scheduler_fixture_start (fixture, with_second);
  scheduler_fixture_finish (fixture);
}

void
scheduler_fixture_assert_all_painted (SchedulerFixture *fixture)
{
  UpscaleProgress progress = upscale_dispatch_status_get_progress (fixture->status);

  g_assert_no_error (fixture->error);
  g_assert_true (fixture->succeeded);
  g_assert_cmpuint (progress.n_painted + progress.n_stored, ==, N_TILES);
  g_assert_cmpuint (progress.n_failed, ==, 0);
  g_assert_cmpuint (progress.n_in_flight, ==, 0);
  g_assert_cmpuint (fixture->provider->n_accepted, ==, progress.n_painted);
}
