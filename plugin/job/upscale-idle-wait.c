/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-idle-wait.h"

typedef struct
{
  GSource           source;
  UpscaleScheduler *scheduler;
} IdleSource;

/* The main context calls this before each wait, so no event can make the scheduler idle
 * unnoticed. */
static gboolean
idle_source_prepare (GSource *source, int *timeout_ms)
{
  *timeout_ms = -1;
  return upscale_scheduler_is_idle (((IdleSource *) source)->scheduler);
}

static gboolean
idle_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static void
idle_source_finalize (GSource *source)
{
  g_object_unref (((IdleSource *) source)->scheduler);
}

static gboolean
on_scheduler_idle (gpointer user_data)
{
  g_debug ("scheduler: idle");
  g_task_return_boolean (G_TASK (user_data), TRUE);
  return G_SOURCE_REMOVE;
}

/**
 * upscale_idle_wait_async:
 * @scheduler: a scheduler that has run
 * @callback: called on the main thread when nothing of the run is under way
 * @user_data: for @callback
 *
 * After a cancelled run the scheduler still tells endpoints to stop, and keeps what
 * arrived. That takes a second or so.
 */
void
upscale_idle_wait_async (UpscaleScheduler   *scheduler,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  static GSourceFuncs functions = { .prepare = idle_source_prepare,
                                    .dispatch = idle_source_dispatch,
                                    .finalize = idle_source_finalize };
  g_autoptr (GTask) task = NULL;
  g_autoptr (GSource) source = NULL;

  g_return_if_fail (UPSCALE_IS_SCHEDULER (scheduler));

  task = g_task_new (scheduler, NULL, callback, user_data);
  g_task_set_source_tag (task, upscale_idle_wait_async);
  source = g_source_new (&functions, sizeof (IdleSource));
  ((IdleSource *) source)->scheduler = g_object_ref (scheduler);
  g_task_attach_source (task, source, on_scheduler_idle);
}

/**
 * upscale_idle_wait_finish:
 * @scheduler: a scheduler
 * @result: the result that the callback got
 *
 * Ends upscale_idle_wait_async(), which cannot fail.
 */
void
upscale_idle_wait_finish (UpscaleScheduler *scheduler, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, scheduler));

  g_task_propagate_boolean (G_TASK (result), NULL);
}
