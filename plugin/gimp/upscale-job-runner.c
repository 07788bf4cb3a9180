/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-job-runner.h"

#include <glib/gi18n.h>

#include "upscale-console-progress.h"
#include "upscale-error.h"
#include "upscale-progress-window.h"
#include "upscale-timings.h"

#define MAX_REASONS 4

/* A job, and the jobs after it that send its failed tiles again. Lives on the stack of
 * upscale_job_runner_run(). */
typedef struct
{
  const UpscaleJobRunnerRequest *request;
  UpscaleProgressWindow         *window; /* NULL without a user */
  GCancellable                  *cancellable;
  GMainLoop                     *loop;
  UpscaleJob                    *job;
  gboolean                       succeeded;
  UpscaleChoice                  choice;
  GError                        *error;
} Runner;

static void
runner_clear (Runner *self)
{
  if (self->window)
    gtk_widget_destroy (GTK_WIDGET (self->window));
  g_clear_object (&self->cancellable);
  g_clear_object (&self->job);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_error (&self->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Runner, runner_clear)

/* GIMP calls the procedure and waits for its return value, so a main loop has to run in
 * between. Only GTK's modal dialogs run another one. Each callback below ends the wait.
 */
static void
wait_for_callback (Runner *self)
{
  g_main_loop_run (self->loop);
}

/* Each job makes its endpoints anew, since the user may have repaired the server that an
 * endpoint was stopped for. */
static UpscaleJob *
make_job (const UpscaleJobRunnerRequest *request, GError **error)
{
  UpscaleJobRequest job = request->job;
  g_autoptr (GPtrArray) endpoints =
      upscale_endpoint_list_new (request->arguments->endpoints, request->tools, error);

  job.endpoints = endpoints;
  return endpoints ? upscale_job_new (&job, error) : NULL;
}

static void
on_job_idle (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Runner *self = user_data;

  upscale_job_wait_idle_finish (UPSCALE_JOB (object), result);
  g_debug ("job is idle");
  g_main_loop_quit (self->loop);
}

static void
on_job_ran (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Runner *self = user_data;

  self->succeeded = upscale_job_run_finish (UPSCALE_JOB (object), result, &self->error);
  g_debug ("job ended %s, waiting until idle",
           self->succeeded ? "well" : "with an error");
  upscale_job_wait_idle_async (UPSCALE_JOB (object), on_job_idle, self);
}

/* The Cancel of GIMP's progress bar kills this process, so the bar is not shown here. */
static void
run_job (Runner *self)
{
  UpscaleScheduler *scheduler = upscale_job_get_scheduler (self->job);
  g_autoptr (UpscaleConsoleProgress) console = NULL;

  g_clear_error (&self->error);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  if (self->window)
    upscale_progress_window_watch (self->window, self->job, self->cancellable);
  else
    console =
        upscale_console_progress_new (scheduler, self->request->arguments->gen_params);
  g_debug ("job starts");
  upscale_job_run_async (self->job, self->cancellable, on_job_ran, self);
  wait_for_callback (self);
  upscale_timings_note (self->job, self->request->arguments);
}

static UpscaleProgress
get_progress (const Runner *self)
{
  return upscale_scheduler_get_progress (upscale_job_get_scheduler (self->job));
}

/* Returns the `why` of `tile 12: why`. */
static const char *
skip_tile (const char *failure)
{
  const char *colon = strstr (failure, ": ");

  return colon ? colon + 2 : failure;
}

/* Tiles that failed for the same reason share one line, which names the first of them. */
static char *
describe_failures (const Runner *self)
{
  UpscaleScheduler *scheduler = upscale_job_get_scheduler (self->job);
  UpscaleProgress   progress = get_progress (self);
  guint             n_reasons = 0;
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text,
                   ngettext ("%u of %u tiles failed.", "%u of %u tiles failed.",
                             progress.n_failed),
                   progress.n_failed, progress.n_tiles);
  for (guint i = 0; i < progress.n_tiles && n_reasons < MAX_REASONS; i++)
    {
      UpscaleTileStatus status = upscale_scheduler_get_tile (scheduler, i);

      if (status.state != UPSCALE_TILE_FAILED || !status.failure ||
          strstr (text->str, skip_tile (status.failure)))
        continue;
      g_string_append_printf (text, "\n%s", status.failure);
      n_reasons++;
    }
  return upscale_job_add_log_path (self->job, text->str);
}

static void
say_cancelled (Runner *self)
{
  UpscaleProgress  progress = get_progress (self);
  guint            n_kept = progress.n_painted + progress.n_stored;
  g_autofree char *sentence = g_strdup_printf (
      ngettext ("Stopped. %u of %u tiles is kept: run again with the same "
                "settings to go on from there.",
                "Stopped. %u of %u tiles are kept: run again with the same "
                "settings to go on from there.",
                n_kept),
      n_kept, progress.n_tiles);

  upscale_progress_window_say (self->window, sentence);
}

static void
on_answered (UpscaleProgressWindow *window, int choice, gpointer user_data)
{
  Runner *self = user_data;

  self->choice = (UpscaleChoice) choice;
  g_debug ("the user answers with choice %d", choice);
  g_main_loop_quit (self->loop);
}

/* Asks the user about a job that was cancelled or has failed tiles. A run without a user
 * keeps the result of every job that has not failed as a whole. */
static UpscaleChoice
choose (Runner *self)
{
  if (!self->window || (self->succeeded && get_progress (self).n_failed == 0))
    return self->succeeded ? UPSCALE_CHOICE_KEEP : UPSCALE_CHOICE_DISCARD;
  if (g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    say_cancelled (self);
  else
    {
      g_autofree char *reasons = describe_failures (self);

      upscale_progress_window_ask (self->window, reasons, self->succeeded);
    }
  wait_for_callback (self);
  return self->choice;
}

/* The progress window has shown the error already, so GIMP must not show it again. */
static void
give_up (Runner *self, GError **error)
{
  if (self->error && !self->window)
    g_propagate_error (error, g_steal_pointer (&self->error));
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "discarded");
}

static void
open_window (Runner *self)
{
  self->window =
      UPSCALE_PROGRESS_WINDOW (upscale_progress_window_new (self->request->picture));
  g_signal_connect (self->window, "answered", G_CALLBACK (on_answered), self);
}

/**
 * upscale_job_runner_run:
 * @request: the job, and the tools for it
 * @error: return location for an error
 *
 * Runs the job to its end, with a progress window or with lines on stderr. When tiles
 * have failed the user may send them again: that makes a new job, which finds all other
 * tiles in the tile cache. Runs a main loop, so it must not be called from a callback.
 *
 * Returns: (transfer full): the job whose result becomes the layer, or %NULL with
 * %G_IO_ERROR_CANCELLED if the user discards the result, or with the error of the job
 */
UpscaleJob *
upscale_job_runner_run (const UpscaleJobRunnerRequest *request, GError **error)
{
  g_auto (Runner) self = { .request = request, .loop = g_main_loop_new (NULL, FALSE) };
  UpscaleChoice choice = UPSCALE_CHOICE_RETRY;

  g_return_val_if_fail (request != NULL, NULL);

  while (choice == UPSCALE_CHOICE_RETRY)
    {
      g_clear_object (&self.job);
      self.job = make_job (request, error);
      if (!self.job)
        return NULL;
      if (request->picture && !self.window)
        open_window (&self);
      run_job (&self);
      choice = choose (&self);
    }
  if (choice == UPSCALE_CHOICE_KEEP)
    return g_steal_pointer (&self.job);
  give_up (&self, error);
  return NULL;
}
