/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-run.h"

#include <gegl.h>
#include <glib/gi18n.h>
#include <libgimp/gimpui.h>

#include "upscale-arguments.h"
#include "upscale-dialog.h"
#include "upscale-error.h"
#include "upscale-forecast.h"
#include "upscale-guard.h"
#include "upscale-image.h"
#include "upscale-last-values.h"
#include "upscale-layer-reader.h"
#include "upscale-layer-recipe.h"
#include "upscale-layer-writer.h"
#include "upscale-job-runner.h"
#include "upscale-paths.h"
#include "upscale-timings.h"
#include "upscale-where-reader.h"

#define CACHE_MAX_BYTES (G_GUINT64_CONSTANT (4) << 30)
#define PICTURE_PX 1024
#define GRAY_RGBA 0x999999ff

/* One call of the procedure, from its arguments to the new layer. Lives on the stack of
 * upscale_run_call(). */
typedef struct
{
  const UpscaleRunCall   *call;
  GimpProcedureConfig    *config; /* of the call */
  gboolean                is_interactive;
  char                   *local_program;
  char                   *workflows;
  UpscaleEndpointFile    *endpoints;
  UpscaleClock           *clock;
  UpscaleEndpointTools    tools;
  GimpLayer              *layer;
  UpscaleLayerLooks      *looks; /* of @layer when the user was asked */
  GdkPixbuf              *picture;
  UpscaleLayerRecipe     *made_by; /* of @layer, when it is an earlier result */
  UpscaleArguments       *arguments;
  UpscaleLayerCopy       *copy;
  UpscaleWhere            where;
  UpscaleJobRunnerOutcome outcome;
} Run;

static void
run_clear (Run *run)
{
  g_free (run->local_program);
  g_free (run->workflows);
  g_clear_pointer (&run->endpoints, upscale_endpoint_file_free);
  g_clear_object (&run->clock);
  g_clear_pointer (&run->looks, upscale_layer_looks_free);
  g_clear_object (&run->picture);
  g_clear_pointer (&run->made_by, upscale_layer_recipe_free);
  g_clear_pointer (&run->arguments, upscale_arguments_free);
  upscale_job_runner_outcome_clear (&run->outcome);
  g_clear_pointer (&run->copy, upscale_layer_reader_copy_free);
  upscale_where_reader_clear (&run->where);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static void
find_tools (Run *run)
{
  g_autoptr (GFile) file = upscale_paths_find_own ("endpoints.conf");
  g_autoptr (GFile) workflows = upscale_paths_find_own ("workflows");

  run->local_program = upscale_paths_dup_endpoint_program ();
  run->endpoints = upscale_endpoint_file_load (file);
  if (!run->is_interactive && upscale_endpoint_file_get_problem (run->endpoints))
    g_printerr ("tile-upscale: %s\n", upscale_endpoint_file_get_problem (run->endpoints));
  run->clock = upscale_clock_new ();
  run->workflows = g_file_get_path (workflows);
  run->tools = (UpscaleEndpointTools) { run->endpoints, run->local_program, run->clock,
                                        run->workflows };
}

static UpscaleTileCache *
open_cache (void)
{
  g_autoptr (GFile) folder = upscale_paths_find_cached ("tiles");

  return upscale_tile_cache_new (folder, CACHE_MAX_BYTES);
}

/* Returns a gray pixel if GIMP makes no thumbnail, as for layers that would be thinner
 * than a pixel in it. */
static GdkPixbuf *
read_picture (GimpDrawable *drawable)
{
  int longest =
      MAX (gimp_drawable_get_width (drawable), gimp_drawable_get_height (drawable));
  int        side_px = MIN (PICTURE_PX, longest);
  GdkPixbuf *picture =
      gimp_drawable_get_thumbnail (drawable, side_px, side_px, GIMP_PIXBUF_SMALL_CHECKS);

  if (picture)
    return picture;
  picture = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 1, 1);
  gdk_pixbuf_fill (picture, GRAY_RGBA);
  return picture;
}

