/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-layer-style.h"

#include "upscale-source.h"

static GeglBuffer *
copy_mask (GimpLayer *layer)
{
  GimpLayerMask *mask = gimp_layer_get_mask (layer);
  g_autoptr (GeglBuffer) theirs = NULL;
  GeglBuffer *ours;

  if (!mask)
    return NULL;
  theirs = gimp_drawable_get_buffer (GIMP_DRAWABLE (mask));
  ours =
      gegl_buffer_new (gegl_buffer_get_extent (theirs), gegl_buffer_get_format (theirs));
  gegl_buffer_copy (theirs, NULL, GEGL_ABYSS_NONE, ours, NULL);
  return ours;
}

/**
 * upscale_layer_style_read:
 * @layer: a layer
 *
 * Returns: (transfer full): the properties of @layer, to be cleared with
 * upscale_layer_style_clear()
 */
UpscaleLayerStyle
upscale_layer_style_read (GimpLayer *layer)
{
  g_return_val_if_fail (GIMP_IS_LAYER (layer), (UpscaleLayerStyle) { 0 });

  return (UpscaleLayerStyle) {
    .opacity = gimp_layer_get_opacity (layer),
    .mode = gimp_layer_get_mode (layer),
    .blend_space = gimp_layer_get_blend_space (layer),
    .composite_space = gimp_layer_get_composite_space (layer),
    .composite_mode = gimp_layer_get_composite_mode (layer),
    .color_tag = gimp_item_get_color_tag (GIMP_ITEM (layer)),
    .mask = copy_mask (layer),
    .applies_mask = gimp_layer_get_apply_mask (layer),
  };
}

/* Resamples the mask with the filter of the pixels, so that both stay aligned. */
static void
write_mask (GeglBuffer *mask, GimpLayerMask *larger, double scale)
{
  g_autoptr (GeglBuffer) theirs = gimp_drawable_get_buffer (GIMP_DRAWABLE (larger));
  g_autoptr (UpscaleSource) source = upscale_source_new (mask, scale);
  const GeglRectangle *extent = gegl_buffer_get_extent (theirs);

  upscale_source_write_base (source, theirs,
                             (UpscaleRect) { 0, 0, extent->width, extent->height });
  gegl_buffer_flush (theirs);
}

static gboolean
add_mask (const UpscaleLayerStyle *style, GimpLayer *layer, double scale)
{
  GimpLayerMask *mask = gimp_layer_create_mask (layer, GIMP_ADD_MASK_WHITE);

  if (!mask || !gimp_layer_add_mask (layer, mask))
    return FALSE;
  write_mask (style->mask, mask, scale);
  return gimp_layer_set_apply_mask (layer, style->applies_mask) &&
         gimp_layer_set_edit_mask (layer, FALSE);
}

/**
 * upscale_layer_style_apply:
 * @style: properties of a layer
 * @layer: a new layer that is not in its image yet
 * @scale: upscale factor for the mask
 *
 * Sets the properties of @layer. The mode "pass through" becomes the default mode, since
 * only groups can have it.
 *
 * Returns: %TRUE, or %FALSE if GIMP refuses a property; gimp_pdb_get_last_error() has the
 * reason
 */
gboolean
upscale_layer_style_apply (const UpscaleLayerStyle *style, GimpLayer *layer, double scale)
{
  gboolean is_blended;

  g_return_val_if_fail (style != NULL, FALSE);
  g_return_val_if_fail (GIMP_IS_LAYER (layer), FALSE);

  is_blended = style->mode != GIMP_LAYER_MODE_PASS_THROUGH;
  if (!gimp_layer_set_opacity (layer, style->opacity) ||
      !gimp_item_set_color_tag (GIMP_ITEM (layer), style->color_tag))
    return FALSE;
  /* Setting the mode resets the spaces and the composite mode, so the mode comes first.
   */
  if (is_blended && !(gimp_layer_set_mode (layer, style->mode) &&
                      gimp_layer_set_blend_space (layer, style->blend_space) &&
                      gimp_layer_set_composite_space (layer, style->composite_space) &&
                      gimp_layer_set_composite_mode (layer, style->composite_mode)))
    return FALSE;
  return !style->mask || add_mask (style, layer, scale);
}

/**
 * upscale_layer_style_clear:
 * @style: properties of a layer
 */
void
upscale_layer_style_clear (UpscaleLayerStyle *style)
{
  g_return_if_fail (style != NULL);

  g_clear_object (&style->mask);
}
