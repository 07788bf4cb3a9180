/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-job.h"

#include "upscale-batch-recovery.h"
#include "upscale-composer.h"
#include "upscale-error.h"
#include "upscale-job-log.h"
#include "upscale-limits.h"
#include "upscale-repaint.h"
#include "upscale-source.h"
#include "upscale-tile-order.h"
#include "upscale-tile-pipeline.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/**
 * UpscaleJob:
 *
 * One upscale from pixels to pixels, without GIMP. The job connects the tile pipeline,
 * which knows pixels, to the scheduler, which knows endpoints. The job lives on the main
 * thread; endpoints and worker threads do everything that takes long.
 */
struct _UpscaleJob
{
  GObject parent_instance;

  UpscaleSource       *source;
  UpscaleTilePlan     *plan;
  GeglBuffer          *previous;
  UpscaleCoverage     *strength_map; /* or NULL */
  GPtrArray           *settings;     /* of UpscaleTileSettings by tile, or NULL */
  UpscaleComposer     *composer;
  UpscaleTilePipeline *pipeline;
  UpscaleScheduler    *scheduler;
  UpscaleJobLog       *log;         /* NULL if no log could be opened */
  char                *log_warning; /* the reason, if no log could be opened */
};

G_DEFINE_FINAL_TYPE (UpscaleJob, upscale_job, G_TYPE_OBJECT)

static void
upscale_job_finalize (GObject *object)
{
  UpscaleJob *self = UPSCALE_JOB (object);

  g_clear_object (&self->log);
  g_clear_object (&self->scheduler);
  g_free (self->log_warning);
  g_clear_object (&self->pipeline);
  g_clear_pointer (&self->composer, upscale_composer_unref);
  g_clear_pointer (&self->source, upscale_source_unref);
  g_clear_pointer (&self->plan, upscale_tile_plan_unref);
  g_clear_object (&self->previous);
  g_clear_pointer (&self->strength_map, upscale_coverage_unref);
  g_clear_pointer (&self->settings, g_ptr_array_unref);
  G_OBJECT_CLASS (upscale_job_parent_class)->finalize (object);
}

static void
upscale_job_class_init (UpscaleJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_job_finalize;
}

static void
upscale_job_init (UpscaleJob *self)
{
}

static gboolean
check_size (const UpscaleJobRequest *request, int width_px, int height_px, GError **error)
{
  double width = width_px * request->scale;
  double height = height_px * request->scale;

  if (width > UPSCALE_MAX_SIDE_PX || height > UPSCALE_MAX_SIDE_PX)
    g_set_error (
        error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
        _ ("A layer of %dx%d px is too large for this scale: the result may have %d "
           "px a side."),
        width_px, height_px, UPSCALE_MAX_SIDE_PX);
  else if (width * height > (double) UPSCALE_MAX_PIXELS)
    g_set_error (
        error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
        _ ("A layer of %dx%d px is too large for this scale: the result may have %d "
           "megapixels. Choose a smaller scale."),
        width_px, height_px, (int) (UPSCALE_MAX_PIXELS / (1000 * 1000)));
  else
    return TRUE;
  return FALSE;
}

/**
 * upscale_job_plan_tiles:
 * @request: the job's input; only selection, region, scale, tile size and overlap are
 * read
 * @width_px: width of the layer; libgimp reports 0 once the image is closed
 * @height_px: height of the layer, likewise
 * @error: return location for an error
 *
 * Plans the tiles of a job without making the job, for the forecast in the dialog.
 *
 * Returns: (transfer full): the tiles that a job would have, or %NULL with
 * %UPSCALE_ERROR_ARGUMENT
 */
