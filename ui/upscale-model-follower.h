/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "upscale-completions.h"
#include "upscale-endpoint-file.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_MODEL_FOLLOWER (upscale_model_follower_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleModelFollower,
                      upscale_model_follower,
                      UPSCALE,
                      MODEL_FOLLOWER,
                      GObject)

UpscaleModelFollower *upscale_model_follower_new (GObject                   *config,
                                                  UpscaleCompletions        *completions,
                                                  const UpscaleEndpointFile *file,
                                                  const char *const         *followed);
void                  upscale_model_follower_update (UpscaleModelFollower *follower);
void                  upscale_model_follower_hold (UpscaleModelFollower *follower);
void                  upscale_model_follower_release (UpscaleModelFollower *follower);
GStrv upscale_model_follower_dup_followed (UpscaleModelFollower *follower);
char *upscale_model_follower_dup_markup (UpscaleModelFollower *follower);

G_END_DECLS
