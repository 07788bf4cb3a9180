/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs one whole job without GIMP, with a faster clock, and prints its outcome as one
 * JSON object. Reads commands on standard input, one a line: `cancel`, `leap SECONDS`. */
#include <gio/gunixinputstream.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <valgrind/callgrind.h>

#include "hurried-clock.h"
#include "stop-points.h"
#include "upscale-endpoint-list.h"
#include "upscale-idle-wait.h"
#include "upscale-image.h"
#include "upscale-job.h"
#include "upscale-source.h"

#define CHANNELS 3
#define US_PER_MS 1000

typedef struct
{
  char    *endpoints;
  char    *cache;
  char    *duplicates;
  char    *local_program;
  char    *stop_at;
  int      max_tries;
  int      batch_size;
  int      batch_timeout_s;
  int      seed;
  int      steps;
  int      width_px;
  int      height_px;
  int      tile_px;
  int      overlap_px;
  double   scale;
  double   speed;
  gboolean watch_pauses;
} Options;

typedef struct
{
  Options       options;
  HurriedClock *clock;
  GCancellable *cancellable;
  GMainLoop    *loop;
  GeglBuffer   *pixels;
  gint64        begun_us;
  gint64        last_turn_us; /* of the main loop */
  guint         turns;        /* the timer that watches the main loop */
  gint64        longest_pause_us;
  gint64        last_turn_cpu_us; /* of the main thread */
  gint64        longest_turn_cpu_us;
  gint64        cancelled_us;
  gint64        ended_us;
  gint64        cpu_us; /* of all threads from begin to end */
  GError       *error;
} Runner;

