/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-layer-recipe.h"

#include <glib/gi18n.h>
#include <math.h>

#include "upscale-error.h"
#include "upscale-settings.h"
#include "upscale-where-reader.h"

#define PARASITE "tile-upscale-recipe"
#define SOURCE_GROUP "Source"
#define REFERENCE_KEY "ip-adapter-image-sha256"
/* Earlier versions wrote the address of the picture. This version never reads the file.
 */
#define OLD_REFERENCE_KEY "ip-adapter-image"
#define N_SELECTION 4
#define MAX_BYTES (1024 * 1024)

/**
 * upscale_layer_recipe_free:
 * @recipe: (transfer full): a recipe
 */
void
upscale_layer_recipe_free (UpscaleLayerRecipe *recipe)
{
  g_return_if_fail (recipe != NULL);

  g_clear_object (&recipe->config);
  g_free (recipe->reference);
  g_clear_pointer (&recipe->source, upscale_layer_looks_free);
  g_free (recipe);
}

static char *
digest (GBytes *reference)
{
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, reference);
}

/**
 * upscale_layer_recipe_make:
 * @config: the arguments
 * @painted: parameters of the model, made from the arguments
 * @copy: a copy of the source
 *
 * Returns: (transfer full): the recipe, for upscale_layer_recipe_attach()
 */
GKeyFile *
upscale_layer_recipe_make (GObject                *config,
                           const UpscaleGenParams *painted,
                           const UpscaleLayerCopy *copy)
{
  GKeyFile *keys;
  int       numbers[N_SELECTION];

  g_return_val_if_fail (G_IS_OBJECT (config), NULL);
  g_return_val_if_fail (painted != NULL, NULL);
  g_return_val_if_fail (copy != NULL, NULL);

  keys = g_key_file_new ();
  upscale_settings_write (config, keys, &upscale_settings_recipe);
  upscale_where_reader_write_map (config, keys, upscale_settings_recipe.group);
  if (painted->ip_adapter_image)
    {
      g_autofree char *reference = digest (painted->ip_adapter_image);

      g_key_file_set_string (keys, upscale_settings_recipe.group, REFERENCE_KEY,
                             reference);
    }
  g_key_file_set_integer (keys, SOURCE_GROUP, "tattoo",
                          (int) gimp_item_get_tattoo (GIMP_ITEM (copy->layer)));
  numbers[0] = copy->selection.x;
  numbers[1] = copy->selection.y;
  numbers[2] = copy->selection.width;
  numbers[3] = copy->selection.height;
  g_key_file_set_integer_list (keys, SOURCE_GROUP, "selection", numbers, N_SELECTION);
  return keys;
}

/**
 * upscale_layer_recipe_attach:
 * @layer: a result
 * @keys: a recipe from upscale_layer_recipe_make()
 *
 * Attaches the recipe as a parasite, which GIMP saves with the image and copies with the
 * layer.
 */
void
upscale_layer_recipe_attach (GimpLayer *layer, GKeyFile *keys)
{
  gsize            length;
  g_autofree char *text = NULL;
  GimpParasite    *parasite;

  g_return_if_fail (GIMP_IS_LAYER (layer));
  g_return_if_fail (keys != NULL);

  text = g_key_file_to_data (keys, &length, NULL);
  parasite =
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
      text && length <= MAX_BYTES &&
      g_key_file_load_from_data (keys, text, length, G_KEY_FILE_NONE, NULL) &&
      g_key_file_has_group (keys, upscale_settings_recipe.group) &&
      g_key_file_has_group (keys, SOURCE_GROUP);

  g_clear_pointer (&parasite, gimp_parasite_free);
  return is_loaded ? g_steal_pointer (&keys) : NULL;
}

/**
 * upscale_layer_recipe_is_on:
 * @layer: any item
 *
 * Returns: %TRUE if @layer carries a recipe
 */
gboolean
upscale_layer_recipe_is_on (GimpItem *layer)
{
  g_autoptr (GKeyFile) keys = NULL;

  g_return_val_if_fail (GIMP_IS_ITEM (layer), FALSE);

  keys = load (layer);
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

/* The user may have resized the result or its source since the result was made. */
static gboolean
fits (const UpscaleLayerRecipe *recipe, GimpDrawable *layer)
{
  UpscaleRect whole = { 0, 0, gimp_drawable_get_width (recipe->source->drawable),
                        gimp_drawable_get_height (recipe->source->drawable) };

  return !upscale_rect_is_empty (recipe->selection) &&
         fabs (whole.width * recipe->scale - gimp_drawable_get_width (layer)) <= 1.0 &&
         fabs (whole.height * recipe->scale - gimp_drawable_get_height (layer)) <= 1.0 &&
         upscale_rect_contains (whole, recipe->selection);
}

static UpscaleLayerRecipe *
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_LAYER, sentence);
  return NULL;
}

