/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-timings.h"

#include "upscale-file.h"
#include "upscale-paths.h"

#define FILE_NAME "speeds.conf"
#define MAX_FILE_BYTES (4 * 1024 * 1024)
/* The lists of names, by UpscaleCompletionsKind. */
static const char *const list_keys[UPSCALE_N_COMPLETIONS] = { "models", "loras",
                                                              "samplers", "schedulers" };
#define TEST_TILE "test-tile-seconds"
#define MODEL_DEFAULTS "model-defaults"

/* The name of an endpoint may be an address, which may hold secrets, and brackets, which
 * end the name of a group. So groups are named by a digest. */
static char *
make_group (const char *endpoint)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, endpoint, -1);
}

/* The time of a tile grows with its pixels and with the steps that the model takes. */
static double
measure_work (const UpscaleArguments *arguments, gboolean takes_steps)
{
  double side_px = arguments->gen_params->generation_px > 0
                       ? arguments->gen_params->generation_px
                       : arguments->tile_px;
  double steps =
      MAX (arguments->gen_params->steps * arguments->gen_params->strength, 1.0);

  return side_px * side_px * (takes_steps ? steps : 1.0);
}

/**
 * upscale_timings_load:
 *
 * Returns: (transfer full): measurements of earlier runs; empty if there are none
 */
GKeyFile *
upscale_timings_load (void)
{
  GKeyFile *timings = g_key_file_new ();
  g_autoptr (GFile) file = upscale_paths_find_cached (FILE_NAME);

  g_autoptr (GBytes) bytes =
      upscale_file_read (g_file_peek_path (file), MAX_FILE_BYTES, NULL);

  if (bytes)
    g_key_file_load_from_bytes (timings, bytes, G_KEY_FILE_NONE, NULL);
  return timings;
}

static void
note_names (GKeyFile *timings, const char *group, const char *key, GStrv names)
{
  if (names)
    g_key_file_set_string_list (timings, group, key, (const char *const *) names,
                                g_strv_length (names));
}

static void
note_model_defaults (GKeyFile *timings, const char *group, GPtrArray *defaults)
{
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  for (guint i = 0; defaults && i < defaults->len; i++)
    {
      g_autofree char *line = upscale_model_defaults_dup_line (defaults->pdata[i]);

      g_strv_builder_add (lines, line);
    }
  all = g_strv_builder_end (lines);
  if (*all)
    note_names (timings, group, MODEL_DEFAULTS, all);
  else
    g_key_file_remove_key (timings, group, MODEL_DEFAULTS, NULL);
}

static void
note_endpoint (GKeyFile               *timings,
               UpscaleEndpoint        *endpoint,
               const UpscaleArguments *arguments)
{
  const UpscaleCapabilities *can = upscale_endpoint_get_capabilities (endpoint);
  double                     seconds = upscale_endpoint_get_seconds_per_tile (endpoint);
  g_autofree char           *group = make_group (upscale_endpoint_get_name (endpoint));

  if (!can)
    return;
  note_names (timings, group, list_keys[UPSCALE_COMPLETIONS_MODELS], can->models);
  note_names (timings, group, list_keys[UPSCALE_COMPLETIONS_LORAS], can->loras);
  note_names (timings, group, list_keys[UPSCALE_COMPLETIONS_SAMPLERS], can->samplers);
  note_names (timings, group, list_keys[UPSCALE_COMPLETIONS_SCHEDULERS], can->schedulers);
  note_model_defaults (timings, group, can->model_defaults);
  if (seconds <= 0.0)
    return;
  g_key_file_set_double (timings, group, "seconds-for-one-unit",
                         seconds / measure_work (arguments, can->uses_prompt));
  g_key_file_set_boolean (timings, group, "takes-steps", can->uses_prompt);
  g_key_file_set_boolean (timings, group, "autoscales", can->autoscales);
  g_key_file_set_integer (timings, group, "slots", can->concurrency);
}

/* Only forecasts depend on the file, so a failure is not reported. */
static void
save (GKeyFile *timings)
{
  g_autoptr (GFile) file = upscale_paths_find_cached (FILE_NAME);
  g_autofree char *folder = g_path_get_dirname (g_file_peek_path (file));

  g_mkdir_with_parents (folder, 0700);
  g_key_file_save_to_file (timings, g_file_peek_path (file), NULL);
}

/**
 * upscale_timings_note:
 * @job: a job that has run
 * @arguments: arguments of the job
 *
 * Saves the speed of the job's endpoints, the names of their models and LoRAs, and what
 * they recommend for their models.
 */
