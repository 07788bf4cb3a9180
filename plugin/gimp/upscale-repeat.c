/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-repeat.h"

#include <glib/gi18n.h>

#include "upscale-error.h"
#include "upscale-last-values.h"
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
             GimpProcedure       *procedure,
             UpscaleLayerRecipe **recipe,
             GError             **error)
{
  g_autofree GimpItem **layers = NULL;
  GimpItem             *layer;

  if (GIMP_IS_LAYER (active) && upscale_layer_recipe_is_on (GIMP_ITEM (active)))
    {
      *recipe = upscale_layer_recipe_read (GIMP_LAYER (active), procedure, error);
      return *recipe ? GIMP_DRAWABLE ((*recipe)->source->layer) : NULL;
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
  *recipe = upscale_layer_recipe_read (GIMP_LAYER (layer), procedure, error);
  return *recipe ? active : NULL;
}

/* A user sees what is missing in the dialog. */
static gboolean
check_reference (const UpscaleLayerRecipe *recipe, GError **error)
{
  if (!recipe->reference)
    return TRUE;
  g_set_error_literal (
      error, UPSCALE_ERROR, UPSCALE_ERROR_LAYER,
      _ ("The layer was made with an IP-Adapter example, and an image does not keep "
         "that: "
         "call plug-in-tile-upscale with the same picture as ip-adapter-image."));
  return FALSE;
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
 * Upscales the way a layer of the image was made. Who made the image is not known, so a
 * user sees what it would do, and what it would take, before anything is sent; endpoints
 * are those that the user chose last.
 *
 * Returns: (transfer full): what upscale_run_call() returns
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
  GimpDrawable  *layers[2] = { NULL, NULL };
  gboolean       has_user = run_mode != GIMP_RUN_NONINTERACTIVE;
  UpscaleRunCall call = { procedure, run_mode, image, layers, arguments, NULL };
  GError        *error = NULL;

  layers[0] = find_recipe (image, drawables[0], upscale, &recipe, &error);
  if (!recipe || (!has_user && !check_reference (recipe, &error)))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  if (has_user)
    upscale_last_values_load (arguments);
  upscale_layer_recipe_apply (recipe, G_OBJECT (arguments));
  /* Also when the last filter is repeated: this may be another image than it was then. */
  call.run_mode = has_user ? GIMP_RUN_INTERACTIVE : GIMP_RUN_NONINTERACTIVE;
  call.repeated = recipe;
  return upscale_run_call (&call);
}
