/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-layer-recipe.h"

#include <glib/gi18n.h>
#include <math.h>

#include "upscale-error.h"
#include "upscale-settings.h"
#include "upscale-tile-plan.h"

#define PARASITE "tile-upscale-recipe"
#define GROUP "Recipe"
#define SOURCE_GROUP "Source"
#define N_SELECTION 4

/* Everything but who paints: addresses are nobody's business who gets the file. */
static const char *const names[] = { "prompt",
                                     "negative-prompt",
                                     "scale",
                                     "strength",
                                     "steps",
                                     "cfg-scale",
                                     "seed",
                                     "tile-size",
                                     "overlap",
                                     "generation-size",
                                     "batch-size",
                                     "sequential-below",
                                     "batch-timeout",
                                     "retries",
                                     "controlnet-enabled",
                                     "conditioning-scale",
                                     "ip-adapter-image",
                                     "ip-adapter-scale",
                                     "loras",
                                     "model",
                                     "colour-correction",
                                     "resize-canvas",
                                     NULL };

/**
 * upscale_layer_recipe_free:
 * @recipe: (transfer full): a recipe
 */
void
upscale_layer_recipe_free (UpscaleLayerRecipe *recipe)
{
  g_key_file_unref (recipe->keys);
  g_clear_object (&recipe->source);
  g_free (recipe);
}

/**
 * upscale_layer_recipe_make:
 * @config: the arguments
 * @copy: what was read of the source
 *
 * Returns: (transfer full): the recipe, to be attached once there is a layer
 */
GKeyFile *
upscale_layer_recipe_make (GObject *config, const UpscaleLayerCopy *copy)
{
  GKeyFile   *keys = g_key_file_new ();
  UpscaleRect selection = copy->selection;
  int         numbers[N_SELECTION] = { selection.x, selection.y, selection.width,
                                       selection.height };

  upscale_settings_write (config, keys, GROUP, names);
  g_key_file_set_integer (keys, SOURCE_GROUP, "tattoo",
                          (int) gimp_item_get_tattoo (GIMP_ITEM (copy->layer)));
  g_key_file_set_integer_list (keys, SOURCE_GROUP, "selection", numbers, N_SELECTION);
  return keys;
}

/**
 * upscale_layer_recipe_attach:
 * @layer: a result
 * @keys: how it was made
 *
 * The recipe is saved with the image, and copied with the layer.
 */
void
upscale_layer_recipe_attach (GimpLayer *layer, GKeyFile *keys)
{
  gsize            length;
  g_autofree char *text = g_key_file_to_data (keys, &length, NULL);
  GimpParasite    *parasite =
      gimp_parasite_new (PARASITE, GIMP_PARASITE_PERSISTENT, (guint32) length, text);

  gimp_item_attach_parasite (GIMP_ITEM (layer), parasite);
  gimp_parasite_free (parasite);
}

static GKeyFile *
load (GimpItem *layer)
{
  GimpParasite *parasite = gimp_item_get_parasite (layer, PARASITE);
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  guint32     length = 0;
  const char *text = parasite ? gimp_parasite_get_data (parasite, &length) : NULL;
  gboolean    is_loaded =
      text && g_key_file_load_from_data (keys, text, length, G_KEY_FILE_NONE, NULL) &&
      g_key_file_has_group (keys, GROUP) && g_key_file_has_group (keys, SOURCE_GROUP);

  g_clear_pointer (&parasite, gimp_parasite_free);
  return is_loaded ? g_steal_pointer (&keys) : NULL;
}

/**
 * upscale_layer_recipe_is_on:
 * @layer: any item
 *
 * Returns: whether it carries a recipe
 */
gboolean
upscale_layer_recipe_is_on (GimpItem *layer)
{
  g_autoptr (GKeyFile) keys = load (layer);

  return keys != NULL;
}

static gboolean
read_selection (GKeyFile *keys, UpscaleRect *selection)
{
  gsize           n = 0;
  g_autofree int *numbers =
      g_key_file_get_integer_list (keys, SOURCE_GROUP, "selection", &n, NULL);

  if (n != N_SELECTION)
    return FALSE;
  *selection = (UpscaleRect) { numbers[0], numbers[1], numbers[2], numbers[3] };
  return TRUE;
}