static UpscaleGenParams *
dup_gen_params (GimpProcedureConfig *config)
{
  g_autoptr (UpscaleArguments) arguments =
      upscale_arguments_new (G_OBJECT (config), NULL);

  return arguments ? upscale_gen_params_ref (arguments->gen_params)
                   : upscale_gen_params_new ();
}

static UpscaleLayerRecipe *
read_recipe (Run *run, GError **error)
{
  return upscale_layer_recipe_read (run->layer,
                                    gimp_procedure_config_get_procedure (run->config),
                                    error);
}

/* A user who selects a part of an earlier result most likely wants to repaint that part,
 * so the dialog starts with the recipe of the layer and a new seed. The selection may be
 * another one than last time, so it counts until the user says otherwise. */
static gboolean
offer_repaint (Run *run)
{
  gboolean can_repaint;

  if (!run->call->repeated)
    run->made_by = read_recipe (run, NULL);
  can_repaint = run->made_by && !gimp_selection_is_empty (run->call->image) &&
                !upscale_rect_is_empty (upscale_layer_looks_get_selection (run->looks));
  if (can_repaint)
    {
      upscale_layer_recipe_apply (run->made_by, G_OBJECT (run->config));
      g_object_set (run->config, "seed", g_random_int_range (0, G_MAXINT), NULL);
    }
  g_object_set (run->config, "repaint-selection", can_repaint, "ignore-selection", FALSE,
                NULL);
  return can_repaint;
}

/* Without a selection, or if the user ignores it, the whole layer is painted. */
static UpscaleRect
get_selection (const UpscaleLayerLooks *looks, gboolean is_ignored)
{
  return is_ignored ? upscale_layer_looks_get_whole (looks)
                    : upscale_layer_looks_get_selection (looks);
}

static void
read_forecast_input (Run *run, UpscaleForecastInput *input)
{
  GimpDrawable *drawable = run->looks->drawable;
  gboolean      is_ignored = FALSE;

  g_object_get (run->config, "ignore-selection", &is_ignored, NULL);
  input->width_px = gimp_drawable_get_width (drawable);
  input->height_px = gimp_drawable_get_height (drawable);
  input->pixel_bytes = gimp_drawable_get_bpp (drawable);
  input->recipe = run->made_by;
  input->endpoints = run->endpoints;
  input->looks = run->looks;
  input->selection = get_selection (run->looks, is_ignored);
}

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  return FALSE;
}

/* The last values may make a large job of another image. An error of the arguments is
 * reported by the run. */
static gboolean
confirm_last_values (Run *run, GError **error)
{
  g_autoptr (GKeyFile) timings = upscale_timings_load ();
  g_autoptr (UpscaleDialogForecast) forecast = NULL;
  g_auto (UpscaleForecastInput) input = { .timings = timings };

  run->made_by = read_recipe (run, NULL);
  read_forecast_input (run, &input);
  forecast = upscale_forecast_make (run->config, &input);
  return upscale_dialog_confirm (NULL, forecast) || refuse (error);
}

static GKeyFile *
make_recipe (Run *run)
{
  return upscale_layer_recipe_make (G_OBJECT (run->config), run->arguments->gen_params,
                                    run->copy);
}

static gboolean
read_where (Run *run, const UpscaleLayerLooks *looks, GError **error)
{
  return upscale_where_reader_read (G_OBJECT (run->config), run->arguments, looks,
                                    &run->where, error);
}

/* Repainting reuses the layer's own grid, so the caller's scale and tile size are
 * ignored. */
