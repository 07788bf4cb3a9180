/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-arguments.h"
#include "upscale-layer-reader.h"

G_BEGIN_DECLS

/**
 * UpscaleLayerRecipe:
 * @keys: the arguments, for upscale_layer_recipe_apply()
 * @source: what the layer was made from
 * @scale: upscale factor
 * @tile_px: side of its tiles
 * @overlap_px: their overlap
 * @selection: what of @source was painted, in its px
 *
 * How a layer was made.
 */
typedef struct
{
  GKeyFile   *keys;
  GimpLayer  *source;
  double      scale;
  int         tile_px;
  int         overlap_px;
  UpscaleRect selection;
} UpscaleLayerRecipe;

gboolean            upscale_layer_recipe_is_on (GimpItem *layer);
UpscaleLayerRecipe *upscale_layer_recipe_read (GimpLayer *layer, GError **error);
void      upscale_layer_recipe_apply (const UpscaleLayerRecipe *recipe, GObject *config);
void      upscale_layer_recipe_attach (GimpLayer *layer, GKeyFile *keys);
GKeyFile *upscale_layer_recipe_make (GObject *config, const UpscaleLayerCopy *copy);
UpscaleRect upscale_layer_recipe_find_region (const UpscaleLayerRecipe *recipe,
                                              int                       width_px,
                                              int                       height_px,
                                              UpscaleRect               selection,
                                              GError                  **error);
void        upscale_layer_recipe_free (UpscaleLayerRecipe *recipe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLayerRecipe, upscale_layer_recipe_free)

G_END_DECLS
