/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-job.h"

G_BEGIN_DECLS

/**
 * UpscaleTrial:
 * @number: number of the trial since the dialog was opened
 * @tile_index: the tile
 * @target_width_px: width of the whole target
 * @target_height_px: height of the whole target
 * @area: the part that the trial shows, in px of the target
 * @before: the part before the trial
 * @after: the part as it was painted
 * @settings: the arguments
 * @caption: the arguments that make the difference, for the user
 *
 * A tile that was painted for a look at the settings.
 */
typedef struct
{
  guint        number;
  guint        tile_index;
  int          target_width_px;
  int          target_height_px;
  UpscaleRect  area;
  UpscaleView *before;
  UpscaleView *after;
  GKeyFile    *settings;
  char        *caption;
} UpscaleTrial;

GKeyFile     *upscale_trial_read_settings (GObject *config);
UpscaleTrial *upscale_trial_new (UpscaleJob         *job,
                                 guint               tile_index,
                                 GKeyFile           *settings,
                                 const UpscaleTrial *previous);
void          upscale_trial_free (UpscaleTrial *trial);
gboolean   upscale_trial_shows_same_part (const UpscaleTrial *a, const UpscaleTrial *b);
GdkPixbuf *upscale_trial_make_picture (const UpscaleTrial *trial, int side_px);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTrial, upscale_trial_free)

G_END_DECLS
