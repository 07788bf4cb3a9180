/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-arguments.h"
#include "upscale-layer-reader.h"

G_BEGIN_DECLS

/**
 * UpscaleLayerRecipe:
 * @config: the arguments, for upscale_layer_recipe_apply(); all others are the defaults
 * @reference: (nullable): SHA-256 of the reference picture, in hexadecimal digits; ""
 * when there was one and nobody knows which
 * @source: what the layer was made from, as it looks
 * @scale: upscale factor
 * @tile_px: side of its tiles
 * @overlap_px: their overlap
 * @selection: what of @source was painted, in its px
 *
 * How a layer was made, as the image tells it. Anybody may have written the image, so
 * this is what has passed the checks that a call of the procedure has to pass.
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
UpscaleRect upscale_layer_recipe_find_region (const UpscaleLayerRecipe *recipe,
                                              int                       width_px,
                                              int                       height_px,
                                              UpscaleRect               selection,
                                              GError                  **error);
void        upscale_layer_recipe_free (UpscaleLayerRecipe *recipe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLayerRecipe, upscale_layer_recipe_free)

G_END_DECLS