UpscaleTilePlan *
upscale_job_plan_tiles (const UpscaleJobRequest *request,
                        int                      width_px,
                        int                      height_px,
                        GError                 **error)
{
  int         width;
  int         height;
  UpscaleRect region = { 0 };

  g_return_val_if_fail (request != NULL, NULL);

  if (!check_size (request, width_px, height_px, error))
    return NULL;
  width = MAX (1, (int) lround (width_px * request->scale));
  height = MAX (1, (int) lround (height_px * request->scale));
  /* The plan refuses the empty region of a layer without pixels. */
  if (width_px > 0 && height_px > 0)
    region = upscale_rect_is_empty (request->region)
                 ? upscale_rect_scale (request->selection, (double) width / width_px,
                                       (double) height / height_px)
                 : request->region;
  return upscale_tile_plan_new ((UpscaleTilePlanCase) { width, height, region,
                                                        request->tile_px,
                                                        request->overlap_px,
                                                        request->scale },
                                error);
}

/**
 * upscale_job_check_tiles:
 * @plan: the tiles of a job
 * @tiles: (element-type guint): tiles that the user has chosen before the layer was read
 * @error: return location for an error
 *
 * GIMP stays usable while the dialog is open, so the layer may have got smaller since.
 *
 * Returns: %TRUE if @plan has all of @tiles, or %FALSE with %UPSCALE_ERROR_LAYER
 */
gboolean
upscale_job_check_tiles (const UpscaleTilePlan *plan, GArray *tiles, GError **error)
{
  g_return_val_if_fail (plan != NULL, FALSE);
  g_return_val_if_fail (tiles != NULL, FALSE);

  for (guint i = 0; i < tiles->len; i++)
    if (g_array_index (tiles, guint, i) >= upscale_tile_plan_get_n_tiles (plan))
      {
        g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_LAYER,
                             _ ("The layer has changed: close this window, and start "
                                "again."));
        return FALSE;
      }
  return TRUE;
}

/* Takes the tiles that are not wanted out of the order, and out of the composer. */
static void
leave_out_all_but (UpscaleJob *self, GArray *wanted, GArray *order)
{
  g_autofree gboolean *is_wanted =
      g_new0 (gboolean, upscale_tile_plan_get_n_tiles (self->plan));
  guint n_kept = 0;

  for (guint i = 0; i < wanted->len; i++)
    is_wanted[g_array_index (wanted, guint, i)] = TRUE;
  for (guint place = 0; place < order->len; place++)
    {
      guint tile_index = g_array_index (order, guint, place);

      if (is_wanted[tile_index])
        g_array_index (order, guint, n_kept++) = tile_index;
      else
        upscale_composer_leave_out (self->composer, tile_index);
    }
  g_array_set_size (order, n_kept);
}

/* The tiles that an earlier job has settled without a failure will be found again. */
static void
expect_settled_by (UpscaleJob *self, UpscaleJob *retried)
{
  const UpscaleDispatchStatus *before = upscale_job_get_status (retried);

  g_return_if_fail (upscale_tile_plan_get_n_tiles (self->plan) ==
                    upscale_tile_plan_get_n_tiles (retried->plan));

  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (self->plan); i++)
    {
      UpscaleTileState state = upscale_dispatch_status_get_tile (before, i).state;

      if (state == UPSCALE_TILE_PAINTED || state == UPSCALE_TILE_STORED)
        upscale_scheduler_expect (self->scheduler, i, UPSCALE_TILE_STORED);
      else if (state == UPSCALE_TILE_SKIPPED)
        upscale_scheduler_expect (self->scheduler, i, UPSCALE_TILE_SKIPPED);
    }
}

static void
make_scheduler (UpscaleJob *self, const UpscaleJobRequest *request)
{
  g_autoptr (GPtrArray) orphans = upscale_batch_recovery_find (request->logs);
  /* Only the selection is painted, so the middle of the region is that of the selection.
   * No procedure of GIMP tells which part of the image a window shows. */
  g_autoptr (GArray) order =
      upscale_tile_order_new (self->plan, upscale_tile_plan_get_region (self->plan));
  g_autoptr (GArray) groups =
      self->settings ? upscale_where_group (self->settings) : NULL;

  if (request->wanted)
    leave_out_all_but (self, request->wanted, order);
  self->scheduler =
      upscale_scheduler_new (UPSCALE_TILE_PROVIDER (self->pipeline),
                             upscale_tile_plan_get_n_tiles (self->plan), order, groups,
                             request->gen_params, request->policy, request->clock);
  for (guint i = 0; i < request->endpoints->len; i++)
    upscale_scheduler_add_endpoint (self->scheduler, request->endpoints->pdata[i]);
  for (guint i = 0; i < orphans->len; i++)
    upscale_scheduler_add_orphan (self->scheduler, orphans->pdata[i]);
  if (request->retried)
    expect_settled_by (self, request->retried);
}

