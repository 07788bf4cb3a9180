/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-job-runner.h"

#include <glib/gi18n.h>

#include "upscale-console-progress.h"
#include "upscale-error.h"
#include "upscale-forecast.h"
#include "upscale-idle-wait.h"
#include "upscale-limits.h"
#include "upscale-paths.h"
#include "upscale-timings.h"

/* A job, and the jobs after it that send its failed tiles again or repaint its borders.
 * Lives on the stack of upscale_job_runner_run(). */
typedef struct
{
  const UpscaleJobRunnerRequest *request;
  UpscaleJobRequest              what;       /* of the next job */
  UpscaleJob                    *repaints;   /* the job whose borders are repainted */
  UpscaleGenParams              *gen_params; /* of the borders */
  UpscaleProgressWindow         *window;     /* NULL without a user */
  GCancellable                  *cancellable;
  GMainLoop                     *loop;
  UpscaleJob                    *job;
  gboolean                       succeeded;
  char                          *retry_failure; /* of a retry without a result */
  double                         cost;          /* of all jobs so far */
  double                         seconds;       /* likewise */
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
  g_clear_object (&self->repaints);
  g_clear_pointer (&self->what.plan, upscale_tile_plan_unref);
  g_clear_pointer (&self->what.wanted, g_array_unref);
  g_clear_pointer (&self->gen_params, upscale_gen_params_unref);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_free (self->retry_failure);
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
make_job (Runner *self, UpscaleJob *retried, GError **error)
{
  UpscaleJobRequest job = self->what;
  g_autoptr (GPtrArray) endpoints =
      upscale_endpoint_list_new (self->request->arguments->endpoints,
                                 self->request->tools, error);

  job.endpoints = endpoints;
  job.retried = retried;
  return endpoints ? upscale_job_new (&job, error) : NULL;
}

static void
on_job_idle (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Runner *self = user_data;

  upscale_idle_wait_finish (UPSCALE_SCHEDULER (object), result);
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
  upscale_idle_wait_async (upscale_job_get_scheduler (UPSCALE_JOB (object)), on_job_idle,
                           self);
}

static UpscaleProgress
get_progress (const Runner *self)
{
  return upscale_dispatch_status_get_progress (upscale_job_get_status (self->job));
}

/* The Cancel of GIMP's progress bar kills this process, so the bar is not shown here. */
static void
run_job (Runner *self)
{
  UpscaleScheduler *scheduler = upscale_job_get_scheduler (self->job);
  gint64            start_us = g_get_monotonic_time ();
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
  self->seconds += (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
  self->cost += get_progress (self).cost;
  upscale_timings_note (self->job, self->request->arguments);
}

/* The progress does not count the tiles that a repaint leaves out. A retry that failed as
 * a whole has an error of its own. */
static char *
describe_failures (const Runner *self)
{
  UpscaleProgress  progress = get_progress (self);
  g_autofree char *sentence =
      g_strdup_printf (ngettext ("%u of %u tiles failed.", "%u of %u tiles failed.",
                                 progress.n_failed),
                       progress.n_failed, progress.n_tiles);
  g_autofree char *failure = NULL;

  if (!self->retry_failure)
    return g_steal_pointer (&sentence);
  failure = g_strdup_printf (_ ("The retry failed: %s"), self->retry_failure);
  return g_strdup_printf ("%s\n%s", sentence, failure);
}

static void
say_cancelled (Runner *self)
{
  UpscaleProgress  progress = get_progress (self);
  guint            n_kept = progress.n_painted + progress.n_stored;
  g_autofree char *sentence = NULL;

  if (n_kept > 0)
    sentence =
        g_strdup_printf (ngettext ("Stopped. %u of %u tiles is kept: run again with the "
                                   "same settings to go on from there.",
                                   "Stopped. %u of %u tiles are kept: run again with the "
                                   "same settings to go on from there.",
                                   n_kept),
                         n_kept, progress.n_tiles);
  else
    sentence = g_strdup (_ ("Stopped. No tile was finished."));
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

/* Returns the number of borders that show, and the cost of repainting them. */
static char *
describe_borders (const Runner *self, guint n_borders)
{
  const UpscaleArguments *arguments = self->request->arguments;
  g_autoptr (GKeyFile) timings = upscale_timings_load ();
  g_autoptr (GPtrArray) entries =
      upscale_endpoint_list_describe (arguments->endpoints, self->request->tools->file,
                                      NULL);
  g_autofree char *cost = NULL;

  if (entries)
    cost = upscale_estimate_describe (
        upscale_forecast_estimate (timings, arguments, n_borders, entries));
  return g_strdup_printf (
      ngettext ("%u border between tiles shows in the result, and the map marks it. "
                "Repaint Borders paints a new tile on it: %s.",
                "%u borders between tiles show in the result, and the map marks them. "
                "Repaint Borders paints a new tile on each: %s.",
                n_borders),
      n_borders, cost ? cost : "");
}

/* Asks the user about a job that has painted all tiles, if borders show. The borders of a
 * repaint are not repainted in turn. */
static UpscaleChoice
choose_repaint (Runner *self)
{
  g_autoptr (GArray) borders = upscale_job_dup_bad_borders (self->job);
  g_autofree char *sentence = NULL;

  if (!self->window || self->repaints || borders->len == 0)
    return UPSCALE_CHOICE_KEEP;
  sentence = describe_borders (self, borders->len);
  upscale_progress_window_offer_repaint (self->window, sentence);
  wait_for_callback (self);
  return self->choice;
}

/* Asks the user about a job that was cancelled or has failed tiles. A run without a user
 * keeps the result of every job that has not failed as a whole. The result from before a
 * repaint is there in any case, so a cancelled repaint needs no answer. */
static UpscaleChoice
choose (Runner *self)
{
  gboolean was_cancelled =
      g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  if (self->succeeded && get_progress (self).n_failed == 0)
    return choose_repaint (self);
  if (was_cancelled && self->repaints)
    return UPSCALE_CHOICE_KEEP;
  if (!self->window)
    return self->succeeded ? UPSCALE_CHOICE_KEEP : UPSCALE_CHOICE_DISCARD;
  if (was_cancelled)
    say_cancelled (self);
  else
    {
      g_autofree char *reasons = describe_failures (self);

      upscale_progress_window_ask (self->window, reasons,
                                   self->succeeded || self->repaints);
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
  g_autoptr (GFile) choices = upscale_paths_find_own ("windows.conf");

  self->window = UPSCALE_PROGRESS_WINDOW (
      upscale_progress_window_new (self->request->picture, self->request->image_name,
                                   choices));
  g_signal_connect (self->window, "answered", G_CALLBACK (on_answered), self);
}

/* The user may still keep the result from before a retry that was stopped, or that failed
 * as a whole. */
static void
return_to (Runner *self, UpscaleJob *before)
{
  g_debug ("the retry gave no result, so the one before stays");
  if (!g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    self->retry_failure =
        upscale_dispatch_status_dup_first_failure (upscale_job_get_status (self->job));
  g_clear_error (&self->error);
  g_set_object (&self->job, before);
  self->succeeded = TRUE;
  upscale_progress_window_watch (self->window, before, self->cancellable);
}

/* Runs a job, again for as long as the user wants its failed tiles to be sent again. */
static gboolean
run_until_decided (Runner *self, GError **error)
{
  g_autoptr (UpscaleJob) retried = NULL;

  do
    {
      gboolean has_result = retried && self->succeeded;
      g_autoptr (UpscaleJob) job = make_job (self, retried, error);

      if (!job)
        return FALSE;
      g_set_object (&self->job, job);
      if (self->request->picture && !self->window)
        open_window (self);
      run_job (self);
      g_clear_pointer (&self->retry_failure, g_free);
      if (has_result && !self->succeeded)
        return_to (self, retried);
      self->choice = choose (self);
      g_set_object (&retried, self->job);
    }
  while (self->choice == UPSCALE_CHOICE_RETRY);
  return TRUE;
}

/* Gives the borders of each direction a base seed of their own. A server that draws its
 * noise by the place in the picture would add the same noise again, which sharpens the
 * pattern that it has left. */
static void
change_seed (Runner *self, gboolean is_upright)
{
  const UpscaleGenParams *before = self->request->job.gen_params;
  guint                   index = is_upright ? UPSCALE_MAX_TILES : UPSCALE_MAX_TILES + 1;

  g_clear_pointer (&self->gen_params, upscale_gen_params_unref);
  self->gen_params = upscale_gen_params_copy (before);
  self->gen_params->seed = upscale_gen_params_derive_tile_seed (before->seed, index);
  self->what.gen_params = self->gen_params;
}

/* Makes the next job paint tiles on the borders of one direction. */
static gboolean
prepare_repaint (Runner *self, gboolean is_upright)
{
  change_seed (self, is_upright);
  g_clear_pointer (&self->what.plan, upscale_tile_plan_unref);
  g_clear_pointer (&self->what.wanted, g_array_unref);
  self->what.plan =
      upscale_tile_plan_new_on_borders (upscale_job_get_plan (self->repaints),
                                        is_upright);
  /* Texts name the tiles of the first job. */
  if (!self->what.where.grid)
    self->what.where.grid = upscale_job_get_plan (self->repaints);
  self->what.where.is_between = TRUE;
  if (!self->what.plan)
    return FALSE;
  self->what.wanted =
      upscale_job_list_repaint (self->repaints, self->what.plan, is_upright);
  return self->what.wanted->len > 0;
}

/* Paints tiles on the borders of one direction over the result so far, which stays if
 * this fails, is cancelled or is discarded. Returns whether to go on. */
static gboolean
repaint (Runner *self, gboolean is_upright)
{
  g_autoptr (UpscaleJob) before = g_object_ref (self->job);
  g_autoptr (GError) error = NULL;

  if (!prepare_repaint (self, is_upright))
    return TRUE;
  self->what.previous = upscale_job_get_result (before);
  if (!run_until_decided (self, &error))
    {
      upscale_progress_window_say (self->window, error->message);
      wait_for_callback (self);
      self->choice = UPSCALE_CHOICE_DISCARD;
    }
  if (!self->succeeded || self->choice == UPSCALE_CHOICE_DISCARD)
    g_set_object (&self->job, before);
  return self->choice != UPSCALE_CHOICE_DISCARD &&
         !g_cancellable_is_cancelled (self->cancellable);
}

static void
repaint_borders (Runner *self)
{
  self->repaints = g_object_ref (self->job);
  if (repaint (self, TRUE))
    repaint (self, FALSE);
  self->choice = UPSCALE_CHOICE_KEEP;
}

/* A repaint counts only the tiles on borders, and begins with the result of the first
 * job. */
static UpscaleJobRunnerOutcome
make_outcome (Runner *self)
{
  UpscaleJob             *counted = self->repaints ? self->repaints : self->job;
  UpscaleTilePlan        *plan = upscale_job_get_plan (counted);
  UpscaleRect             all = { 0, 0, upscale_tile_plan_get_width (plan),
                                  upscale_tile_plan_get_height (plan) };
  UpscaleJobRunnerOutcome outcome = {
    .job = g_object_ref (self->job),
    .window = g_steal_pointer (&self->window),
    .before = upscale_job_view_before (counted, all),
    .after = upscale_job_view_result (self->job, all),
    .progress = upscale_dispatch_status_get_progress (upscale_job_get_status (counted)),
    .seconds = self->seconds,
  };

  outcome.progress.cost = self->cost;
  if (outcome.window)
    g_signal_handlers_disconnect_by_data (outcome.window, self);
  return outcome;
}

/**
 * upscale_job_runner_run:
 * @request: the job, and the tools for it
 * @outcome: (out): the job whose result becomes the layer, to be cleared with
 * upscale_job_runner_outcome_clear()
 * @error: return location for an error
 *
 * Runs the job to its end, with a progress window or with lines on stderr. When tiles
 * have failed the user may send them again: that makes a new job, which finds all other
 * tiles in the tile cache. When borders show the user may repaint them, which makes one
 * job for each direction of borders. Runs a main loop, so it must not be called from a
 * callback.
 *
 * Returns: %TRUE, or %FALSE with %G_IO_ERROR_CANCELLED if the user discards the result,
 * or with the error of the job
 */
gboolean
upscale_job_runner_run (const UpscaleJobRunnerRequest *request,
                        UpscaleJobRunnerOutcome       *outcome,
                        GError                       **error)
{
  g_auto (Runner) self = { .request = request, .loop = g_main_loop_new (NULL, FALSE) };

  g_return_val_if_fail (request != NULL, FALSE);
  g_return_val_if_fail (outcome != NULL, FALSE);

  self.what = request->job;
  if (!run_until_decided (&self, error))
    return FALSE;
  if (self.choice == UPSCALE_CHOICE_REPAINT)
    repaint_borders (&self);
  if (self.choice == UPSCALE_CHOICE_KEEP)
    {
      *outcome = make_outcome (&self);
      return TRUE;
    }
  give_up (&self, error);
  return FALSE;
}

static void
on_closed (UpscaleProgressWindow *window, int choice, gpointer user_data)
{
  g_main_loop_quit (user_data);
}

/**
 * upscale_job_runner_show_end:
 * @outcome: the outcome of a run with a user, whose layer is in the image
 * @name: name of the layer
 *
 * Shows the picture before and after, until the user closes the window. Runs a main loop,
 * so it must not be called from a callback.
 */
void
upscale_job_runner_show_end (const UpscaleJobRunnerOutcome *outcome, const char *name)
{
  UpscaleProgressWindowEnd end = { 0 };
  g_autofree char         *sentence = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_return_if_fail (outcome != NULL && outcome->window != NULL);
  g_return_if_fail (name != NULL);

  sentence = upscale_progress_describe_end (outcome->progress, name, outcome->seconds);
  end = (UpscaleProgressWindowEnd) { sentence, outcome->before, outcome->after };
  g_signal_connect (outcome->window, "answered", G_CALLBACK (on_closed), loop);
  if (upscale_progress_window_show_end (outcome->window, &end))
    g_main_loop_run (loop);
}

/**
 * upscale_job_runner_wait_until:
 * @is_done: called after each event
 * @user_data: data for @is_done
 *
 * Handles events until @is_done returns %TRUE, for a dialog that has closed while a trial
 * is under way. Must not be called from a callback.
 */
void
upscale_job_runner_wait_until (GSourceFunc is_done, gpointer user_data)
{
  g_return_if_fail (is_done != NULL);

  while (!is_done (user_data))
    g_main_context_iteration (NULL, TRUE);
}

/**
 * upscale_job_runner_outcome_clear:
 * @outcome: an outcome
 *
 * Closes the window and frees the job.
 */
void
upscale_job_runner_outcome_clear (UpscaleJobRunnerOutcome *outcome)
{
  g_return_if_fail (outcome != NULL);

  if (outcome->window)
    gtk_widget_destroy (GTK_WIDGET (g_steal_pointer (&outcome->window)));
  g_clear_pointer (&outcome->before, upscale_view_unref);
  g_clear_pointer (&outcome->after, upscale_view_unref);
  g_clear_object (&outcome->job);
}
