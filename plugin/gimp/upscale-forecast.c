/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-forecast.h"

#include <glib/gi18n.h>

#include "upscale-arguments.h"
#include "upscale-endpoint-disclosure.h"
#include "upscale-job.h"
#include "upscale-timings.h"
#include "upscale-where-reader.h"

/**
 * upscale_forecast_input_clear:
 * @input: the input of forecasts
 *
 * Frees what forecasts keep in @input.
 */
void
upscale_forecast_input_clear (UpscaleForecastInput *input)
{
  g_return_if_fail (input != NULL);

  g_clear_pointer (&input->settings, g_ptr_array_unref);
  g_clear_pointer (&input->settings_key, g_free);
}

/* Plans as upscale_run() does: from the size of the layer that the result was made from.
 */
static UpscaleTilePlan *
plan_repaint (const UpscaleForecastInput *input, GError **error)
{
  const UpscaleLayerRecipe *recipe = input->recipe;
  GimpDrawable             *source = recipe->source->drawable;
  UpscaleJobRequest         request = {
            .region = upscale_layer_recipe_find_region (recipe, input->width_px, input->height_px,
                                                        input->selection, error),
            .scale = recipe->scale,
            .tile_px = recipe->tile_px,
            .overlap_px = recipe->overlap_px,
  };

  if (upscale_rect_is_empty (request.region))
    return NULL;
  return upscale_job_plan_tiles (&request, gimp_drawable_get_width (source),
                                 gimp_drawable_get_height (source), error);
}

static UpscaleRect
get_whole (const UpscaleForecastInput *input)
{
  return (UpscaleRect) { 0, 0, input->width_px, input->height_px };
}

static gboolean
is_repaint (const UpscaleForecastInput *input, const UpscaleArguments *arguments)
{
  return arguments->repaint_selection && input->recipe;
}

static UpscaleTilePlan *
plan (const UpscaleForecastInput *input,
      const UpscaleArguments     *arguments,
      GError                    **error)
{
  UpscaleJobRequest request = {
    .selection = arguments->ignore_selection ? get_whole (input) : input->selection,
    .scale = arguments->scale,
    .tile_px = arguments->tile_px,
    .overlap_px = arguments->overlap_px,
  };

  if (is_repaint (input, arguments))
    return plan_repaint (input, error);
  return upscale_job_plan_tiles (&request, input->width_px, input->height_px, error);
}

/* Returns all that the settings of tiles depend on, besides the pixels. */
static char *
make_settings_key (GimpProcedureConfig    *config,
                   const UpscaleArguments *arguments,
                   const UpscaleTilePlan  *plan)
{
  UpscaleRect region = upscale_tile_plan_get_region (plan);
  g_autoptr (GimpDrawable) map = NULL;
  g_autofree char *regions = NULL;

  g_object_get (config, "strength-map", &map, "regions", &regions, NULL);
  return g_strdup_printf ("%d %g %g %d %d %d %d %d %d %d %d %s",
                          map ? gimp_item_get_id (GIMP_ITEM (map)) : -1,
                          arguments->gen_params->strength, arguments->region_share,
                          upscale_tile_plan_get_width (plan),
                          upscale_tile_plan_get_height (plan), region.x, region.y,
                          region.width, region.height, arguments->tile_px,
                          arguments->overlap_px, regions ? regions : "");
}

/* Texts of single tiles are left out, so that typing one reads no pixels. */
static gboolean
make_settings (const UpscaleForecastInput *input,
               GimpProcedureConfig        *config,
               const UpscaleArguments     *arguments,
               UpscaleTilePlan            *plan,
               GPtrArray                 **settings,
               GError                    **error)
{
  gboolean                 is_again = is_repaint (input, arguments);
  const UpscaleLayerLooks *looks = is_again ? input->recipe->source : input->looks;
  UpscaleArguments         own = *arguments;
  UpscaleWhere             where = { 0 };
  gboolean                 is_good;

  own.scale = is_again ? input->recipe->scale : arguments->scale;
  is_good = upscale_where_reader_read (G_OBJECT (config), &own, looks, &where, error);
  g_clear_pointer (&where.tile_prompts, g_ptr_array_unref);
  if (is_good)
    *settings = upscale_where_make_settings (&where, plan, arguments->gen_params);
  upscale_where_reader_clear (&where);
  return is_good;
}

