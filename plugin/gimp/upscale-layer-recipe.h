/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-arguments.h"
#include "upscale-layer-reader.h"
#include "upscale-tile-plan.h"

G_BEGIN_DECLS

/**
 * UpscaleLayerRecipe:
 * @config: arguments of the recipe, for upscale_layer_recipe_apply(); all other arguments
 * have their defaults
 * @reference: (nullable): SHA-256 of the reference picture, in hexadecimal digits; "" for
 * a recipe of an earlier version, which has no digest
 * @source: the layer that the result was made from, with its effects
 * @scale: upscale factor
 * @tile_px: side of a tile of the result
 * @overlap_px: smallest overlap of two tiles
 * @selection: painted part of @source, in px of @source
 *
 * Recipe of a result, read from the image. A stranger may have written the image, so all
 * values have passed the checks of a call of the procedure.
 */
typedef struct
{
  GimpProcedureConfig *config;
  char                *reference;
  UpscaleLayerLooks   *source;
  double               scale;
  int                  tile_px;
  int                  overlap_px;
  UpscaleRect          selection;
} UpscaleLayerRecipe;

gboolean upscale_layer_recipe_is_on (GimpItem *layer);
UpscaleLayerRecipe *
upscale_layer_recipe_read (GimpLayer *layer, GimpProcedure *procedure, GError **error);
void      upscale_layer_recipe_apply (const UpscaleLayerRecipe *recipe, GObject *config);
char     *upscale_layer_recipe_dup_warning (const UpscaleLayerRecipe *recipe,
                                            const UpscaleGenParams   *chosen);
void      upscale_layer_recipe_attach (GimpLayer *layer, GKeyFile *keys);
GKeyFile *upscale_layer_recipe_make (GObject                *config,
                                     const UpscaleGenParams *painted,
                                     const UpscaleLayerCopy *copy);
UpscaleTilePlan *upscale_layer_recipe_make_plan (const UpscaleLayerRecipe *recipe,
                                                 int                       width_px,
                                                 int                       height_px,
                                                 GError                  **error);
UpscaleRect      upscale_layer_recipe_find_region (const UpscaleLayerRecipe *recipe,
                                                   int                       width_px,
                                                   int                       height_px,
                                                   UpscaleRect               selection,
                                                   GError                  **error);
void             upscale_layer_recipe_free (UpscaleLayerRecipe *recipe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLayerRecipe, upscale_layer_recipe_free)

G_END_DECLS
