/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-composer.h"
#include "upscale-gen-params.h"
#include "upscale-source.h"
#include "upscale-tile-cache.h"
#include "upscale-tile-plan.h"
#include "upscale-tile-provider.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_TILE_PIPELINE (upscale_tile_pipeline_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleTilePipeline,
                      upscale_tile_pipeline,
                      UPSCALE,
                      TILE_PIPELINE,
                      GObject)

UpscaleTilePipeline *upscale_tile_pipeline_new (UpscaleSource    *source,
                                                UpscaleTilePlan  *plan,
                                                UpscaleComposer  *composer,
                                                UpscaleTileCache *cache,
                                                UpscaleGenParams *gen_params,
                                                GPtrArray        *settings);
char                *upscale_tile_pipeline_dup_warning (UpscaleTilePipeline *pipeline);

G_END_DECLS
