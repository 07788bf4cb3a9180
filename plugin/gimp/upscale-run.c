/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-run.h"

#include <gegl.h>
#include <glib/gi18n.h>
#include <libgimp/gimpui.h>

#include "upscale-arguments.h"
#include "upscale-console-progress.h"
#include "upscale-dialog.h"
#include "upscale-endpoint-list.h"
#include "upscale-error.h"
#include "upscale-image.h"
#include "upscale-job.h"
#include "upscale-layer-reader.h"
#include "upscale-layer-writer.h"
#include "upscale-progress-window.h"

#define ENDPOINT_PROGRAM "tile-upscale-endpoint"
#define STORE_MAX_BYTES (G_GUINT64_CONSTANT (4) << 30)

/* One call of the procedure, from arguments to new layer. Lives on the stack of
 * upscale_run(). */
typedef struct
{
  GimpProcedure    *procedure;
  gboolean          is_interactive;
  UpscaleArguments *arguments;
  UpscaleLayerCopy *copy;
  UpscaleJob       *job;
  GCancellable     *cancellable;
  GMainLoop        *loop;
  gboolean          succeeded;
  GError           *error;
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->arguments, upscale_arguments_free);
  g_clear_object (&run->job);
  g_clear_pointer (&run->copy, upscale_layer_copy_free);
  g_clear_object (&run->cancellable);
  g_clear_pointer (&run->loop, g_main_loop_unref);
  g_clear_error (&run->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* The local endpoint lies beside the plug-in's own program, wherever that was installed.
 */
static char *
find_endpoint_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self ? g_path_get_dirname (self) : g_strdup (".");

  return g_build_filename (folder, ENDPOINT_PROGRAM, NULL);
}

static UpscaleTileStore *
open_store (void)
{
  g_autoptr (GFile) folder =
      g_file_new_build_filename (g_get_user_cache_dir (), "tile-upscale", "tiles", NULL);

  return upscale_tile_store_new (folder, STORE_MAX_BYTES);
}

static UpscaleJob *
make_job (Run *run, GError **error)
{
  const UpscaleArguments *arguments = run->arguments;
  g_autofree char        *program = find_endpoint_program ();
  g_autoptr (UpscaleClock) clock = upscale_clock_new ();
  g_autoptr (GFile) file = gimp_directory_file ("tile-upscale", "endpoints.conf", NULL);
  g_autoptr (UpscaleEndpointFile) described = upscale_endpoint_file_load (file);
  UpscaleEndpointTools tools = { described, program, clock };
  g_autoptr (GPtrArray) endpoints =
      upscale_endpoint_list_new (arguments->endpoints, &tools, error);
  g_autoptr (UpscaleTileStore) store = open_store ();
  UpscaleJobRequest request = {
    .pixels = run->copy->pixels,
    .selection = run->copy->selection,
    .scale = arguments->scale,
    .tile_px = arguments->tile_px,
    .overlap_px = arguments->overlap_px,
    .colour_correction = arguments->colour_correction,
    .recipe = arguments->recipe,
    .policy = arguments->policy,
    .endpoints = endpoints,
    .store = store,
  };

  return endpoints ? upscale_job_new (&request, error) : NULL;
}

static void
on_job_ran (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;

  run->succeeded = upscale_job_run_finish (UPSCALE_JOB (object), result, &run->error);
  g_main_loop_quit (run->loop);
}

/* GIMP's own progress bar is not shown here: its Cancel kills this process. */
static gboolean
run_job (Run *run)
{
  UpscaleScheduler *scheduler = upscale_job_get_scheduler (run->job);
  g_autoptr (UpscaleConsoleProgress) lines = NULL;
  GtkWidget *window = NULL;

  if (run->is_interactive)
    window = upscale_progress_window_new (scheduler, run->cancellable);
  else
    lines = upscale_console_progress_new (scheduler);
  upscale_job_run_async (run->job, run->cancellable, on_job_ran, run);
  g_main_loop_run (run->loop);
  g_clear_pointer (&window, gtk_widget_destroy);
  upscale_job_come_to_rest (run->job);
  return run->succeeded;
}

static void
on_strip_written (double fraction, gpointer user_data)
{
  gimp_progress_update (fraction);
}