static gboolean
read_for_repaint (Run *run, GError **error)
{
  UpscaleArguments *arguments = run->arguments;
  UpscaleRect       region;
  g_autoptr (UpscaleLayerLooks) plain = upscale_layer_looks_new_plain (run->layer);

  /* The user may have removed the source while the dialog was open, so the recipe is read
   * again. */
  g_clear_pointer (&run->made_by, upscale_layer_recipe_free);
  run->made_by = read_recipe (run, error);
  if (!run->made_by)
    return FALSE;
  region = upscale_layer_recipe_find_region (
      run->made_by, gimp_drawable_get_width (GIMP_DRAWABLE (run->layer)),
      gimp_drawable_get_height (GIMP_DRAWABLE (run->layer)),
      upscale_layer_looks_get_selection (plain), error);
  if (upscale_rect_is_empty (region))
    return FALSE;
  run->copy = upscale_layer_reader_read (run->call->image, run->made_by->source);
  run->copy->selection = run->made_by->selection;
  arguments->scale = run->made_by->scale;
  arguments->tile_px = run->made_by->tile_px;
  arguments->overlap_px = run->made_by->overlap_px;
  run->copy->recipe = make_recipe (run);
  upscale_layer_reader_read_previous (run->copy, run->layer, region);
  if (!read_where (run, run->made_by->source, error))
    return FALSE;
  /* Texts name the tiles of the whole layer. */
  run->where.grid = upscale_layer_recipe_make_plan (
      run->made_by, gimp_drawable_get_width (GIMP_DRAWABLE (run->layer)),
      gimp_drawable_get_height (GIMP_DRAWABLE (run->layer)), error);
  return run->where.grid != NULL;
}

static gboolean
read_layer (Run *run, GError **error)
{
  g_autoptr (UpscaleLayerLooks) looks = NULL;

  /* A user who repeats the last filter on a layer without a recipe wants an upscale. */
  if (run->arguments->repaint_selection &&
      !(run->is_interactive && !upscale_layer_recipe_is_on (GIMP_ITEM (run->layer))))
    return read_for_repaint (run, error);
  /* The user may have changed the layer while the dialog was open, so it is read again.
   */
  looks = upscale_layer_looks_new (run->layer, error);
  if (!looks)
    return FALSE;
  run->copy = upscale_layer_reader_read (run->call->image, looks);
  run->copy->selection = get_selection (looks, run->arguments->ignore_selection);
  run->copy->recipe = make_recipe (run);
  return read_where (run, looks, error);
}

/* The caller adds endpoints, the cache and the logs. */
static UpscaleJobRequest
describe_job (const Run *run)
{
  const UpscaleArguments *arguments = run->arguments;

  return (UpscaleJobRequest) {
    .pixels = run->copy->pixels,
    .selection = run->copy->selection,
    .region = run->copy->region,
    .previous = run->copy->previous,
    .scale = arguments->scale,
    .tile_px = arguments->tile_px,
    .overlap_px = arguments->overlap_px,
    .color_correction = arguments->color_correction,
    .gen_params = arguments->gen_params,
    .where = run->where,
    .policy = arguments->policy,
    .clock = run->tools.clock,
  };
}

/* GIMP's own name of an image without a project file has brackets and a remark. */
static char *
dup_image_name (GimpImage *image)
{
  g_autoptr (GFile) saved = gimp_image_get_file (image);
  g_autoptr (GFile) imported = saved ? NULL : gimp_image_get_imported_file (image);
  GFile           *file = saved ? saved : imported;
  g_autofree char *bytes = file ? g_file_get_basename (file) : NULL;

  return bytes ? g_filename_display_name (bytes) : gimp_image_get_name (image);
}

static gboolean
run_job (Run *run, GError **error)
{
  g_autoptr (UpscaleTileCache) cache = open_cache ();
  g_autoptr (GFile) logs = upscale_paths_find_cached ("jobs");
  g_autofree char        *image_name = dup_image_name (run->call->image);
  UpscaleJobRunnerRequest request = {
    .arguments = run->arguments,
    .job = describe_job (run),
    .tools = &run->tools,
    .picture = run->is_interactive ? run->picture : NULL,
    .image_name = image_name,
  };

  request.job.cache = cache;
  request.job.logs = logs;
  return upscale_job_runner_run (&request, &run->outcome, error);
}