static gboolean
find_settings (UpscaleForecastInput   *input,
               GimpProcedureConfig    *config,
               const UpscaleArguments *arguments,
               UpscaleTilePlan        *plan,
               GError                **error)
{
  g_autofree char *key = make_settings_key (config, arguments, plan);

  if (g_strcmp0 (key, input->settings_key) == 0)
    return TRUE;
  upscale_forecast_input_clear (input);
  if (!make_settings (input, config, arguments, plan, &input->settings, error))
    return FALSE;
  input->settings_key = g_steal_pointer (&key);
  return TRUE;
}

/* Tiles that are black in the strength map cost nothing. */
static guint
count_sent (const UpscaleTilePlan *plan, GPtrArray *settings)
{
  guint n_tiles = upscale_tile_plan_get_n_tiles (plan);
  guint n_kept = 0;

  for (guint i = 0; settings && i < n_tiles; i++)
    n_kept += ((const UpscaleTileSettings *) settings->pdata[i])->keeps_base;
  return n_tiles - n_kept;
}

/**
 * upscale_forecast_estimate:
 * @timings: measurements of earlier runs
 * @arguments: the arguments
 * @n_tiles: the number of tiles to paint
 * @entries: (element-type UpscaleEndpointEntry): the endpoints that paint
 *
 * Returns: the batches, the time and the cost
 */
UpscaleEstimate
upscale_forecast_estimate (GKeyFile               *timings,
                           const UpscaleArguments *arguments,
                           guint                   n_tiles,
                           GPtrArray              *entries)
{
  g_autofree UpscaleEstimateEndpoint *endpoints = NULL;

  g_return_val_if_fail (timings != NULL && arguments != NULL, (UpscaleEstimate) { 0 });
  g_return_val_if_fail (entries != NULL, (UpscaleEstimate) { 0 });

  endpoints = g_new0 (UpscaleEstimateEndpoint, entries->len);
  for (guint i = 0; i < entries->len; i++)
    {
      const UpscaleEndpointEntry *entry = entries->pdata[i];

      endpoints[i].n_slots = entry->terms.n_slots;
      endpoints[i].price_per_hour = entry->terms.price_per_hour;
      upscale_timings_look_up (timings, entry->name, arguments, &endpoints[i]);
    }
  return upscale_estimate (
      (UpscaleEstimateCase) { n_tiles, arguments->policy, endpoints, entries->len });
}

/* Tells the duration of test tiles where no job has measured a speed yet. */
static void
append_tests (GString *sentence, GKeyFile *timings, GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const UpscaleEndpointEntry *entry = entries->pdata[i];
      double seconds = upscale_timings_get_test (timings, entry->name);

      if (seconds <= 0.0)
        continue;
      g_string_append_c (sentence, '\n');
      g_string_append_printf (sentence, _ ("%s: the small test tile took %.1f s."),
                              entry->name, seconds);
    }
}

static char *
describe (const UpscaleForecastInput *input, UpscaleEstimate estimate, GPtrArray *entries)
{
  g_autofree char *line = upscale_estimate_describe (estimate);
  g_autoptr (GString) sentence = g_string_new (line);

  if (estimate.seconds < 0.0)
    append_tests (sentence, input->timings, entries);
  if (upscale_endpoint_entry_are_local (entries))
    g_string_append_printf (sentence, "\n%s",
                            _ ("This computer enlarges without prompts: prompt, strength "
                               "and steps have no effect."));
  return g_string_free_and_steal (g_steal_pointer (&sentence));
}

/* Users often forget a selection in the image. */
static char *
describe_selection (const UpscaleForecastInput *input,
                    const UpscaleArguments     *arguments,
                    guint                       n_tiles)
{
  UpscaleRect whole = get_whole (input);

  if (is_repaint (input, arguments))
    return g_strdup_printf (ngettext ("Only the %u tile under the selection is "
                                      "repainted; the rest stays as it is.",
                                      "Only the %u tiles under the selection are "
                                      "repainted; the rest stays as it is.",
                                      n_tiles),
                            n_tiles);
  if (arguments->ignore_selection || upscale_rect_equal (input->selection, whole))
    return NULL;
  return g_strdup_printf (ngettext ("Only the %u tile under the selection is repainted; "
                                    "the rest is plainly enlarged.",
                                    "Only the %u tiles under the selection are "
                                    "repainted; the rest is plainly enlarged.",
                                    n_tiles),
                          n_tiles);
}