static GimpLayer *
write_layer (Run *run, GError **error)
{
  GimpLayer *layer;

  gimp_progress_init (_ ("Writing the upscaled layer"));
  layer =
      upscale_layer_writer_write (run->copy, upscale_job_get_result (run->job),
                                  run->arguments->scale, run->arguments->resize_canvas,
                                  on_strip_written, NULL, error);
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
tell (const char *sentence)
{
  g_autofree char *line = g_strdup_printf ("%s\n", sentence);

  gimp_message (g_strchomp (line));
}

/* One sentence at the end; nothing is said when all went as hoped and the layer can be
 * seen. */
static void
report (Run *run)
{
  UpscaleScheduler *scheduler = upscale_job_get_scheduler (run->job);
  g_autofree char  *warning = upscale_job_dup_warning (run->job);
  g_autofree char  *sentence = upscale_scheduler_dup_summary (scheduler);

  if (!run->is_interactive)
    g_printerr ("tile-upscale: %s\n", sentence);
  else if (upscale_scheduler_get_progress (scheduler).n_failed > 0)
    tell (sentence);
  if (warning)
    tell (warning);
}

static GimpValueArray *
succeed (Run *run, GimpLayer *layer)
{
  UpscaleProgress progress =
      upscale_scheduler_get_progress (upscale_job_get_scheduler (run->job));
  GimpValueArray *values =
      gimp_procedure_new_return_values (run->procedure, GIMP_PDB_SUCCESS, NULL);

  GIMP_VALUES_SET_LAYER (values, 1, layer);
  GIMP_VALUES_SET_INT (values, 2, (int) progress.n_tiles);
  GIMP_VALUES_SET_INT (values, 3, (int) progress.n_failed);
  return values;
}

/* In batch mode GIMP takes CANCEL for success and the script goes on: without a user, a
 * cancelled run is an error. */
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
  return gimp_procedure_new_return_values (run->procedure, status, error);
}

/* Everything until the first tile is sent. */
static gboolean
prepare (Run                 *run,
         GimpImage           *image,
         GimpDrawable       **drawables,
         GimpProcedureConfig *config,
         GError             **error)
{
  run->arguments = upscale_arguments_new (config, error);
  if (!run->arguments)
    return FALSE;
  run->copy = upscale_layer_reader_read (image, drawables, error);
  if (!run->copy)
    return FALSE;
  run->job = make_job (run, error);
  return run->job != NULL;
}

static void
start_libraries (gboolean is_interactive)
{
  if (is_interactive)
    gimp_ui_init ("tile-upscale");
  else
    gegl_init (NULL, NULL);
  upscale_image_limit_memory ();
  /* What fails is said in our own sentence; GIMP's pop-ups beside it would say it twice.
   */
  gimp_plug_in_set_pdb_error_handler (gimp_get_plug_in (), GIMP_PDB_ERROR_HANDLER_PLUGIN);
}

/**
 * upscale_run:
 * @procedure: the procedure
 * @run_mode: with a user or without
 * @image: the image
 * @drawables: (array zero-terminated=1): the selected drawables
 * @config: the arguments
 * @run_data: unused
 *
 * One call of the procedure, from start to end.
 *
 * Returns: (transfer full): the new layer, the number of tiles, and how many of them
 * failed
 */
GimpValueArray *
upscale_run (GimpProcedure       *procedure,
             GimpRunMode          run_mode,
             GimpImage           *image,
             GimpDrawable       **drawables,
             GimpProcedureConfig *config,
             gpointer             run_data)
{
  g_auto (Run) run = { .procedure = procedure,
                       .is_interactive = run_mode != GIMP_RUN_NONINTERACTIVE,
                       .cancellable = g_cancellable_new (),
                       .loop = g_main_loop_new (NULL, FALSE) };
  GError    *error = NULL;
  GimpLayer *layer = NULL;

  start_libraries (run.is_interactive);
  if (run_mode == GIMP_RUN_INTERACTIVE && !upscale_dialog_run (procedure, config))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
  if (!prepare (&run, image, drawables, config, &error))
    return fail (&run, error);
  if (!run_job (&run))
    return fail (&run, g_steal_pointer (&run.error));
  layer = write_layer (&run, &error);
  if (!layer)
    return fail (&run, error);
  report (&run);
  return succeed (&run, layer);
}