/* Draws noise over a slope: no tile is single-colored, and no two are equal. */
static GeglBuffer *
make_pixels (int width_px, int height_px)
{
  GeglBuffer        *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, width_px, height_px),
                                               babl_format ("R'G'B' u8"));
  gsize              size = (gsize) width_px * (gsize) height_px * CHANNELS;
  g_autofree guint8 *bytes = g_malloc (size);
  guint32            noise = 1;

  for (gsize i = 0; i < size; i++)
    {
      noise = noise * 1664525 + 1013904223;
      bytes[i] = (guint8) (i * 128 / size + (noise >> 25));
    }
  gegl_buffer_set (buffer, NULL, 0, NULL, bytes, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static UpscaleHedgeDuplicates
parse_duplicates (const char *text)
{
  if (g_strcmp0 (text, "allowed") == 0)
    return UPSCALE_HEDGE_DUPLICATES_ALLOWED;
  return g_strcmp0 (text, "never") == 0 ? UPSCALE_HEDGE_DUPLICATES_NEVER
                                        : UPSCALE_HEDGE_DUPLICATES_AUTO;
}

static UpscaleJob *
make_job (Runner *runner, GPtrArray *endpoints)
{
  g_autoptr (GFile) tiles =
      g_file_new_build_filename (runner->options.cache, "tiles", NULL);
  g_autoptr (GFile) logs =
      g_file_new_build_filename (runner->options.cache, "jobs", NULL);
  g_autoptr (UpscaleTileCache) cache = upscale_tile_cache_new (tiles, 1 << 30);
  g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
  UpscaleEndpointTerms terms = { .duplicates =
                                     parse_duplicates (runner->options.duplicates) };
  UpscaleJobRequest    request = {
       .pixels = runner->pixels,
       .selection = { 0, 0, runner->options.width_px, runner->options.height_px },
       .scale = runner->options.scale,
       .tile_px = runner->options.tile_px,
       .overlap_px = runner->options.overlap_px,
       .gen_params = gen_params,
       .policy = { .batch_size = runner->options.batch_size,
                   .batch_timeout_us =
                       runner->options.batch_timeout_s * (gint64) G_USEC_PER_SEC,
                   .max_tries = runner->options.max_tries },
       .endpoints = endpoints,
       .cache = cache,
       .logs = logs,
       .clock = UPSCALE_CLOCK (runner->clock),
  };

  gen_params->seed = runner->options.seed;
  gen_params->strength = 0.3;
  gen_params->steps = runner->options.steps;
  for (guint i = 0; i < endpoints->len; i++)
    upscale_endpoint_set_terms (endpoints->pdata[i], terms);
  return upscale_job_new (&request, &runner->error);
}

/* Takes the addresses of the command line, and the names in the cache's endpoints.conf.
 */
static GPtrArray *
list_endpoints (Runner *runner)
{
  g_autoptr (GFile) path =
      g_file_new_build_filename (runner->options.cache, "endpoints.conf", NULL);
  g_autoptr (UpscaleEndpointFile) file = upscale_endpoint_file_load (path);
  UpscaleEndpointTools tools = { file, runner->options.local_program,
                                 UPSCALE_CLOCK (runner->clock), NULL };

  return upscale_endpoint_list_new (runner->options.endpoints, &tools, &runner->error);
}

static gint64
get_cpu_us (int who)
{
  struct rusage usage;

  getrusage (who, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * (gint64) G_USEC_PER_SEC +
         usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static void
on_job_idle (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Runner *runner = user_data;

  upscale_idle_wait_finish (UPSCALE_SCHEDULER (object), result);
  g_main_loop_quit (runner->loop);
}

static void
on_job_ran (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Runner *runner = user_data;

  runner->ended_us = g_get_monotonic_time ();
  runner->cpu_us += get_cpu_us (RUSAGE_SELF);
  if (runner->turns)
    g_source_remove (runner->turns);
  upscale_job_run_finish (UPSCALE_JOB (object), result, &runner->error);
  upscale_idle_wait_async (upscale_job_get_scheduler (UPSCALE_JOB (object)), on_job_idle,
                           runner);
}

static void read_command (Runner *runner, GDataInputStream *commands);

static void
on_command (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Runner           *runner = user_data;
  GDataInputStream *commands = G_DATA_INPUT_STREAM (object);
  g_autofree char  *line =
      g_data_input_stream_read_line_finish (commands, result, NULL, NULL);

  if (!line)
    return;
  if (g_str_equal (line, "cancel"))
    {
      runner->cancelled_us = g_get_monotonic_time ();
      g_cancellable_cancel (runner->cancellable);
    }
  else if (g_str_has_prefix (line, "leap "))
    hurried_clock_leap (runner->clock, g_ascii_strtod (line + strlen ("leap "), NULL));
  read_command (runner, commands);
}

static void
read_command (Runner *runner, GDataInputStream *commands)
{
  g_data_input_stream_read_line_async (commands, G_PRIORITY_DEFAULT, NULL, on_command,
                                       runner);
}

static gboolean
on_turn (gpointer user_data)
{
  Runner *runner = user_data;
  gint64  now_us = g_get_monotonic_time ();
  gint64  cpu_us = get_cpu_us (RUSAGE_THREAD);

  runner->longest_pause_us =
      MAX (runner->longest_pause_us, now_us - runner->last_turn_us - US_PER_MS);
  runner->last_turn_us = now_us;
  runner->longest_turn_cpu_us =
      MAX (runner->longest_turn_cpu_us, cpu_us - runner->last_turn_cpu_us);
  runner->last_turn_cpu_us = cpu_us;
  return G_SOURCE_CONTINUE;
}

/* Runs the job to its end, and measures the longest pause of the main loop. Callgrind, if
 * it was started with --instr-atstart=no, counts the job alone. */
static void
run (Runner *runner, UpscaleJob *job)
{
  CALLGRIND_START_INSTRUMENTATION;
  if (runner->options.watch_pauses)
    runner->turns = g_timeout_add_full (G_PRIORITY_HIGH, 1, on_turn, runner, NULL);
  runner->cpu_us = -get_cpu_us (RUSAGE_SELF);
  runner->last_turn_cpu_us = get_cpu_us (RUSAGE_THREAD);
  runner->begun_us = runner->last_turn_us = g_get_monotonic_time ();
  upscale_job_run_async (job, runner->cancellable, on_job_ran, runner);
  g_main_loop_run (runner->loop);
  CALLGRIND_STOP_INSTRUMENTATION;
}

/* Returns whether the result is the plain enlargement, as echoed tiles make it. */
static gboolean
equals_source (Runner *runner, UpscaleJob *job)
{
  GeglBuffer          *result = upscale_job_get_result (job);
  const GeglRectangle *extent = gegl_buffer_get_extent (result);
  gsize                size = (gsize) extent->width * (gsize) extent->height * CHANNELS;
  g_autofree guint8   *actual = g_malloc (size);
  g_autoptr (UpscaleSource) source =
      upscale_source_new (runner->pixels, runner->options.scale);
  g_autoptr (UpscalePixels) expected =
      upscale_source_get_seen (source,
                               (UpscaleRect) { 0, 0, extent->width, extent->height });

  gegl_buffer_get (result, NULL, 1.0, babl_format ("R'G'B' u8"), actual,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return memcmp (expected->data, actual, size) == 0;
}

static void
add_int (JsonBuilder *report, const char *name, gint64 value)
{
  json_builder_set_member_name (report, name);
  json_builder_add_int_value (report, value);
}

static void
add_text (JsonBuilder *report, const char *name, const char *value)
{
  json_builder_set_member_name (report, name);
  json_builder_add_string_value (report, value);
}

static void
add_tiles (JsonBuilder *report, const UpscaleDispatchStatus *run, guint n_tiles)
{
  json_builder_set_member_name (report, "tiles");
  json_builder_begin_array (report);
  for (guint i = 0; i < n_tiles; i++)
    {
      UpscaleTileStatus status = upscale_dispatch_status_get_tile (run, i);

      json_builder_begin_object (report);
      add_int (report, "failed", status.state == UPSCALE_TILE_FAILED);
      add_int (report, "tries", status.n_tries);
      add_text (report, "endpoint", status.endpoint);
      add_text (report, "failure", status.failure);
      json_builder_end_object (report);
    }
  json_builder_end_array (report);
}

static void
print_report (Runner *runner, UpscaleJob *job)
{
  const UpscaleDispatchStatus *run = upscale_job_get_status (job);
  UpscaleProgress              progress = upscale_dispatch_status_get_progress (run);
  g_autoptr (JsonBuilder) report = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *summary = upscale_job_dup_summary (job);
  g_autofree char *warning = upscale_job_dup_warning (job);
  g_autofree char *text = NULL;

  json_builder_begin_object (report);
  add_int (report, "n_tiles", progress.n_tiles);
  add_int (report, "painted", progress.n_painted);
  add_int (report, "stored", progress.n_stored);
  add_int (report, "failed", progress.n_failed);
  add_int (report, "wall_us", runner->ended_us - runner->begun_us);
  add_int (report, "cpu_us", runner->cpu_us);
  add_int (report, "longest_pause_us", runner->longest_pause_us);
  add_int (report, "longest_turn_cpu_us", runner->longest_turn_cpu_us);
  add_int (report, "cancel_us",
           runner->cancelled_us ? runner->ended_us - runner->cancelled_us : 0);
  add_text (report, "error", runner->error ? runner->error->message : NULL);
  add_text (report, "summary", summary);
  add_text (report, "warning", warning);
  add_text (report, "log", upscale_job_get_log_path (job));
  json_builder_set_member_name (report, "is_source");
  json_builder_add_boolean_value (report, equals_source (runner, job));
  add_tiles (report, run, progress.n_tiles);
  json_builder_end_object (report);
  root = json_builder_get_root (report);
  text = json_to_string (root, FALSE);
  g_print ("%s\n", text);
}

static Options
parse_options (int *argc, char ***argv)
{
  Options      options = { .max_tries = 4,
                           .batch_size = 3,
                           .batch_timeout_s = 2400,
                           .steps = 20,
                           .width_px = 208,
                           .height_px = 208,
                           .tile_px = 64,
                           .overlap_px = 16,
                           .scale = 1.0,
                           .speed = 1.0 };
  GOptionEntry entries[] = {
    { "endpoints", 0, 0, G_OPTION_ARG_STRING, &options.endpoints, NULL, NULL },
    { "cache", 0, 0, G_OPTION_ARG_STRING, &options.cache, NULL, NULL },
    { "duplicates", 0, 0, G_OPTION_ARG_STRING, &options.duplicates, NULL, NULL },
    { "local-program", 0, 0, G_OPTION_ARG_STRING, &options.local_program, NULL, NULL },
    { "stop-at", 0, 0, G_OPTION_ARG_STRING, &options.stop_at, NULL, NULL },
    { "max-tries", 0, 0, G_OPTION_ARG_INT, &options.max_tries, NULL, NULL },
    { "batch-size", 0, 0, G_OPTION_ARG_INT, &options.batch_size, NULL, NULL },
    { "batch-timeout", 0, 0, G_OPTION_ARG_INT, &options.batch_timeout_s, NULL, NULL },
    { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, NULL, NULL },
    { "steps", 0, 0, G_OPTION_ARG_INT, &options.steps, NULL, NULL },
    { "width", 0, 0, G_OPTION_ARG_INT, &options.width_px, NULL, NULL },
    { "height", 0, 0, G_OPTION_ARG_INT, &options.height_px, NULL, NULL },
    { "tile", 0, 0, G_OPTION_ARG_INT, &options.tile_px, NULL, NULL },
    { "overlap", 0, 0, G_OPTION_ARG_INT, &options.overlap_px, NULL, NULL },
    { "scale", 0, 0, G_OPTION_ARG_DOUBLE, &options.scale, NULL, NULL },
    { "watch-pauses", 0, 0, G_OPTION_ARG_NONE, &options.watch_pauses, NULL, NULL },
    { "speed", 0, 0, G_OPTION_ARG_DOUBLE, &options.speed, NULL, NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error) || !options.endpoints ||
      !options.cache)
    g_error ("run-job: %s",
             error ? error->message : "--endpoints and --cache are needed");
  return options;
}

int
main (int argc, char **argv)
{
  Runner runner = { .options = parse_options (&argc, &argv) };
  g_autoptr (GPtrArray) endpoints = NULL;
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);
  g_autoptr (GDataInputStream) commands = g_data_input_stream_new (input);
  UpscaleJob *job;

  stop_points_set (runner.options.stop_at);
  gegl_init (NULL, NULL);
  upscale_image_limit_memory ();
  runner.pixels = make_pixels (runner.options.width_px, runner.options.height_px);
  runner.clock = hurried_clock_new (runner.options.speed);
  runner.cancellable = g_cancellable_new ();
  runner.loop = g_main_loop_new (NULL, FALSE);
  endpoints = list_endpoints (&runner);
  job = endpoints ? make_job (&runner, endpoints) : NULL;
  if (!job)
    g_error ("run-job: %s", runner.error->message);
  read_command (&runner, commands);
  run (&runner, job);
  print_report (&runner, job);
  g_object_unref (job);
  return EXIT_SUCCESS;
}
