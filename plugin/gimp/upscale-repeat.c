/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-repeat.h"

#include <glib/gi18n.h>

#include "upscale-error.h"
#include "upscale-image-question.h"
#include "upscale-last-values.h"
#include "upscale-layer-recipe.h"
#include "upscale-procedure.h"
#include "upscale-run.h"

/* Finds the topmost layer that carries a recipe, in groups as well. */
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

static GimpItem *
find_layer_of (GimpImage *image)
{
  g_autofree GimpItem **layers = (GimpItem **) gimp_image_get_layers (image);

  return find_layer (layers);
}

static gboolean
has_recipe (GimpImage *image, gpointer user_data)
{
  return find_layer_of (image) != NULL;
}

/* A user may take the recipe of another open image. */
static GimpItem *
find_recipe_layer (GimpImage *image, gboolean has_user, GError **error)
{
  g_autoptr (GError) cause = NULL;
  GimpItem  *layer = find_layer_of (image);
  GimpImage *other = NULL;

  if (!layer && has_user)
    {
      gimp_ui_init ("tile-upscale");
      other = upscale_image_question_ask (has_recipe, &cause);
      layer = other ? find_layer_of (other) : NULL;
    }
  if (cause)
    g_propagate_error (error, g_steal_pointer (&cause));
  else if (!layer)
    g_set_error_literal (
        error, UPSCALE_ERROR, UPSCALE_ERROR_LAYER,
        _ ("No layer of this image was made by Tile Upscale, so there is "
           "no recipe to repeat: use Tile Upscale first."));
  return layer;
}

/* Returns the layer to upscale: on an earlier result its source, otherwise the active
 * layer. */
static GimpDrawable *
find_recipe (GimpImage           *image,
             GimpDrawable        *active,
             gboolean             has_user,
             GimpProcedure       *procedure,
             UpscaleLayerRecipe **recipe,
             GError             **error)
{
  GimpItem *layer;

  if (GIMP_IS_LAYER (active) && upscale_layer_recipe_is_on (GIMP_ITEM (active)))
    {
      *recipe = upscale_layer_recipe_read (GIMP_LAYER (active), procedure, error);
      return *recipe ? GIMP_DRAWABLE ((*recipe)->source->layer) : NULL;
    }
  layer = find_recipe_layer (image, has_user, error);
  if (!layer)
    return NULL;
  *recipe = upscale_layer_recipe_read (GIMP_LAYER (layer), procedure, error);
  return *recipe ? active : NULL;
}

/* Without a user nobody can choose the IP-Adapter example again. With a user the dialog
 * shows a warning instead. */
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
 * @run_mode: whether there is a user, and whether to show the dialog
 * @image: the image
 * @drawables: (array zero-terminated=1): the selected drawables
 * @config: the arguments of this procedure, which has none of its own
 * @run_data: unused
 *
 * Runs %UPSCALE_REPEAT_PROCEDURE_NAME: upscales with the recipe of a layer of the image.
 * The image may be a stranger's, so a user sees the arguments and the forecast before
 * anything is sent. Endpoints are those that the user chose last, never the image's.
 *
 * Returns: (transfer full): the values of upscale_run_call()
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
  g_autoptr (GimpProcedure) upscale = NULL;
  g_autoptr (GimpProcedureConfig) arguments = NULL;
  GimpDrawable  *layers[2] = { NULL, NULL };
  gboolean       has_user = run_mode != GIMP_RUN_NONINTERACTIVE;
  UpscaleRunCall call = {
    .procedure = procedure,
    .image = image,
    .drawables = layers,
  };
  GError *error = NULL;

  g_return_val_if_fail (drawables != NULL, NULL);

  upscale = upscale_procedure_new (gimp_get_plug_in (), upscale_run);
  arguments = gimp_procedure_create_config (upscale);
  call.config = arguments;
  layers[0] = find_recipe (image, drawables[0], has_user, upscale, &recipe, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
    }
  if (!recipe || (!has_user && !check_reference (recipe, &error)))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  if (has_user)
    upscale_last_values_load (arguments, image);
  upscale_layer_recipe_apply (recipe, G_OBJECT (arguments));
  /* The dialog is shown for GIMP_RUN_WITH_LAST_VALS, too, since the image may be another
   * one than last time. */
  call.run_mode = has_user ? GIMP_RUN_INTERACTIVE : GIMP_RUN_NONINTERACTIVE;
  call.repeated = recipe;
  return upscale_run_call (&call);
}