/* GIMP stays usable while the dialog is open. */
static gboolean
check_layer_is_there (const Run *run, GError **error)
{
  if (gimp_item_is_valid (GIMP_ITEM (run->layer)))
    return TRUE;
  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_LAYER,
                       _ ("The layer is gone: its image was closed, or the layer was "
                          "deleted. Undo that or open the image, and start again."));
  return FALSE;
}

static gboolean
read_arguments (Run *run, GError **error)
{
  if (!check_layer_is_there (run, error))
    return FALSE;
  run->arguments = upscale_arguments_new (G_OBJECT (run->config), error);
  return run->arguments && upscale_arguments_check_reference (run->arguments, error) &&
         read_layer (run, error);
}

/* Returns a run that takes the steps of the job itself, with the settings of now. */
static Run
start_from_dialog (const Run *dialog, GimpProcedureConfig *config)
{
  return (Run) { .call = dialog->call,
                 .config = config,
                 .is_interactive = TRUE,
                 .tools = dialog->tools,
                 .layer = dialog->layer };
}

/* Takes the steps of the run itself, so the tile lies in the cache under the name that
 * the job will look for. */
static UpscaleJob *
make_trial (GimpProcedureConfig *config,
            guint                tile_index,
            gpointer             user_data,
            GError             **error)
{
  g_auto (Run) run = start_from_dialog (user_data, config);
  g_autoptr (UpscaleTileCache) cache = open_cache ();
  g_autoptr (GFile) logs = upscale_paths_find_cached ("jobs");
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GPtrArray) endpoints = NULL;
  UpscaleJobRequest request;

  if (!read_arguments (&run, error))
    return NULL;
  endpoints = upscale_endpoint_list_new (run.arguments->endpoints, &run.tools, error);
  if (!endpoints)
    return NULL;
  g_array_append_val (wanted, tile_index);
  request = describe_job (&run);
  request.endpoints = endpoints;
  request.cache = cache;
  request.logs = logs;
  request.wanted = wanted;
  return upscale_job_new (&request, error);
}

/* Takes the steps of the run itself, so the tiles are those that the job will have. */
static UpscaleDescriber *
make_describer (GimpProcedureConfig *config,
                GArray              *tiles,
                gpointer             user_data,
                GError             **error)
{
  g_auto (Run) run = start_from_dialog (user_data, config);
  const GeglRectangle *extent;
  g_autoptr (UpscaleTilePlan) plan = NULL;
  g_autoptr (GPtrArray) endpoints = NULL;
  UpscaleJobRequest job;

  if (!read_arguments (&run, error))
    return NULL;
  job = describe_job (&run);
  extent = gegl_buffer_get_extent (job.pixels);
  plan = upscale_job_plan_tiles (&job, extent->width, extent->height, error);
  endpoints =
      plan && upscale_job_check_tiles (plan, tiles, error)
          ? upscale_endpoint_list_new (run.arguments->endpoints, &run.tools, error)
          : NULL;
  if (!endpoints)
    return NULL;
  return upscale_describer_new (&(UpscaleDescriberRequest) { .pixels = job.pixels,
                                                             .scale = job.scale,
                                                             .plan = plan,
                                                             .wanted = tiles,
                                                             .policy = job.policy,
                                                             .endpoints = endpoints,
                                                             .clock = job.clock });
}

static UpscaleSize
read_size (Run *run, const UpscaleLayerLooks *looks)
{
  UpscaleSize size = {
    .width_px = gimp_drawable_get_width (looks->drawable),
    .height_px = gimp_drawable_get_height (looks->drawable),
  };
  double y_ppi;

  gimp_image_get_resolution (run->call->image, &size.ppi, &y_ppi);
  return size;
}

