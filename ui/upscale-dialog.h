/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

#include "upscale-endpoint-list.h"
#include "upscale-completions.h"
#include "upscale-presets.h"
#include "upscale-tile-plan.h"

G_BEGIN_DECLS

/**
 * UpscaleForecast:
 * @plan: (nullable): the tiles
 * @sentence: (nullable): what the job would take
 * @warning: (nullable): what the user should know besides
 * @problem: (nullable): why it can't be begun, and what to do
 *
 * What would come of the arguments as they are.
 */
typedef struct
{
  UpscaleTilePlan *plan;
  char            *sentence;
  char            *warning;
  char            *problem;
} UpscaleForecast;

/**
 * UpscaleForecastFunc:
 * @config: the arguments
 * @user_data: what was given with it
 *
 * Returns: (transfer full): what would come of them
 */
typedef UpscaleForecast *(*UpscaleForecastFunc) (GimpProcedureConfig *config,
                                                 gpointer             user_data);

/**
 * UpscaleDialogRequest:
 * @procedure: the procedure
 * @config: its arguments, changed by the user
 * @picture: what the layer looks like
 * @can_repaint: the layer is an earlier result and something of it is selected
 * @forecast: says what would come of the arguments
 * @forecast_data: for @forecast
 * @presets: named sets of arguments
 * @offers: names that servers are known to have
 * @tools: what endpoints are made with
 * @dup_recipe: how the arguments would paint, for tests of endpoints
 *
 * What the dialog needs. Points at its maker's memory.
 */
typedef struct
{
  GimpProcedure              *procedure;
  GimpProcedureConfig        *config;
  GdkPixbuf                  *picture;
  gboolean                    can_repaint;
  UpscaleForecastFunc         forecast;
  gpointer                    forecast_data;
  UpscalePresets             *presets;
  UpscaleCompletions         *offers;
  const UpscaleEndpointTools *tools;
  UpscaleGenParams *(*dup_recipe) (GimpProcedureConfig *config);
} UpscaleDialogRequest;

gboolean upscale_dialog_run (const UpscaleDialogRequest *request);
void     upscale_forecast_free (UpscaleForecast *forecast);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleForecast, upscale_forecast_free)

G_END_DECLS
