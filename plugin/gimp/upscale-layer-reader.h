/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "upscale-layer-looks.h"
#include "upscale-layer-style.h"
#include "upscale-rect.h"

G_BEGIN_DECLS

/**
 * UpscaleLayerCopy:
 * @pixels: own copy of the layer as it looks, origin at 0, 0; of what it was made from,
 * when it is repainted
 * @x: where @pixels begin, in px from the layer's left edge
 * @y: likewise from its top edge
 * @style: how the layer shows its pixels
 * @selection: bounds of the selection within @pixels; all of them without one
 * @recipe: (nullable): how the new layer is made, to be kept with it
 * @image: the image it came from; it may be gone by the time it is looked at again
 * @layer: the layer, likewise
 * @name: the layer's name
 * @region: what of it is painted anew, in its own px; empty elsewhere
 * @previous: (nullable): its own pixels, when it is repainted
 * @base_type: kind of image
 * @precision: precision of the image
 * @profile: (nullable): the image's own color profile
 * @x_resolution: px per inch
 * @y_resolution: px per inch
 *
 * All that is ever needed of the layer, read once: while the job runs the user may change
 * or delete anything, and GIMP kills a plug-in that touches pixels which changed under
 * it.
 */
typedef struct
{
  GeglBuffer       *pixels;
  int               x;
  int               y;
  UpscaleLayerStyle style;
  UpscaleRect       selection;
  GKeyFile         *recipe;
  GimpImage        *image;
  GimpLayer        *layer;
  char             *name;
  UpscaleRect       region;
  GeglBuffer       *previous;
  GimpImageBaseType base_type;
  GimpPrecision     precision;
  GimpColorProfile *profile;
  double            x_resolution;
  double            y_resolution;
} UpscaleLayerCopy;

UpscaleLayerCopy *upscale_layer_reader_read (GimpImage               *image,
                                             const UpscaleLayerLooks *looks);
void              upscale_layer_reader_read_previous (UpscaleLayerCopy *copy,
                                                      GimpLayer        *layer,
                                                      UpscaleRect       region);
GimpLayer *
upscale_layer_reader_find (GimpImage *image, GimpDrawable **drawables, GError **error);
void upscale_layer_copy_free (UpscaleLayerCopy *copy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLayerCopy, upscale_layer_copy_free)

G_END_DECLS
