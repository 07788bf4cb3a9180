/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

/**
 * UpscaleLayerStyle:
 * @opacity: 0 to 100
 * @mode: how the layer is put over those below
 * @blend_space: where its mode computes
 * @composite_space: where it is put over those below
 * @composite_mode: what of both remains
 * @color_tag: its mark in the list of layers
 * @mask: (nullable): own copy of its mask, of the layer's size
 * @applies_mask: whether the mask is switched on
 *
 * How a layer shows its pixels: all that is not in them.
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
