/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-repeat.h"

#include <glib/gi18n.h>

#include "upscale-error.h"
#include "upscale-layer-recipe.h"
#include "upscale-procedure.h"
#include "upscale-run.h"

/* The topmost layer that carries a recipe, groups included. */
static GimpItem *
find_layer (GimpItem **layers)
{
  for (; *layers; layers++)
    {
      g_autofree GimpItem **children = NULL;
      GimpItem             *found;

      if (upscale_layer_recipe_is_on (*layers))
        return *layers;
      if (!gimp_item_is_group (*layers))
        continue;
      children = gimp_item_get_children (*layers);
      found = find_layer (children);
      if (found)
        return found;
    }
  return NULL;
}

/* On a result its source is what is upscaled again. */
static GimpDrawable *
find_recipe (GimpImage           *image,
             GimpDrawable        *active,
             UpscaleLayerRecipe **recipe,
             GError             **error)
{
  g_autofree GimpItem **layers = NULL;
  GimpItem             *layer;

  if (GIMP_IS_LAYER (active) && upscale_layer_recipe_is_on (GIMP_ITEM (active)))
    {
      *recipe = upscale_layer_recipe_read (GIMP_LAYER (active), error);
      return *recipe ? GIMP_DRAWABLE ((*recipe)->source) : NULL;
    }
  layers = (GimpItem **) gimp_image_get_layers (image);
  layer = find_layer (layers);
  if (!layer)
    {
      g_set_error_literal (
          error, UPSCALE_ERROR, UPSCALE_ERROR_LAYER,
          _ ("No layer of this image was made by Tile Upscale, so there is "
             "no recipe to repeat: use Tile Upscale first."));
      return NULL;
    }
  *recipe = upscale_layer_recipe_read (GIMP_LAYER (layer), error);
  return *recipe ? active : NULL;
}

/**
 * upscale_repeat_run:
 * @procedure: the procedure
 * @run_mode: with a user or without
 * @image: the image
 * @drawables: (array zero-terminated=1): the selected drawables
 * @config: the arguments, none of our own
 * @run_data: unused
 *
 * Upscales the way a layer of the image was made, without asking.
 *
 * Returns: (transfer full): what upscale_run() returns
 */
GimpValueArray *
upscale_repeat_run (GimpProcedure       *procedure,
                    GimpRunMode          run_mode,
                    GimpImage           *image,
                    GimpDrawable       **drawables,
                    GimpProcedureConfig *config,
                    gpointer             run_data)
{
  g_autoptr (UpscaleLayerRecipe) recipe = NULL;
  g_autoptr (GimpProcedure) upscale =
      upscale_procedure_new (gimp_get_plug_in (), upscale_run);
  g_autoptr (GimpProcedureConfig) arguments = gimp_procedure_create_config (upscale);
  GError       *error = NULL;
  GimpDrawable *layers[2] = { NULL, NULL };

  layers[0] = find_recipe (image, drawables[0], &recipe, &error);
  if (!layers[0])
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  upscale_layer_recipe_apply (recipe, G_OBJECT (arguments));
  return upscale_run (procedure,
                      run_mode == GIMP_RUN_NONINTERACTIVE ? GIMP_RUN_NONINTERACTIVE
                                                          : GIMP_RUN_WITH_LAST_VALS,
                      image, layers, arguments, NULL);
}
