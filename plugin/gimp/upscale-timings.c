/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-timings.h"

#include "upscale-file.h"
#include "upscale-paths.h"

#define FILE_NAME "speeds.conf"
#define MAX_FILE_BYTES (4 * 1024 * 1024)
#define MODELS "models"
#define LORAS "loras"

/* An address may hold what nobody else should read, and brackets, which end a group. */
static char *
make_group (const char *endpoint)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, endpoint, -1);
}

/* What a tile's time grows with: its pixels, and the steps that are really taken. */
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
 * Returns: (transfer full): what earlier runs have measured; empty when nothing is there
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
note_endpoint (GKeyFile               *timings,
               UpscaleEndpoint        *endpoint,
               const UpscaleArguments *arguments)
{
  const UpscaleCapabilities *can = upscale_endpoint_get_capabilities (endpoint);
  double                     seconds = upscale_endpoint_get_seconds_per_tile (endpoint);
  g_autofree char           *group = make_group (upscale_endpoint_get_name (endpoint));

  if (!can)
    return;
  note_names (timings, group, MODELS, can->models);
  note_names (timings, group, LORAS, can->loras);
  if (seconds <= 0.0)
    return;
  g_key_file_set_double (timings, group, "seconds-for-one-unit",
                         seconds / measure_work (arguments, can->uses_prompt));
  g_key_file_set_boolean (timings, group, "takes-steps", can->uses_prompt);
  g_key_file_set_boolean (timings, group, "autoscales", can->autoscales);
  g_key_file_set_integer (timings, group, "slots", can->concurrency);
}

/**
 * upscale_timings_note:
 * @job: a job that has run
 * @arguments: what it was asked for
 *
 * Remembers how fast its endpoints were, and what they had. It is a comfort only: where
 * it can't be written nothing is said.
 */
void
upscale_timings_note (UpscaleJob *job, const UpscaleArguments *arguments)
{
  GPtrArray *endpoints =
      upscale_scheduler_get_endpoints (upscale_job_get_scheduler (job));
  g_autoptr (GKeyFile) timings = upscale_timings_load ();
  g_autoptr (GFile) file = upscale_paths_find_cached (FILE_NAME);
  g_autofree char *folder = g_path_get_dirname (g_file_peek_path (file));

  for (guint i = 0; i < endpoints->len; i++)
    note_endpoint (timings, endpoints->pdata[i], arguments);
  g_mkdir_with_parents (folder, 0700);
  g_key_file_save_to_file (timings, g_file_peek_path (file), NULL);
}

/**
 * upscale_timings_look_up:
 * @timings: what upscale_timings_load() gave
 * @endpoint: name of an endpoint
 * @arguments: what it would be asked for
 * @estimate: (inout): filled with what is known
 */
void
upscale_timings_look_up (GKeyFile                *timings,
                         const char              *endpoint,
                         const UpscaleArguments  *arguments,
                         UpscaleEstimateEndpoint *estimate)
{
  g_autofree char *group = make_group (endpoint);
  gboolean takes_steps = g_key_file_get_boolean (timings, group, "takes-steps", NULL);
  double   unit_s = g_key_file_get_double (timings, group, "seconds-for-one-unit", NULL);

  estimate->seconds_per_tile = MAX (unit_s, 0.0) * measure_work (arguments, takes_steps);
  estimate->autoscales = g_key_file_get_boolean (timings, group, "autoscales", NULL);
  if (estimate->n_slots <= 0)
    estimate->n_slots = MAX (g_key_file_get_integer (timings, group, "slots", NULL), 1);
}

/**
 * upscale_timings_add_completions:
 * @timings: what upscale_timings_load() gave
 * @completions: gets the names of models and LoRAs that servers had when they were asked
 * last
 */
void
upscale_timings_add_completions (GKeyFile *timings, UpscaleCompletions *completions)
{
  g_auto (GStrv) groups = g_key_file_get_groups (timings, NULL);

  for (char **group = groups; *group; group++)
    {
      g_auto (GStrv) models =
          g_key_file_get_string_list (timings, *group, MODELS, NULL, NULL);
      g_auto (GStrv) loras =
          g_key_file_get_string_list (timings, *group, LORAS, NULL, NULL);

      upscale_completions_add_models (completions, (const char *const *) models);
      upscale_completions_add_loras (completions, (const char *const *) loras);
    }
}