static char *
read_reference (GKeyFile *keys)
{
  g_autofree char *reference =
      g_key_file_get_string (keys, upscale_settings_recipe.group, REFERENCE_KEY, NULL);
  g_autofree char *old = g_key_file_get_string (keys, upscale_settings_recipe.group,
                                                OLD_REFERENCE_KEY, NULL);

  if (reference || !old || *old == '\0')
    return g_steal_pointer (&reference);
  return g_strdup ("");
}

/* A recipe passes the checks of a call of the procedure, since a stranger may have
 * written the image. */
static gboolean
read_arguments (UpscaleLayerRecipe *recipe,
                GKeyFile           *keys,
                GimpImage          *image,
                GError            **error)
{
  g_autoptr (UpscaleArguments) arguments = NULL;
  g_autoptr (GError) cause = NULL;

  recipe->reference = read_reference (keys);
  if (upscale_settings_read (G_OBJECT (recipe->config), keys, &upscale_settings_recipe,
                             &cause) &&
      upscale_where_reader_read_map (G_OBJECT (recipe->config), keys,
                                     upscale_settings_recipe.group, image, &cause))
    arguments = upscale_arguments_new (G_OBJECT (recipe->config), &cause);
  if (!arguments)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_LAYER,
                   _ ("The recipe that is kept with this layer can't be used: %s Upscale "
                      "what the layer was made from again."),
                   cause->message);
      return FALSE;
    }
  recipe->scale = arguments->scale;
  recipe->tile_px = arguments->tile_px;
  recipe->overlap_px = arguments->overlap_px;
  return TRUE;
}

/**
 * upscale_layer_recipe_read:
 * @layer: a layer
 * @procedure: the procedure whose arguments the recipe holds
 * @error: return location for an error
 *
 * Returns: (transfer full): the recipe of @layer, or %NULL with %UPSCALE_ERROR_LAYER if
 * @layer has none, if the recipe holds an impossible argument, or if the source is gone
 * or has another size
 */
UpscaleLayerRecipe *
upscale_layer_recipe_read (GimpLayer *layer, GimpProcedure *procedure, GError **error)
{
  g_autoptr (UpscaleLayerRecipe) recipe = NULL;
  g_autoptr (GKeyFile) keys = NULL;
  GimpImage *image;
  GimpLayer *source;

  g_return_val_if_fail (GIMP_IS_LAYER (layer), NULL);
  g_return_val_if_fail (GIMP_IS_PROCEDURE (procedure), NULL);

  keys = load (GIMP_ITEM (layer));
  image = gimp_item_get_image (GIMP_ITEM (layer));
  if (!keys)
    return refuse (error,
                   _ ("This layer was not made by Tile Upscale: select a layer that "
                      "was."));
  recipe = g_new0 (UpscaleLayerRecipe, 1);
  recipe->config = gimp_procedure_create_config (procedure);
  source = gimp_image_get_layer_by_tattoo (
      image, (guint) g_key_file_get_integer (keys, SOURCE_GROUP, "tattoo", NULL));
  if (!source)
    return refuse (error, _ ("The layer that this one was made from is gone: undo its "
                             "removal, or upscale another layer."));
  recipe->source = upscale_layer_looks_new (source, error);
  if (!recipe->source || !read_arguments (recipe, keys, image, error))
    return NULL;
  if (!read_selection (keys, &recipe->selection) || !fits (recipe, GIMP_DRAWABLE (layer)))
    return refuse (error, _ ("This layer, or the one it was made from, has another size "
                             "now: upscale that one again."));
  return g_steal_pointer (&recipe);
}

static gboolean
is_reference (const UpscaleLayerRecipe *recipe, GBytes *bytes)
{
  g_autofree char *found = bytes ? digest (bytes) : NULL;

  return g_strcmp0 (recipe->reference, found) == 0;
}

