/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-forecast.h"

#include <glib/gi18n.h>

#include "upscale-arguments.h"
#include "upscale-job.h"
#include "upscale-timings.h"

/* As a run would, from the size of the layer that this one was made from. */
static UpscaleTilePlan *
plan_repaint (const UpscaleForecastCase *what, GError **error)
{
  const UpscaleLayerRecipe *recipe = what->recipe;
  GimpDrawable             *source = recipe->source->drawable;
  UpscaleJobRequest         request = {
            .region = upscale_layer_recipe_find_region (recipe, what->width_px, what->height_px,
                                                        what->selection, error),
            .scale = recipe->scale,
            .tile_px = recipe->tile_px,
            .overlap_px = recipe->overlap_px,
  };

  if (upscale_rect_is_empty (request.region))
    return NULL;
  return upscale_job_plan_tiles (&request, gimp_drawable_get_width (source),
                                 gimp_drawable_get_height (source), error);
}

static UpscaleTilePlan *
plan (const UpscaleForecastCase *what, const UpscaleArguments *arguments, GError **error)
{
  UpscaleJobRequest request = {
    .selection = what->selection,
    .scale = arguments->scale,
    .tile_px = arguments->tile_px,
    .overlap_px = arguments->overlap_px,
  };

  if (arguments->repaint_selection && what->recipe)
    return plan_repaint (what, error);
  return upscale_job_plan_tiles (&request, what->width_px, what->height_px, error);
}

static gboolean
are_all_local (GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    if (!upscale_endpoint_entry_is_local (entries->pdata[i]))
      return FALSE;
  return TRUE;
}

static char *
describe (const UpscaleForecastCase *what,
          const UpscaleArguments    *arguments,
          guint                      n_tiles,
          GPtrArray                 *entries)
{
  g_autofree UpscaleEstimateEndpoint *endpoints =
      g_new0 (UpscaleEstimateEndpoint, entries->len);
  UpscaleEstimateCase estimate = { n_tiles, arguments->policy, endpoints, entries->len };
  g_autofree char    *sentence = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      const UpscaleEndpointEntry *entry = entries->pdata[i];

      endpoints[i].n_slots = entry->terms.n_slots;
      endpoints[i].price_per_hour = entry->terms.price_per_hour;
      upscale_timings_look_up (what->timings, entry->name, arguments, &endpoints[i]);
    }
  sentence = upscale_estimate_describe (upscale_estimate (estimate));
  if (!are_all_local (entries))
    return g_steal_pointer (&sentence);
  return g_strconcat (sentence, "\n",
                      _ ("This computer enlarges without prompts: prompt, strength and "
                         "steps have no effect."),
                      NULL);
}

static char *
warn (const UpscaleForecastCase *what, const UpscaleArguments *arguments)
{
  const char      *broken = upscale_endpoint_file_get_problem (what->endpoints);
  g_autofree char *missing =
      what->shown ? upscale_layer_recipe_dup_warning (what->shown, arguments->gen_params)
                  : NULL;

  if (!broken || !missing)
    return g_strdup (missing ? missing : broken);
  return g_strconcat (missing, "\n", broken, NULL);
}

static gboolean
make (const UpscaleForecastCase *what,
      GimpProcedureConfig       *config,
      UpscaleDialogForecast     *forecast,
      GError                   **error)
{
  g_autoptr (UpscaleArguments) arguments =
      upscale_arguments_new (G_OBJECT (config), error);
  g_autoptr (GPtrArray) entries = NULL;

  if (!arguments)
    return FALSE;
  forecast->plan = plan (what, arguments, error);
  if (!forecast->plan)
    return FALSE;
  entries = upscale_endpoint_list_describe (arguments->endpoints, what->endpoints, error);
  if (!entries)
    return FALSE;
  forecast->sentence =
      describe (what, arguments, upscale_tile_plan_get_n_tiles (forecast->plan), entries);
  forecast->warning = warn (what, arguments);
  return TRUE;
}

/**
 * upscale_forecast_make:
 * @config: the arguments
 * @user_data: an #UpscaleForecastCase
 *
 * Goes the way a run would go, up to the first thing that costs anything. So what the
 * dialog refuses is what the run would refuse.
 *
 * Returns: (transfer full): what would come of it
 */
UpscaleDialogForecast *
upscale_forecast_make (GimpProcedureConfig *config, gpointer user_data)
{
  UpscaleDialogForecast *forecast = g_new0 (UpscaleDialogForecast, 1);
  g_autoptr (GError) error = NULL;

  if (!make (user_data, config, forecast, &error))
    forecast->problem = g_strdup (error->message);
  return forecast;
}