static void
add_model_defaults (GPtrArray *entries, GKeyFile *timings, UpscaleCompletions *to)
{
  for (guint i = 0; entries && i < entries->len; i++)
    upscale_timings_add_model_defaults (
        timings, ((const UpscaleEndpointEntry *) entries->pdata[i])->name, to);
}

/* Returns names and values that servers have told in earlier runs. */
static UpscaleCompletions *
make_completions (Run *run, GKeyFile *timings)
{
  UpscaleCompletions *completions = upscale_completions_new ();
  g_autofree char    *text = NULL;
  g_autoptr (GPtrArray) chosen = NULL;

  g_object_get (run->config, "endpoints", &text, NULL);
  chosen = upscale_endpoint_list_describe (text ? text : "", run->endpoints, NULL);
  upscale_timings_add_completions (timings, completions);
  add_model_defaults (upscale_endpoint_file_get_entries (run->endpoints), timings,
                      completions);
  add_model_defaults (chosen, timings, completions);
  return completions;
}

/* The values of a recipe suit its layer, so they follow no model. */
static UpscaleModelFollower *
make_follower (Run *run, gboolean has_recipe, UpscaleCompletions *completions)
{
  static const char *const none[] = { NULL };
  g_auto (GStrv) last = upscale_last_values_load_followed ();

  return upscale_model_follower_new (G_OBJECT (run->config), completions, run->endpoints,
                                     has_recipe ? none : (const char *const *) last);
}

static gboolean
ask (Run *run, GError **error)
{
  g_autofree char *image_name = dup_image_name (run->call->image);
  g_autofree char *layer_name = gimp_item_get_name (GIMP_ITEM (run->layer));
  g_autoptr (GFile) shipped = upscale_paths_find_shipped ("presets");
  g_autoptr (GFile) own = upscale_paths_find_own ("presets");
  g_autoptr (GFile) manual = upscale_paths_find_shipped ("manual.md");
  g_autoptr (UpscalePresets) presets = upscale_presets_new (shipped, own);
  g_autoptr (GKeyFile) timings = upscale_timings_load ();
  g_autoptr (UpscaleCompletions) completions = make_completions (run, timings);
  gboolean can_repaint = offer_repaint (run);
  g_autoptr (UpscaleModelFollower) follower =
      make_follower (run, can_repaint || run->call->repeated, completions);
  g_auto (GStrv) followed = NULL;
  g_auto (UpscaleForecastInput) input = {
    .shown = can_repaint ? run->made_by : run->call->repeated,
    .timings = timings,
  };
  UpscaleDialogRequest request = {
    .procedure = gimp_procedure_config_get_procedure (run->config),
    .config = run->config,
    .image = run->call->image,
    .picture = run->picture,
    .image_name = image_name,
    .layer_name = layer_name,
    .manual = g_file_peek_path (manual),
    .size = read_size (run, run->looks),
    .can_repaint = can_repaint,
    .has_selection = !gimp_selection_is_empty (run->call->image),
    .forecast = upscale_forecast_make,
    .forecast_data = &input,
    .trials = { make_trial, upscale_job_runner_wait_until, run },
    .describers = { make_describer, upscale_job_runner_wait_until, run },
    .presets = presets,
    .completions = completions,
    .follower = follower,
    .tools = &run->tools,
    .note_test = upscale_forecast_note_test,
    .dup_gen_params = dup_gen_params,
  };

  if (can_repaint)
    request.repainted_size = read_size (run, run->made_by->source);
  read_forecast_input (run, &input);
  if (!upscale_dialog_run (&request))
    return refuse (error);
  followed = upscale_model_follower_dup_followed (follower);
  upscale_last_values_save (run->config, run->call->image,
                            (const char *const *) followed);
  return TRUE;
}

static void
on_strip_written (double fraction, gpointer user_data)
{
  const Run *run = user_data;

  gimp_progress_update (fraction);
  if (run->outcome.window)
    upscale_progress_window_show_written (run->outcome.window, fraction);
}