/* Both the layers may have been changed since. */
static gboolean
fits (const UpscaleLayerRecipe *recipe, GimpDrawable *layer)
{
  GimpDrawable *source = GIMP_DRAWABLE (recipe->source);
  UpscaleRect   whole = { 0, 0, gimp_drawable_get_width (source),
                          gimp_drawable_get_height (source) };

  return fabs (whole.width * recipe->scale - gimp_drawable_get_width (layer)) <= 1.0 &&
         fabs (whole.height * recipe->scale - gimp_drawable_get_height (layer)) <= 1.0 &&
         upscale_rect_contains (whole, recipe->selection);
}

static UpscaleLayerRecipe *
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_LAYER, sentence);
  return NULL;
}

/**
 * upscale_layer_recipe_read:
 * @layer: a layer
 * @error: return location for an error
 *
 * Returns: (transfer full): how it was made, or %NULL with %UPSCALE_ERROR_LAYER when it
 * was not made here, or its source is gone or has another size
 */
UpscaleLayerRecipe *
upscale_layer_recipe_read (GimpLayer *layer, GError **error)
{
  g_autoptr (UpscaleLayerRecipe) recipe = NULL;
  GKeyFile  *keys = load (GIMP_ITEM (layer));
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (layer));
  GimpLayer *source;

  if (!keys)
    return refuse (error,
                   _ ("This layer was not made by Tile Upscale: select a layer that "
                      "was."));
  recipe = g_new0 (UpscaleLayerRecipe, 1);
  recipe->keys = keys;
  source = gimp_image_get_layer_by_tattoo (
      image, (guint) g_key_file_get_integer (keys, SOURCE_GROUP, "tattoo", NULL));
  if (!source)
    return refuse (error, _ ("The layer that this one was made from is gone: undo its "
                             "removal, or upscale another layer."));
  recipe->source = g_object_ref (source);
  recipe->scale = g_key_file_get_double (keys, GROUP, "scale", NULL);
  recipe->tile_px = g_key_file_get_integer (keys, GROUP, "tile-size", NULL);
  recipe->overlap_px = g_key_file_get_integer (keys, GROUP, "overlap", NULL);
  if (!read_selection (keys, &recipe->selection) || !fits (recipe, GIMP_DRAWABLE (layer)))
    return refuse (error, _ ("This layer, or the one it was made from, has another size "
                             "now: upscale that one again."));
  return g_steal_pointer (&recipe);
}

/**
 * upscale_layer_recipe_apply:
 * @recipe: a recipe
 * @config: a procedure's arguments, set to what the layer was made with
 */
void
upscale_layer_recipe_apply (const UpscaleLayerRecipe *recipe, GObject *config)
{
  upscale_settings_read (config, recipe->keys, GROUP);
}

/**
 * upscale_layer_recipe_find_region:
 * @recipe: how a layer was made
 * @width_px: its width
 * @height_px: its height
 * @selection: what is selected of it
 * @error: return location for an error
 *
 * Returns: the whole tiles of the layer's own grid that lie under the selection; empty
 * with %UPSCALE_ERROR_LAYER when there is none
 */
UpscaleRect
upscale_layer_recipe_find_region (const UpscaleLayerRecipe *recipe,
                                  int                       width_px,
                                  int                       height_px,
                                  UpscaleRect               selection,
                                  GError                  **error)
{
  UpscaleRect whole = { 0, 0, width_px, height_px };
  UpscaleRect painted =
      upscale_rect_intersect (whole, upscale_rect_scale (recipe->selection, recipe->scale,
                                                         recipe->scale));
  g_autoptr (UpscaleTilePlan) plan =
      upscale_tile_plan_new (width_px, height_px, painted, recipe->tile_px,
                             recipe->overlap_px, error);
  UpscaleRect region = { 0 };

  if (!plan)
    return region;
  region = upscale_tile_plan_cover (plan, selection);
  if (upscale_rect_is_empty (region))
    refuse (error,
            _ ("The selection lies where nothing was painted: select a part of the "
               "picture that was."));
  return region;
}
