/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

#include "upscale-completions.h"
#include "upscale-describe-row.h"
#include "upscale-endpoint-editor.h"
#include "upscale-endpoint-list.h"
#include "upscale-model-follower.h"
#include "upscale-presets.h"
#include "upscale-size-row.h"
#include "upscale-tile-plan.h"
#include "upscale-trial-pane.h"

G_BEGIN_DECLS

/**
 * UpscaleDialogForecast:
 * @plan: (nullable): the tiles
 * @grid: (nullable): the tiles that texts of single tiles name, if these are not those of
 * @plan
 * @settings: (nullable) (element-type UpscaleTileSettings): the settings of each tile
 * that follow from the strength map and the regions
 * @size: (nullable): megapixels and memory of the result
 * @sentence: (nullable): number of tiles, time and cost of the job
 * @selection: (nullable): the part of the layer that is repainted, if it is not the whole
 * @disclosure: (nullable): what leaves the computer, to whom and how
 * @tile_cost: estimated cost of a tile; negative for unknown
 * @is_large: whether the user is asked before the job begins
 * @warning: (nullable): a warning that does not prevent the job
 * @problem: (nullable): the reason why the job cannot start, and what to do
 *
 * Consequences of the arguments as they are.
 */
typedef struct
{
  UpscaleTilePlan *plan;
  UpscaleTilePlan *grid;
  GPtrArray       *settings;
  char            *size;
  char            *sentence;
  char            *selection;
  char            *disclosure;
  double           tile_cost;
  gboolean         is_large;
  char            *warning;
  char            *problem;
} UpscaleDialogForecast;

/**
 * UpscaleDialogForecastFunc:
 * @config: the arguments
 * @user_data: the function's own data
 *
 * Returns: (transfer full): the consequences of the arguments
 */
typedef UpscaleDialogForecast *(*UpscaleDialogForecastFunc) (GimpProcedureConfig *config,
                                                             gpointer user_data);

/**
 * UpscaleDialogRequest:
 * @procedure: the procedure
 * @config: the procedure's arguments, changed by the user
 * @image: the image
 * @picture: thumbnail of the layer
 * @image_name: name of the image
 * @layer_name: name of the layer
 * @manual: path of the manual
 * @size: size of the layer
 * @repainted_size: size of the layer that it was made from, if @can_repaint
 * @can_repaint: whether the layer is an earlier result with a selection on it
 * @has_selection: whether anything is selected in the image
 * @forecast: computes the consequences of the arguments
 * @forecast_data: data for @forecast
 * @trials: makes the jobs of trials
 * @describers: has servers describe tiles
 * @presets: named sets of arguments
 * @completions: names of models and LoRAs that servers have
 * @follower: sets the arguments that follow the model
 * @tools: the tools that make endpoints
 * @note_test: keeps the duration of an endpoint's test tile, with @forecast_data
 * @dup_gen_params: makes the parameters of the model from the arguments, for tests of
 * endpoints
 *
 * Input of upscale_dialog_run(). Borrows all memory from its caller.
 */
typedef struct
{
  GimpProcedure              *procedure;
  GimpProcedureConfig        *config;
  GimpImage                  *image;
  GdkPixbuf                  *picture;
  const char                 *image_name;
  const char                 *layer_name;
  const char                 *manual;
  UpscaleSize                 size;
  UpscaleSize                 repainted_size;
  gboolean                    can_repaint;
  gboolean                    has_selection;
  UpscaleDialogForecastFunc   forecast;
  gpointer                    forecast_data;
  UpscaleTrialMaker           trials;
  UpscaleDescriberMaker       describers;
  UpscalePresets             *presets;
  UpscaleCompletions         *completions;
  UpscaleModelFollower       *follower;
  const UpscaleEndpointTools *tools;
  UpscaleEndpointTestFunc     note_test;
  UpscaleGenParams *(*dup_gen_params) (GimpProcedureConfig *config);
} UpscaleDialogRequest;

gboolean upscale_dialog_run (const UpscaleDialogRequest *request);
gboolean upscale_dialog_confirm (GtkWindow                   *parent,
                                 const UpscaleDialogForecast *forecast);
void     upscale_dialog_forecast_free (UpscaleDialogForecast *forecast);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleDialogForecast, upscale_dialog_forecast_free)

G_END_DECLS