static GimpLayer *
write_layer (Run *run, GError **error)
{
  GimpLayer                *layer;
  UpscaleLayerWriterRequest request = {
    .copy = run->copy,
    .result = upscale_job_get_result (run->outcome.job),
    .scale = run->arguments->scale,
    .resize_canvas = run->arguments->resize_canvas,
    .keep_plain = run->arguments->keep_plain,
  };

  gimp_progress_init (_ ("Writing the upscaled layer"));
  layer = upscale_layer_writer_write (&request, on_strip_written, run, error);
  gimp_progress_end ();
  if (run->is_interactive && layer)
    {
      if (!gimp_image_is_valid (run->copy->image))
        gimp_display_new (gimp_item_get_image (GIMP_ITEM (layer)));
      gimp_displays_flush ();
    }
  return layer;
}

static void
show_message (const char *sentence)
{
  g_autofree char *line = g_strdup_printf ("%s\n", sentence);

  gimp_message (g_strchomp (line));
}

/* Callers often forget a selection in the image, so they are told about it. */
static gboolean
is_only_selection (const Run *run)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (run->copy->pixels);

  return run->copy->previous || run->copy->selection.width < extent->width ||
         run->copy->selection.height < extent->height;
}

/* The caller may select a border and repaint the selection. Without a log, the caller
 * can't tell which border shows. */
static void
print_borders (const Run *run)
{
  g_autoptr (GArray) borders = upscale_job_dup_bad_borders (run->outcome.job);
  const char      *log = upscale_job_get_log_path (run->outcome.job);
  g_autofree char *sentence = NULL;

  if (borders->len == 0 || !log)
    return;
  sentence =
      g_strdup_printf (ngettext ("%u border between tiles shows in the result; the "
                                 "job's log '%s' names its tiles.",
                                 "%u borders between tiles show in the result; the "
                                 "job's log '%s' names their tiles.",
                                 borders->len),
                       borders->len, log);
  g_printerr ("tile-upscale: %s\n", sentence);
}

/* A run without a user prints a summary. A user sees the window and the new layer. */
static void
report (Run *run)
{
  g_autofree char *warning = upscale_job_dup_warning (run->outcome.job);
  g_autofree char *sentence = upscale_job_dup_summary (run->outcome.job);

  if (!run->is_interactive && is_only_selection (run))
    g_printerr ("tile-upscale: %s\n",
                _ ("Only the selection was painted: select nothing, "
                   "or set ignore-selection, to paint the whole "
                   "layer."));
  if (!run->is_interactive)
    {
      g_printerr ("tile-upscale: %s\n", sentence);
      print_borders (run);
    }
  if (warning)
    show_message (warning);
}

static GimpValueArray *
succeed (Run *run, GimpLayer *layer)
{
  UpscaleProgress progress =
      upscale_dispatch_status_get_progress (upscale_job_get_status (run->outcome.job));
  GimpValueArray *values =
      gimp_procedure_new_return_values (run->call->procedure, GIMP_PDB_SUCCESS, NULL);

  GIMP_VALUES_SET_LAYER (values, 1, layer);
  GIMP_VALUES_SET_INT (values, 2, (int) progress.n_tiles);
  GIMP_VALUES_SET_INT (values, 3, (int) progress.n_failed);
  GIMP_VALUES_SET_BOOLEAN (values, 4, is_only_selection (run));
  return values;
}

/* The result is in the image, and the user may undo that while the window is open. */
static void
show_end (Run *run, GimpLayer *layer)
{
  g_autofree char *name = gimp_item_get_name (GIMP_ITEM (layer));

  upscale_job_runner_show_end (&run->outcome, name);
}

/* GIMP's batch mode takes GIMP_PDB_CANCEL for success and goes on with the script, so a
 * cancelled run without a user is an error. */
