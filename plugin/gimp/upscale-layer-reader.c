/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-layer-reader.h"

#include <glib/gi18n.h>

#include "upscale-error.h"

/**
 * upscale_layer_reader_copy_free:
 * @copy: (transfer full): a copy
 */
void
upscale_layer_reader_copy_free (UpscaleLayerCopy *copy)
{
  g_return_if_fail (copy != NULL);

  g_clear_object (&copy->pixels);
  g_clear_object (&copy->previous);
  upscale_layer_style_clear (&copy->style);
  g_clear_pointer (&copy->recipe, g_key_file_unref);
  g_clear_object (&copy->image);
  g_clear_object (&copy->layer);
  g_clear_object (&copy->profile);
  g_free (copy->name);
  g_free (copy);
}

static GimpLayer *
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_LAYER, sentence);
  return NULL;
}

/**
 * upscale_layer_reader_find:
 * @image: the image
 * @drawables: (array zero-terminated=1): drawables that the procedure was called with
 * @error: return location for an error
 *
 * Checks the drawables. GIMP uses the procedure's image types for the menu only, so
 * callers through the PDB can pass drawables of any kind.
 *
 * Returns: (transfer none): the layer to upscale, or %NULL with %UPSCALE_ERROR_LAYER
 */
GimpLayer *
upscale_layer_reader_find (GimpImage *image, GimpDrawable **drawables, GError **error)
{
  g_return_val_if_fail (GIMP_IS_IMAGE (image), NULL);

  if (!drawables || !drawables[0])
    return refuse (error, _ ("No layer was given: select one layer."));
  if (drawables[1])
    return refuse (
        error, _ ("Several layers were given: select just one, or merge them first."));
  if (!GIMP_IS_LAYER (drawables[0]))
    return refuse (
        error,
        _ ("Layer masks and channels can't be upscaled: select the layer itself."));
  if (gimp_item_get_image (GIMP_ITEM (drawables[0])) != image)
    return refuse (error, _ ("The layer belongs to another image than the one that was "
                             "given: give the layer's own image."));
  if (gimp_layer_is_floating_sel (GIMP_LAYER (drawables[0])))
    return refuse (
        error, _ ("A floating selection can't be upscaled: anchor it or make it a layer "
                  "first (Layer > Anchor Layer)."));
  if (gimp_image_get_base_type (image) == GIMP_INDEXED)
    return refuse (error,
                   _ ("Indexed images can't be upscaled: convert the image to RGB first "
                      "(Image > Mode > RGB)."));
  return GIMP_LAYER (drawables[0]);
}

/* The copy shares no memory with GIMP, so worker threads can read it while this thread
 * calls libgimp. */
static GeglBuffer *
copy_pixels (GimpDrawable *drawable)
{
  g_autoptr (GeglBuffer) theirs = gimp_drawable_get_buffer (drawable);
  const GeglRectangle *extent = gegl_buffer_get_extent (theirs);
  GeglBuffer          *ours = gegl_buffer_new (extent, gegl_buffer_get_format (theirs));

  gegl_buffer_copy (theirs, extent, GEGL_ABYSS_NONE, ours, extent);
  return ours;
}

/**
 * upscale_layer_reader_read:
 * @image: the image
 * @looks: a layer that can be upscaled, with its effects
 *
 * Copies the pixels and properties of the layer. The caller sets the selection and the
 * recipe.
 *
 * Returns: (transfer full): the copy
 */
UpscaleLayerCopy *
upscale_layer_reader_read (GimpImage *image, const UpscaleLayerLooks *looks)
{
  UpscaleLayerCopy *copy;

  g_return_val_if_fail (GIMP_IS_IMAGE (image), NULL);
  g_return_val_if_fail (looks != NULL, NULL);

  copy = g_new0 (UpscaleLayerCopy, 1);
  copy->pixels = copy_pixels (looks->drawable);
  copy->x = looks->x;
  copy->y = looks->y;
  copy->style = upscale_layer_style_read (looks->layer);
  copy->image = g_object_ref (image);
  copy->layer = g_object_ref (looks->layer);
  copy->name = gimp_item_get_name (GIMP_ITEM (looks->layer));
  copy->base_type = gimp_image_get_base_type (image);
  copy->precision = gimp_image_get_precision (image);
  copy->profile = gimp_image_get_color_profile (image);
  gimp_image_get_resolution (image, &copy->x_resolution, &copy->y_resolution);
  return copy;
}

/**
 * upscale_layer_reader_read_previous:
 * @copy: a copy of the layer that @layer was made from, changed
 * @layer: an earlier result
 * @region: the part of @layer to paint anew, in px of @layer
 *
 * Prepares @copy for repainting @layer: the new layer gets the place, the name, the
 * properties and, outside @region, the pixels of @layer.
 */
void
upscale_layer_reader_read_previous (UpscaleLayerCopy *copy,
                                    GimpLayer        *layer,
                                    UpscaleRect       region)
{
  g_return_if_fail (copy != NULL);
  g_return_if_fail (GIMP_IS_LAYER (layer));

  copy->previous = copy_pixels (GIMP_DRAWABLE (layer));
  copy->region = region;
  copy->x = 0;
  copy->y = 0;
  upscale_layer_style_clear (&copy->style);
  copy->style = upscale_layer_style_read (layer);
  g_set_object (&copy->layer, layer);
  g_free (copy->name);
  copy->name = gimp_item_get_name (GIMP_ITEM (layer));
}
