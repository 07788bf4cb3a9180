/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-layer-style.h"

#include "upscale-source.h"

/* A strip of a mask is computed at a time: 128 rows of GIMP's tiles. */
#define STRIP_PX 128
#define CHANNELS 4

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
 * Returns: (transfer full): how it shows its pixels, to be cleared with
 * upscale_layer_style_clear()
 */
UpscaleLayerStyle
upscale_layer_style_read (GimpLayer *layer)
{
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

/* The same filter as for the pixels, so that a mask stays where they are. */
static void
write_mask (GeglBuffer *mask, GimpLayerMask *larger, double scale)
{
  g_autoptr (GeglBuffer) theirs = gimp_drawable_get_buffer (GIMP_DRAWABLE (larger));
  g_autoptr (UpscaleSource) source = upscale_source_new (mask, scale);
  const GeglRectangle *extent = gegl_buffer_get_extent (theirs);
  gsize                n_strip = (gsize) extent->width * STRIP_PX * CHANNELS;
  g_autofree float    *strip = g_new (float, n_strip);

  for (int y = 0; y < extent->height; y += STRIP_PX)
    {
      UpscaleRect rows = { 0, y, extent->width, MIN (STRIP_PX, extent->height - y) };

      upscale_source_get_base (source, rows, strip);
      upscale_source_write (source, theirs, rows, strip);
    }
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
 * @style: how a layer shows its pixels
 * @layer: a new layer, not in its image yet
 * @scale: how many times larger than the layer's, where there is a mask
 *
 * A layer that only passes through those below it becomes a normal one: only groups can
 * do that.
 *
 * Returns: %FALSE if GIMP refuses, and gimp_pdb_get_last_error() says why
 */
gboolean
upscale_layer_style_apply (const UpscaleLayerStyle *style, GimpLayer *layer, double scale)
{
  gboolean is_blended = style->mode != GIMP_LAYER_MODE_PASS_THROUGH;

  if (!gimp_layer_set_opacity (layer, style->opacity) ||
      !gimp_item_set_color_tag (GIMP_ITEM (layer), style->color_tag))
    return FALSE;
  /* The mode comes first: setting it takes the others back. */
  if (is_blended && !(gimp_layer_set_mode (layer, style->mode) &&
                      gimp_layer_set_blend_space (layer, style->blend_space) &&
                      gimp_layer_set_composite_space (layer, style->composite_space) &&
                      gimp_layer_set_composite_mode (layer, style->composite_mode)))
    return FALSE;
  return !style->mask || add_mask (style, layer, scale);
}

/**
 * upscale_layer_style_clear:
 * @style: how a layer shows its pixels
 */
void
upscale_layer_style_clear (UpscaleLayerStyle *style)
{
  g_clear_object (&style->mask);
}