static GimpValueArray *
fail (Run *run, GError *error)
{
  GimpPDBStatusType status = GIMP_PDB_EXECUTION_ERROR;

  if (g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT))
    status = GIMP_PDB_CALLING_ERROR;
  else if (run->is_interactive &&
           g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      status = GIMP_PDB_CANCEL;
    }
  return gimp_procedure_new_return_values (run->call->procedure, status, error);
}

/* Reads the thumbnail that the windows show. */
static gboolean
read_looks (Run *run, GError **error)
{
  run->looks = upscale_layer_looks_new (run->layer, error);
  if (!run->looks)
    return FALSE;
  run->picture = read_picture (run->looks->drawable);
  return TRUE;
}

/* Takes all steps of the run before the first tile is sent. */
static gboolean
prepare (Run *run, GError **error)
{
  const UpscaleRunCall *call = run->call;

  find_tools (run);
  run->layer = upscale_layer_reader_find (call->image, call->drawables, error);
  if (!run->layer)
    return FALSE;
  if (run->is_interactive && !read_looks (run, error))
    return FALSE;
  if (call->run_mode == GIMP_RUN_INTERACTIVE && !ask (run, error))
    return FALSE;
  if (call->run_mode == GIMP_RUN_WITH_LAST_VALS && !confirm_last_values (run, error))
    return FALSE;
  return read_arguments (run, error);
}

static void
start_libraries (gboolean is_interactive)
{
  if (is_interactive)
    gimp_ui_init ("tile-upscale");
  else
    gegl_init (NULL, NULL);
  upscale_image_limit_memory ();
  /* The procedure's own error names the problem, so GIMP must not show a second one. */
  gimp_plug_in_set_pdb_error_handler (gimp_get_plug_in (), GIMP_PDB_ERROR_HANDLER_PLUGIN);
}

/**
 * upscale_run_call:
 * @call: the call
 *
 * Runs a call of a procedure that upscales, from its arguments to the new layer.
 *
 * Returns: (transfer full): the new layer, the number of tiles, and how many of them
 * failed
 */
GimpValueArray *
upscale_run_call (const UpscaleRunCall *call)
{
  g_auto (Run) run = { .call = call };
  GError         *error = NULL;
  GimpLayer      *layer = NULL;
  GimpValueArray *values;

  g_return_val_if_fail (call != NULL, NULL);

  run.config = call->config;
  run.is_interactive = call->run_mode != GIMP_RUN_NONINTERACTIVE;
  start_libraries (run.is_interactive);
  upscale_guard_begin (_ ("Tile Upscale was ended; most often that is because memory ran "
                          "out. Painted tiles are kept: close other programs or choose a "
                          "smaller scale, and run again."));
  if (prepare (&run, &error) && run_job (&run, &error))
    layer = write_layer (&run, &error);
  if (layer)
    report (&run);
  upscale_guard_end ();
  values = layer ? succeed (&run, layer) : fail (&run, error);
  if (layer && run.outcome.window)
    show_end (&run, layer);
  return values;
}

/**
 * upscale_run:
 * @procedure: the procedure
 * @run_mode: whether there is a user, and whether to show the dialog
 * @image: the image
 * @drawables: (array zero-terminated=1): the selected drawables
 * @config: the arguments
 * @run_data: unused
 *
 * Runs %UPSCALE_PROCEDURE_NAME.
 *
 * Returns: (transfer full): the values of upscale_run_call()
 */
GimpValueArray *
upscale_run (GimpProcedure       *procedure,
             GimpRunMode          run_mode,
             GimpImage           *image,
             GimpDrawable       **drawables,
             GimpProcedureConfig *config,
             gpointer             run_data)
{
  UpscaleRunCall call = {
    .procedure = procedure,
    .run_mode = run_mode,
    .image = image,
    .drawables = drawables,
    .config = config,
  };
  GimpValueArray *values;

  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    upscale_last_values_load (config, image);
  values = upscale_run_call (&call);
  upscale_last_values_forget (config);
  return values;
}