static void
open_log (UpscaleJob *self, GFile *folder)
{
  g_autoptr (GError) error = NULL;

  self->log = upscale_job_log_new (folder, &error);
  if (self->log)
    upscale_job_log_follow (self->log, self->scheduler);
  else
    self->log_warning = g_strdup (error->message);
}

/**
 * upscale_job_new:
 * @request: the job's input
 * @error: return location for an error
 *
 * Plans the tiles, reads the logs of killed runs and opens a log of its own. Sends
 * nothing yet.
 *
 * Returns: (transfer full): the job, or %NULL with %UPSCALE_ERROR_ARGUMENT or
 * %UPSCALE_ERROR_LAYER
 */
UpscaleJob *
upscale_job_new (const UpscaleJobRequest *request, GError **error)
{
  const GeglRectangle *extent;
  g_autoptr (UpscaleJob) self = NULL;
  g_autoptr (UpscaleSource) source = NULL;
  g_autoptr (UpscaleTilePlan) plan = NULL;

  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (GEGL_IS_BUFFER (request->pixels), NULL);
  g_return_val_if_fail (request->endpoints != NULL, NULL);

  extent = gegl_buffer_get_extent (request->pixels);
  plan = request->plan
             ? upscale_tile_plan_ref (request->plan)
             : upscale_job_plan_tiles (request, extent->width, extent->height, error);
  if (!plan ||
      (request->wanted && !upscale_job_check_tiles (plan, request->wanted, error)))
    return NULL;
  source = upscale_source_new (request->pixels, request->scale);
  self = g_object_new (UPSCALE_TYPE_JOB, NULL);
  self->source = upscale_source_ref (source);
  self->plan = upscale_tile_plan_ref (plan);
  g_set_object (&self->previous, request->previous);
  if (request->where.strength_map)
    self->strength_map = upscale_coverage_ref (request->where.strength_map);
  self->settings =
      upscale_where_make_settings (&request->where, plan, request->gen_params);
  self->composer = upscale_composer_new (source, plan, request->color_correction,
                                         request->where.strength_map);
  self->pipeline =
      upscale_tile_pipeline_new (source, plan, self->composer, request->cache,
                                 request->gen_params, self->settings);
  make_scheduler (self, request);
  open_log (self, request->logs);
  return g_steal_pointer (&self);
}

/**
 * upscale_job_get_scheduler:
 * @job: a job
 *
 * Returns: (transfer none): the scheduler, which emits progress and events
 */
UpscaleScheduler *
upscale_job_get_scheduler (UpscaleJob *job)
{
  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);

  return job->scheduler;
}

/**
 * upscale_job_get_status:
 * @job: a job
 *
 * Returns: (transfer none): the view of the job's progress, tiles and endpoints, valid
 * for as long as the job
 */
const UpscaleDispatchStatus *
upscale_job_get_status (UpscaleJob *job)
{
  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);

  return upscale_scheduler_get_status (job->scheduler);
}

/**
 * upscale_job_get_plan:
 * @job: a job
 *
 * Returns: (transfer none): the plan of the job's tiles
 */
UpscaleTilePlan *
upscale_job_get_plan (UpscaleJob *job)
{
  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);

  return job->plan;
}

/**
 * upscale_job_get_result:
 * @job: a job
 *
 * Returns: (transfer none): the result in the layer's own format, which grows while the
 * job runs
 */
