/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-job-runner.h"

#include <glib/gi18n.h>

#include "upscale-console-progress.h"
#include "upscale-error.h"
#include "upscale-progress-window.h"
#include "upscale-timings.h"

#define MAX_REASONS 4

/* One job, or several where failed tiles are sent again. */
typedef struct
{
  const UpscaleJobRunnerCase *what;
  UpscaleProgressWindow      *window; /* NULL without a user */
  GCancellable               *cancellable;
  GMainLoop                  *loop;
  UpscaleJob                 *job;
  gboolean                    succeeded;
  GError                     *error;
} Painting;

static void
painting_clear (Painting *painting)
{
  if (painting->window)
    gtk_widget_destroy (GTK_WIDGET (painting->window));
  g_clear_object (&painting->cancellable);
  g_clear_object (&painting->job);
  g_clear_pointer (&painting->loop, g_main_loop_unref);
  g_clear_error (&painting->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Painting, painting_clear)

/* Endpoints are one job's: what they were stopped for may be mended by now. */
static UpscaleJob *
make_job (const UpscaleJobRunnerCase *what, GError **error)
{
  UpscaleJobRequest request = what->request;
  g_autoptr (GPtrArray) endpoints =
      upscale_endpoint_list_new (what->arguments->endpoints, what->tools, error);

  request.endpoints = endpoints;
  return endpoints ? upscale_job_new (&request, error) : NULL;
}

static void
on_job_ran (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Painting *painting = user_data;

  painting->succeeded =
      upscale_job_run_finish (UPSCALE_JOB (object), result, &painting->error);
  g_main_loop_quit (painting->loop);
}

/* GIMP's own progress bar is not shown here: its Cancel kills this process. */
static void
run_job (Painting *painting)
{
  UpscaleScheduler *scheduler = upscale_job_get_scheduler (painting->job);
  g_autoptr (UpscaleConsoleProgress) lines = NULL;

  g_clear_error (&painting->error);
  g_clear_object (&painting->cancellable);
  painting->cancellable = g_cancellable_new ();
  if (painting->window)
    upscale_progress_window_watch (painting->window, painting->job,
                                   painting->cancellable);
  else
    lines =
        upscale_console_progress_new (scheduler, painting->what->arguments->gen_params);
  upscale_job_run_async (painting->job, painting->cancellable, on_job_ran, painting);
  g_main_loop_run (painting->loop);
  upscale_job_come_to_rest (painting->job);
  upscale_timings_note (painting->job, painting->what->arguments);
}

static UpscaleProgress
get_progress (const Painting *painting)
{
  return upscale_scheduler_get_progress (upscale_job_get_scheduler (painting->job));
}

/* What is left of `tile 12: why`. */
static const char *
skip_tile (const char *failure)
{
  const char *colon = strstr (failure, ": ");

  return colon ? colon + 2 : failure;
}

/* The same reason is said once, for the first tile that has it. */
static char *
describe_failures (const Painting *painting)
{
  UpscaleScheduler *scheduler = upscale_job_get_scheduler (painting->job);
  UpscaleProgress   progress = get_progress (painting);
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
  return upscale_job_add_log_path (painting->job, text->str);
}

static void
say_cancelled (Painting *painting)
{
  UpscaleProgress  progress = get_progress (painting);
  guint            n_kept = progress.n_painted + progress.n_stored;
  g_autofree char *sentence = g_strdup_printf (
      ngettext ("Stopped. %u of %u tiles is kept: run again with the same "
                "settings to go on from there.",
                "Stopped. %u of %u tiles are kept: run again with the same "
                "settings to go on from there.",
                n_kept),
      n_kept, progress.n_tiles);

  upscale_progress_window_say (painting->window, sentence);
}

/* What is to become of a job that has ended; without a user nothing is asked. */
static UpscaleChoice
choose (Painting *painting)
{
  g_autofree char *reasons = NULL;

  if (!painting->window || (painting->succeeded && get_progress (painting).n_failed == 0))
    return painting->succeeded ? UPSCALE_CHOICE_KEEP : UPSCALE_CHOICE_DISCARD;
  if (g_error_matches (painting->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      say_cancelled (painting);
      return UPSCALE_CHOICE_DISCARD;
    }
  reasons = describe_failures (painting);
  return upscale_progress_window_ask (painting->window, reasons, painting->succeeded);
}

/* Whoever has read the reasons in the window is not told them again by GIMP. */
static void
give_up (Painting *painting, GError **error)
{
  if (painting->error && !painting->window)
    g_propagate_error (error, g_steal_pointer (&painting->error));
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "discarded");
}

/**
 * upscale_job_runner_run:
 * @what: what is to be painted
 * @error: return location for an error
 *
 * Runs the job, with a window or with lines on stderr, and runs the main loop meanwhile.
 * When tiles have failed the user decides: sending them again is a new job that finds all
 * others in the store.
 *
 * Returns: (transfer full): a job whose result is to be kept; %NULL with
 * %G_IO_ERROR_CANCELLED when the user does not want one, or with what the job failed of
 */
UpscaleJob *
upscale_job_runner_run (const UpscaleJobRunnerCase *what, GError **error)
{
  g_auto (Painting) painting = { .what = what, .loop = g_main_loop_new (NULL, FALSE) };
  UpscaleChoice choice = UPSCALE_CHOICE_RETRY;

  while (choice == UPSCALE_CHOICE_RETRY)
    {
      g_clear_object (&painting.job);
      painting.job = make_job (what, error);
      if (!painting.job)
        return NULL;
      if (what->picture && !painting.window)
        painting.window =
            UPSCALE_PROGRESS_WINDOW (upscale_progress_window_new (what->picture));
      run_job (&painting);
      choice = choose (&painting);
    }
  if (choice == UPSCALE_CHOICE_KEEP)
    return g_steal_pointer (&painting.job);
  give_up (&painting, error);
  return NULL;
}
