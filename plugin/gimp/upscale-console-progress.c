/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-console-progress.h"

#include "upscale-event.h"

/* Short enough to show that the run is alive, long enough for a readable log. */
#define LINE_INTERVAL_US (G_USEC_PER_SEC)

/**
 * UpscaleConsoleProgress:
 *
 * Prints progress on stderr, at most one line a second. GIMP shows no progress without a
 * screen.
 */
struct _UpscaleConsoleProgress
{
  GObject parent_instance;

  UpscaleScheduler *scheduler;
  UpscaleGenParams *gen_params;
  gint64            last_line_us;
};

G_DEFINE_FINAL_TYPE (UpscaleConsoleProgress, upscale_console_progress, G_TYPE_OBJECT)

static void
on_progress (UpscaleScheduler *scheduler, gpointer user_data)
{
  UpscaleConsoleProgress *self = user_data;
  g_autofree char        *sentence = NULL;
  gint64                  now_us = g_get_monotonic_time ();

  if (now_us - self->last_line_us < LINE_INTERVAL_US)
    return;
  self->last_line_us = now_us;
  sentence = upscale_progress_describe (
      upscale_dispatch_status_get_progress (upscale_scheduler_get_status (scheduler)));
  g_printerr ("tile-upscale: %s\n", sentence);
}

/* Warns about settings that the endpoint lacks, before it paints a tile without them. */
static void
warn_of_missing (UpscaleConsoleProgress *self, const UpscaleEvent *event)
{
  g_autofree char *missing = NULL;

  missing = upscale_capabilities_dup_missing (upscale_endpoint_get_capabilities (
                                                  event->endpoint),
                                              self->gen_params);
  if (missing)
    g_printerr ("tile-upscale: warning: %s: %s\n",
                upscale_endpoint_get_name (event->endpoint), missing);
}

/* Printed for the first busy answer only, since the scheduler asks again and again. */
static void
tell_of_busy (const UpscaleEvent *event)
{
  if (upscale_endpoint_get_health (event->endpoint)->n_busy == 1)
    g_printerr ("tile-upscale: %s: %s\n", upscale_endpoint_get_name (event->endpoint),
                event->text);
}

static void
on_event (UpscaleScheduler *scheduler, const UpscaleEvent *event, gpointer user_data)
{
  if (event->kind == UPSCALE_EVENT_PROBED)
    warn_of_missing (user_data, event);
  else if (event->kind == UPSCALE_EVENT_ENDPOINT_BUSY)
    tell_of_busy (event);
}

static void
upscale_console_progress_finalize (GObject *object)
{
  UpscaleConsoleProgress *self = UPSCALE_CONSOLE_PROGRESS (object);

  g_signal_handlers_disconnect_by_data (self->scheduler, self);
  g_object_unref (self->scheduler);
  upscale_gen_params_unref (self->gen_params);
  G_OBJECT_CLASS (upscale_console_progress_parent_class)->finalize (object);
}

static void
upscale_console_progress_class_init (UpscaleConsoleProgressClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_console_progress_finalize;
}

static void
upscale_console_progress_init (UpscaleConsoleProgress *self)
{
}

/**
 * upscale_console_progress_new:
 * @scheduler: the scheduler to watch, until the object is freed
 * @gen_params: parameters of the model, for warnings
 *
 * Returns: (transfer full): the object
 */
UpscaleConsoleProgress *
upscale_console_progress_new (UpscaleScheduler *scheduler, UpscaleGenParams *gen_params)
{
  UpscaleConsoleProgress *self;

  g_return_val_if_fail (UPSCALE_IS_SCHEDULER (scheduler), NULL);
  g_return_val_if_fail (gen_params != NULL, NULL);

  self = g_object_new (UPSCALE_TYPE_CONSOLE_PROGRESS, NULL);
  self->scheduler = g_object_ref (scheduler);
  self->gen_params = upscale_gen_params_ref (gen_params);
  g_signal_connect (scheduler, "progress", G_CALLBACK (on_progress), self);
  g_signal_connect (scheduler, "event", G_CALLBACK (on_event), self);
  return self;
}