GeglBuffer *
upscale_job_get_result (UpscaleJob *job)
{
  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);

  return upscale_composer_get_result (job->composer);
}

/**
 * upscale_job_view_before:
 * @job: a job
 * @area: a part of the target
 *
 * Returns: (transfer full): the part as it was before the job: the earlier result if
 * there is one, else the base
 */
UpscaleView *
upscale_job_view_before (UpscaleJob *job, UpscaleRect area)
{
  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);

  return job->previous ? upscale_view_new (job->previous, area)
                       : upscale_view_new_of_base (job->source, area);
}

/**
 * upscale_job_view_result:
 * @job: a job that has run
 * @area: a part of the target
 *
 * Returns: (transfer full): the part of the result
 */
UpscaleView *
upscale_job_view_result (UpscaleJob *job, UpscaleRect area)
{
  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);

  return upscale_view_new (upscale_job_get_result (job), area);
}

/**
 * upscale_job_dup_bad_borders:
 * @job: a job
 *
 * Returns: (transfer full) (element-type UpscaleBorder): the borders of tiles that show
 * in the result so far, in the order of their tiles
 */
GArray *
upscale_job_dup_bad_borders (UpscaleJob *job)
{
  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);

  return upscale_composer_dup_bad_borders (job->composer);
}

/**
 * upscale_job_list_repaint:
 * @job: a job
 * @on_borders: tiles from upscale_tile_plan_new_on_borders() for the job's plan
 * @is_upright: the direction of @on_borders
 *
 * Returns: (transfer full) (element-type guint): the tiles of @on_borders that lie on
 * borders that show, for a job with these tiles; it needs the result of @job as the
 * earlier one
 */
GArray *
upscale_job_list_repaint (UpscaleJob            *job,
                          const UpscaleTilePlan *on_borders,
                          gboolean               is_upright)
{
  GArray *tiles;
  g_autoptr (GArray) borders = NULL;

  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);
  g_return_val_if_fail (on_borders != NULL, NULL);

  tiles = g_array_new (FALSE, FALSE, sizeof (guint));
  borders = upscale_job_dup_bad_borders (job);
  for (guint i = 0; i < borders->len; i++)
    {
      UpscaleBorder border = g_array_index (borders, UpscaleBorder, i);
      guint         tile;

      if (upscale_tile_plan_is_upright (job->plan, border.first, border.second) !=
          is_upright)
        continue;
      tile = upscale_tile_plan_find_on_border (job->plan, on_borders, border.first);
      g_array_append_val (tiles, tile);
    }
  return tiles;
}

/**
 * upscale_job_dup_warning:
 * @job: a job
 *
 * Returns: (transfer full) (nullable): a problem that did not harm the result, a sentence
 */
char *
upscale_job_dup_warning (UpscaleJob *job)
{
  char *warning;

  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);

  warning = upscale_tile_pipeline_dup_warning (job->pipeline);
  if (!warning && job->log)
    return upscale_job_log_dup_warning (job->log);
  return warning ? warning : g_strdup (job->log_warning);
}

/**
 * upscale_job_get_log_path:
 * @job: a job
 *
 * Returns: (transfer none) (nullable): the path of the job's log; %NULL if none could be
 * opened
 */
const char *
upscale_job_get_log_path (UpscaleJob *job)
{
  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);

  return job->log ? upscale_job_log_get_path (job->log) : NULL;
}

/**
 * upscale_job_add_log_path:
 * @job: a job
 * @sentence: a failure
 *
 * Tells the user where to read more about a failure.
 *
 * Returns: (transfer full): @sentence, followed by the path of the job's log
 */
char *
upscale_job_add_log_path (UpscaleJob *job, const char *sentence)
{
  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);
  g_return_val_if_fail (sentence != NULL, NULL);

  if (!job->log)
    return g_strdup (sentence);
  return g_strdup_printf (_ ("%s (All that happened: %s)"), sentence,
                          upscale_job_log_get_path (job->log));
}

