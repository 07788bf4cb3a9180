/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "upscale-completions.h"

G_BEGIN_DECLS

/**
 * UpscaleModelFollower:
 * @steps: the number of steps that was set last, or the table's default
 * @cfg_scale: likewise
 * @tile_px: likewise, of `tile-size`
 *
 * Lets arguments follow the chosen model until the user changes them. A value.
 */
typedef struct
{
  int    steps;
  double cfg_scale;
  int    tile_px;
} UpscaleModelFollower;

UpscaleModelFollower upscale_model_follower_new (void);
void                 upscale_model_follower_update (UpscaleModelFollower *follower,
                                                    GObject              *config,
                                                    UpscaleCompletions   *completions);

G_END_DECLS
