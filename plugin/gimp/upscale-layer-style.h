/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

/**
 * UpscaleLayerStyle:
 * @opacity: 0 to 100
 * @mode: layer mode
 * @blend_space: color space of the mode
 * @composite_space: color space of compositing
 * @composite_mode: composite mode
 * @color_tag: color tag in the list of layers
 * @mask: (nullable): own copy of the mask, of the layer's size
 * @applies_mask: whether the mask is applied
 *
 * Properties of a layer besides its pixels.
 */
typedef struct
{
  double                 opacity;
  GimpLayerMode          mode;
  GimpLayerColorSpace    blend_space;
  GimpLayerColorSpace    composite_space;
  GimpLayerCompositeMode composite_mode;
  GimpColorTag           color_tag;
  GeglBuffer            *mask;
  gboolean               applies_mask;
} UpscaleLayerStyle;

UpscaleLayerStyle upscale_layer_style_read (GimpLayer *layer);
gboolean          upscale_layer_style_apply (const UpscaleLayerStyle *style,
                                             GimpLayer               *layer,
                                             double                   scale);
void              upscale_layer_style_clear (UpscaleLayerStyle *style);

G_END_DECLS
