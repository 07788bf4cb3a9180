/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

#include "upscale-job.h"
#include "upscale-tile-map.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_TRIAL_PANE (upscale_trial_pane_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleTrialPane, upscale_trial_pane, UPSCALE, TRIAL_PANE, GtkBox)

/**
 * UpscaleTrialFunc:
 * @config: the arguments
 * @tile_index: the tile of the job's plan that is painted
 * @user_data: data of the function
 * @error: return location for an error
 *
 * Returns: (transfer full): the job that @config stands for, which paints only one tile;
 * or %NULL with @error
 */
typedef UpscaleJob *(*UpscaleTrialFunc) (GimpProcedureConfig *config,
                                         guint                tile_index,
                                         gpointer             user_data,
                                         GError             **error);

/**
 * UpscaleTrialMaker:
 * @make_job: makes the job of a trial
 * @wait_until: runs the main loop until its first argument, called with the second,
 * returns %TRUE
 * @user_data: data for @make_job
 *
 * The caller's part of a trial. A value.
 */
typedef struct
{
  UpscaleTrialFunc make_job;
  void (*wait_until) (GSourceFunc is_done, gpointer data);
  gpointer user_data;
} UpscaleTrialMaker;

GtkWidget *upscale_trial_pane_new (GimpProcedureConfig *config,
                                   UpscaleTrialMaker    maker,
                                   UpscaleTileMap      *map);
GtkWidget *upscale_trial_pane_get_button (UpscaleTrialPane *pane);
void       upscale_trial_pane_set_plan (UpscaleTrialPane *pane,
                                        UpscaleTilePlan  *plan,
                                        double            tile_cost,
                                        gboolean          is_possible);
gboolean   upscale_trial_pane_is_busy (UpscaleTrialPane *pane);
void       upscale_trial_pane_finish (UpscaleTrialPane *pane);

G_END_DECLS