void
upscale_timings_note (UpscaleJob *job, const UpscaleArguments *arguments)
{
  const UpscaleEndpointPool *pool;
  g_autoptr (GKeyFile) timings = NULL;

  g_return_if_fail (UPSCALE_IS_JOB (job));
  g_return_if_fail (arguments != NULL);

  pool = upscale_dispatch_status_get_pool (upscale_job_get_status (job));
  timings = upscale_timings_load ();
  for (guint i = 0; i < upscale_endpoint_pool_get_length (pool); i++)
    note_endpoint (timings, upscale_endpoint_pool_get (pool, i), arguments);
  save (timings);
}

/**
 * upscale_timings_note_test:
 * @timings: measurements from upscale_timings_load()
 * @endpoint: name of an endpoint
 * @seconds: duration of its test tile
 *
 * Saves the duration of a test tile, for an endpoint that has run no job yet.
 */
void
upscale_timings_note_test (GKeyFile *timings, const char *endpoint, double seconds)
{
  g_autofree char *group = NULL;

  g_return_if_fail (timings != NULL);
  g_return_if_fail (endpoint != NULL);

  group = make_group (endpoint);
  g_key_file_set_double (timings, group, TEST_TILE, seconds);
  save (timings);
}

/**
 * upscale_timings_get_test:
 * @timings: measurements from upscale_timings_load()
 * @endpoint: name of an endpoint
 *
 * Returns: the duration of the endpoint's last test tile in seconds, 0 for unknown
 */
double
upscale_timings_get_test (GKeyFile *timings, const char *endpoint)
{
  g_autofree char *group = NULL;

  g_return_val_if_fail (timings != NULL, 0.0);
  g_return_val_if_fail (endpoint != NULL, 0.0);

  group = make_group (endpoint);
  return g_key_file_get_double (timings, group, TEST_TILE, NULL);
}

/**
 * upscale_timings_look_up:
 * @timings: measurements from upscale_timings_load()
 * @endpoint: name of an endpoint
 * @arguments: arguments of the job to estimate
 * @estimate: (inout): gets the time of a tile, the slots and autoscaling, as far as known
 *
 * Looks up the measurements of an endpoint.
 */
void
upscale_timings_look_up (GKeyFile                *timings,
                         const char              *endpoint,
                         const UpscaleArguments  *arguments,
                         UpscaleEstimateEndpoint *estimate)
{
  g_autofree char *group = NULL;
  gboolean         takes_steps;
  double           unit_s;

  g_return_if_fail (timings != NULL);
  g_return_if_fail (endpoint != NULL);
  g_return_if_fail (arguments != NULL);
  g_return_if_fail (estimate != NULL);

  group = make_group (endpoint);
  takes_steps = g_key_file_get_boolean (timings, group, "takes-steps", NULL);
  unit_s = g_key_file_get_double (timings, group, "seconds-for-one-unit", NULL);
  estimate->seconds_per_tile = MAX (unit_s, 0.0) * measure_work (arguments, takes_steps);
  estimate->autoscales = g_key_file_get_boolean (timings, group, "autoscales", NULL);
  if (estimate->n_slots <= 0)
    estimate->n_slots = MAX (g_key_file_get_integer (timings, group, "slots", NULL), 1);
}

/**
 * upscale_timings_add_completions:
 * @timings: measurements from upscale_timings_load()
 * @completions: gets the names that servers listed when they were asked last
 */
void
upscale_timings_add_completions (GKeyFile *timings, UpscaleCompletions *completions)
{
  g_auto (GStrv) groups = NULL;

  g_return_if_fail (timings != NULL);
  g_return_if_fail (completions != NULL);

  groups = g_key_file_get_groups (timings, NULL);
  for (char **group = groups; *group; group++)
    for (guint kind = 0; kind < UPSCALE_N_COMPLETIONS; kind++)
      {
        g_auto (GStrv) names =
            g_key_file_get_string_list (timings, *group, list_keys[kind], NULL, NULL);

        upscale_completions_add (completions, kind, (const char *const *) names);
      }
}

/**
 * upscale_timings_add_model_defaults:
 * @timings: measurements from upscale_timings_load()
 * @endpoint: name of an endpoint
 * @completions: gets what the server recommended for its models when it was asked last
 */
void
upscale_timings_add_model_defaults (GKeyFile           *timings,
                                    const char         *endpoint,
                                    UpscaleCompletions *completions)
{
  g_autofree char *group = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GPtrArray) list = NULL;

  g_return_if_fail (timings != NULL);
  g_return_if_fail (endpoint != NULL);
  g_return_if_fail (completions != NULL);

  group = make_group (endpoint);
  lines = g_key_file_get_string_list (timings, group, MODEL_DEFAULTS, NULL, NULL);
  if (!lines)
    return;
  list = g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_model_defaults_free);
  for (char **line = lines; *line; line++)
    g_ptr_array_add (list, upscale_model_defaults_new_from_line (*line));
  upscale_completions_set_model_defaults (completions, endpoint, list);
}
