/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-dialog.h"
#include "upscale-layer-recipe.h"

G_BEGIN_DECLS

/**
 * UpscaleForecastCase:
 * @width_px: width of the layer
 * @height_px: height of the layer
 * @selection: what is selected of it; all of it without a selection
 * @recipe: (nullable): how the layer was made, when it was made here
 * @shown: (nullable): the recipe that the dialog begins with
 * @endpoints: the endpoints the user has described
 * @timings: what earlier runs have measured
 *
 * What is known of a job besides its arguments. Points at its maker's memory.
 */
typedef struct
{
  int                        width_px;
  int                        height_px;
  UpscaleRect                selection;
  const UpscaleLayerRecipe  *recipe;
  const UpscaleLayerRecipe  *shown;
  const UpscaleEndpointFile *endpoints;
  GKeyFile                  *timings;
} UpscaleForecastCase;

UpscaleDialogForecast *upscale_forecast_make (GimpProcedureConfig *config,
                                              gpointer             user_data);

G_END_DECLS