/**
 * upscale_job_dup_summary:
 * @job: a job that has run
 *
 * Returns: (transfer full): the outcome, one sentence, with the path of the log if tiles
 * failed
 */
char *
upscale_job_dup_summary (UpscaleJob *job)
{
  g_autofree char *summary = NULL;

  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);

  summary = upscale_dispatch_status_summarize (upscale_job_get_status (job));
  if (upscale_dispatch_status_get_progress (upscale_job_get_status (job)).n_failed == 0)
    return g_steal_pointer (&summary);
  return upscale_job_add_log_path (job, summary);
}

static void
log_borders (UpscaleJob *self)
{
  g_autoptr (GArray) borders = upscale_job_dup_bad_borders (self);

  for (guint i = 0; i < borders->len; i++)
    upscale_job_log_note_border (self->log, &g_array_index (borders, UpscaleBorder, i));
}

static void
end_log (UpscaleJob *self, const GError *error)
{
  g_autofree char *summary =
      upscale_dispatch_status_summarize (upscale_job_get_status (self));
  const char *outcome = error ? error->message : summary;

  /* The outcome names endpoints, whose addresses may hold secrets. */
  if (error)
    g_debug ("job: ended with error %d", error->code);
  else
    g_debug ("job: ended well");
  if (!self->log)
    return;
  log_borders (self);
  upscale_job_log_end (self->log, outcome);
}

/* Where a tile failed, the earlier result is better than the base. */
static void
keep_previous (UpscaleJob *self)
{
  guint                n_tiles = upscale_tile_plan_get_n_tiles (self->plan);
  g_autofree gboolean *is_kept = g_new0 (gboolean, n_tiles);

  for (guint i = 0; i < n_tiles; i++)
    {
      UpscaleTileState state =
          upscale_dispatch_status_get_tile (upscale_job_get_status (self), i).state;

      is_kept[i] = state == UPSCALE_TILE_FAILED || state == UPSCALE_TILE_LEFT_OUT;
    }
  upscale_repaint_keep_outside (self->source, self->plan, is_kept, self->strength_map,
                                self->previous, upscale_job_get_result (self));
}

static void
on_scheduler_ran (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UpscaleJob *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  gboolean succeeded =
      upscale_scheduler_run_finish (UPSCALE_SCHEDULER (object), result, &error);

  end_log (self, error);
  if (succeeded && self->previous)
    keep_previous (self);
  if (succeeded)
    g_task_return_boolean (task, TRUE);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    {
      g_autofree char *sentence = upscale_job_add_log_path (self, error->message);

      g_task_return_new_error_literal (task, error->domain, error->code, sentence);
    }
}

/**
 * upscale_job_run_async:
 * @job: a job
 * @cancellable: (nullable): cancels the job; painted tiles stay in the cache
 * @callback: called on the main thread when the job has ended
 * @user_data: for @callback
 *
 * Runs the job. Succeeds also if some tiles failed: the scheduler lists these, and the
 * result shows the base there.
 */
void
upscale_job_run_async (UpscaleJob         *job,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (UPSCALE_IS_JOB (job));

  g_debug ("job: runs with %u tiles, log %s", upscale_tile_plan_get_n_tiles (job->plan),
           job->log ? upscale_job_log_get_path (job->log) : "none");
  task = g_task_new (job, cancellable, callback, user_data);
  g_task_set_source_tag (task, upscale_job_run_async);
  /* The scheduler decides: a job whose last tile arrived before the cancellation is done.
   */
  g_task_set_check_cancellable (task, FALSE);
  upscale_scheduler_run_async (job->scheduler, cancellable, on_scheduler_ran,
                               g_steal_pointer (&task));
}

/**
 * upscale_job_run_finish:
 * @job: a job
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE if every tile is settled, or %FALSE with %UPSCALE_ERROR_NO_ENDPOINT or
 * %G_IO_ERROR_CANCELLED
 */
gboolean
upscale_job_run_finish (UpscaleJob *job, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, job), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