/* The user's last picture would change the result, unless the layer was made with it. */
static void
keep_only_own_reference (const UpscaleLayerRecipe *recipe, GObject *config)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_object_get (config, "ip-adapter-image", &file, NULL);
  if (file && recipe->reference)
    bytes = upscale_arguments_read_reference (file, NULL);
  if (!is_reference (recipe, bytes))
    g_object_set (config, "ip-adapter-image", NULL, NULL);
}

/**
 * upscale_layer_recipe_apply:
 * @recipe: a recipe
 * @config: the arguments of the procedure, changed
 *
 * Sets the arguments that the recipe holds. The reference picture in @config stays if the
 * layer was made with the same one, and is removed otherwise.
 */
void
upscale_layer_recipe_apply (const UpscaleLayerRecipe *recipe, GObject *config)
{
  const UpscaleArgument *argument = NULL;

  g_return_if_fail (recipe != NULL);
  g_return_if_fail (G_IS_OBJECT (config));

  while (
      (argument = upscale_argument_table_next (argument, upscale_settings_recipe.flags)))
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (recipe->config), argument->name, &value);
      g_object_set_property (config, argument->name, &value);
    }
  keep_only_own_reference (recipe, config);
}

/**
 * upscale_layer_recipe_dup_warning:
 * @recipe: recipe of a layer
 * @chosen: parameters of the model, as the user has chosen them
 *
 * Returns: (transfer full) (nullable): a warning if the layer was made with a reference
 * picture and @chosen has none or another one
 */
char *
upscale_layer_recipe_dup_warning (const UpscaleLayerRecipe *recipe,
                                  const UpscaleGenParams   *chosen)
{
  g_return_val_if_fail (recipe != NULL, NULL);
  g_return_val_if_fail (chosen != NULL, NULL);

  if (!recipe->reference || is_reference (recipe, chosen->ip_adapter_image))
    return NULL;
  if (!chosen->ip_adapter_image)
    return g_strdup (
        _ ("The layer was made with an IP-Adapter example, and an image does "
           "not keep that: choose it again, or paint without it."));
  /* Recipes of earlier versions have no digest to compare with. */
  if (*recipe->reference == '\0')
    return NULL;
  return g_strdup (_ ("The layer was made with another IP-Adapter example than this."));
}

/**
 * upscale_layer_recipe_make_plan:
 * @recipe: recipe of a layer
 * @width_px: width of the layer
 * @height_px: height of the layer
 * @error: return location for an error
 *
 * Returns: (transfer full): the tiles that the layer was made of, or %NULL with
 * %UPSCALE_ERROR_ARGUMENT
 */
UpscaleTilePlan *
upscale_layer_recipe_make_plan (const UpscaleLayerRecipe *recipe,
                                int                       width_px,
                                int                       height_px,
                                GError                  **error)
{
  UpscaleRect whole = { 0, 0, width_px, height_px };
  UpscaleRect painted;

  g_return_val_if_fail (recipe != NULL, NULL);

  painted =
      upscale_rect_intersect (whole, upscale_rect_scale (recipe->selection, recipe->scale,
                                                         recipe->scale));
  return upscale_tile_plan_new ((UpscaleTilePlanCase) { width_px, height_px, painted,
                                                        recipe->tile_px,
                                                        recipe->overlap_px,
                                                        recipe->scale },
                                error);
}

/**
 * upscale_layer_recipe_find_region:
 * @recipe: recipe of a layer
 * @width_px: width of the layer
 * @height_px: height of the layer
 * @selection: bounds of the selection on the layer
 * @error: return location for an error
 *
 * Returns: the bounds of the layer's own tiles under the selection; empty with
 * %UPSCALE_ERROR_LAYER if there are none
 */
UpscaleRect
upscale_layer_recipe_find_region (const UpscaleLayerRecipe *recipe,
                                  int                       width_px,
                                  int                       height_px,
                                  UpscaleRect               selection,
                                  GError                  **error)
{
  UpscaleRect region = { 0 };
  g_autoptr (UpscaleTilePlan) plan = NULL;

  g_return_val_if_fail (recipe != NULL, region);

  plan = upscale_layer_recipe_make_plan (recipe, width_px, height_px, error);
  if (!plan)
    return region;
  region = upscale_tile_plan_cover (plan, selection);
  if (upscale_rect_is_empty (region))
    refuse (error,
            _ ("The selection lies where nothing was painted: select a part of the "
               "picture that was."));
  return region;
}
