/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-composer.h"
#include "upscale-recipe.h"
#include "upscale-source.h"
#include "upscale-tile-exchange.h"
#include "upscale-tile-plan.h"
#include "upscale-tile-store.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_PICTURE (upscale_picture_get_type ())
G_DECLARE_FINAL_TYPE (UpscalePicture, upscale_picture, UPSCALE, PICTURE, GObject)

UpscalePicture *upscale_picture_new (UpscaleSource    *source,
                                     UpscaleTilePlan  *plan,
                                     UpscaleComposer  *composer,
                                     UpscaleTileStore *store,
                                     UpscaleRecipe    *recipe,
                                     double            scale);
char           *upscale_picture_dup_warning (UpscalePicture *picture);

G_END_DECLS