static char *
disclose (const UpscaleArguments *arguments,
          gboolean                is_whole,
          GPtrArray              *entries,
          guint                   n_tiles)
{
  UpscaleEndpointDisclosure what = {
    .n_tiles = n_tiles,
    .is_whole = is_whole,
    .has_reference = arguments->gen_params->ip_adapter_image != NULL,
  };

  return upscale_endpoint_disclosure_describe (what, entries);
}

static char *
warn (const UpscaleForecastInput *input, const UpscaleArguments *arguments)
{
  const char      *broken = upscale_endpoint_file_get_problem (input->endpoints);
  g_autofree char *missing =
      input->shown
          ? upscale_layer_recipe_dup_warning (input->shown, arguments->gen_params)
          : NULL;

  if (!broken || !missing)
    return g_strdup (missing ? missing : broken);
  return g_strconcat (missing, "\n", broken, NULL);
}

static gboolean
make (UpscaleForecastInput  *input,
      GimpProcedureConfig   *config,
      UpscaleDialogForecast *forecast,
      GError               **error)
{
  g_autoptr (UpscaleArguments) arguments =
      upscale_arguments_new (G_OBJECT (config), error);
  g_autoptr (GPtrArray) entries = NULL;
  UpscaleEstimate estimated;
  double          pixels;
  guint           n_tiles;

  if (!arguments)
    return FALSE;
  forecast->plan = plan (input, arguments, error);
  if (!forecast->plan)
    return FALSE;
  entries =
      upscale_endpoint_list_describe (arguments->endpoints, input->endpoints, error);
  if (!entries)
    return FALSE;
  if (is_repaint (input, arguments))
    forecast->grid = upscale_layer_recipe_make_plan (input->recipe, input->width_px,
                                                     input->height_px, NULL);
  if (!find_settings (input, config, arguments, forecast->plan, error))
    return FALSE;
  forecast->settings = input->settings ? g_ptr_array_ref (input->settings) : NULL;
  n_tiles = count_sent (forecast->plan, forecast->settings);
  estimated = upscale_forecast_estimate (input->timings, arguments, n_tiles, entries);
  pixels = (double) upscale_tile_plan_get_width (forecast->plan) *
           upscale_tile_plan_get_height (forecast->plan);
  forecast->tile_cost =
      upscale_forecast_estimate (input->timings, arguments, 1, entries).cost;
  forecast->sentence = describe (input, estimated, entries);
  forecast->selection = describe_selection (input, arguments, n_tiles);
  forecast->disclosure =
      disclose (arguments,
                forecast->selection == NULL &&
                    n_tiles == upscale_tile_plan_get_n_tiles (forecast->plan),
                entries, n_tiles);
  forecast->size = upscale_estimate_describe_size (pixels, input->pixel_bytes);
  forecast->is_large = upscale_estimate_is_large (estimated, pixels);
  forecast->warning = warn (input, arguments);
  return TRUE;
}

/**
 * upscale_forecast_make:
 * @config: the arguments
 * @user_data: an #UpscaleForecastInput
 *
 * Takes the steps of a run up to the first one that costs time or money, so the dialog
 * refuses the same arguments as the run.
 *
 * Returns: (transfer full): the consequences of the arguments
 */
UpscaleDialogForecast *
upscale_forecast_make (GimpProcedureConfig *config, gpointer user_data)
{
  UpscaleDialogForecast *forecast;
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (GIMP_IS_PROCEDURE_CONFIG (config), NULL);
  g_return_val_if_fail (user_data != NULL, NULL);

  forecast = g_new0 (UpscaleDialogForecast, 1);
  if (!make (user_data, config, forecast, &error))
    forecast->problem = g_strdup (error->message);
  return forecast;
}

/**
 * upscale_forecast_note_test:
 * @endpoint: name of an endpoint
 * @seconds: duration of its test tile
 * @user_data: an #UpscaleForecastInput
 *
 * Keeps the duration of a test tile for this forecast and later ones.
 */
void
upscale_forecast_note_test (const char *endpoint, double seconds, gpointer user_data)
{
  const UpscaleForecastInput *input = user_data;

  g_return_if_fail (input != NULL);

  upscale_timings_note_test (input->timings, endpoint, seconds);
}
