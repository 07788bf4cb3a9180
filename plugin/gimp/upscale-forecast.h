/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-dialog.h"
#include "upscale-estimate.h"
#include "upscale-layer-recipe.h"

G_BEGIN_DECLS

/**
 * UpscaleForecastInput:
 * @width_px: width of the layer
 * @height_px: height of the layer
 * @pixel_bytes: bytes of one pixel of the layer
 * @selection: bounds of the selection on the layer; the whole layer without a selection,
 * and empty if the selection does not touch the layer
 * @recipe: (nullable): recipe of the layer, if it is an earlier result
 * @shown: (nullable): the recipe that the dialog starts with
 * @endpoints: the user's list of endpoints
 * @timings: measurements of earlier runs
 * @looks: the layer
 * @settings: (nullable): the settings of tiles that @settings_key stands for; kept, since
 * each pixel of the strength map and of the regions counts in them
 * @settings_key: (nullable): all that @settings depend on
 *
 * Input of upscale_forecast_make() besides the arguments. Borrows all memory from its
 * caller.
 */
typedef struct
{
  int                        width_px;
  int                        height_px;
  int                        pixel_bytes;
  UpscaleRect                selection;
  const UpscaleLayerRecipe  *recipe;
  const UpscaleLayerRecipe  *shown;
  const UpscaleEndpointFile *endpoints;
  GKeyFile                  *timings;
  const UpscaleLayerLooks   *looks;
  GPtrArray                 *settings;
  char                      *settings_key;
} UpscaleForecastInput;

void upscale_forecast_input_clear (UpscaleForecastInput *input);

UpscaleEstimate upscale_forecast_estimate (GKeyFile               *timings,
                                           const UpscaleArguments *arguments,
                                           guint                   n_tiles,
                                           GPtrArray              *entries);

UpscaleDialogForecast *upscale_forecast_make (GimpProcedureConfig *config,
                                              gpointer             user_data);
void
upscale_forecast_note_test (const char *endpoint, double seconds, gpointer user_data);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UpscaleForecastInput, upscale_forecast_input_clear)

G_END_DECLS
