/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "upscale-layer-looks.h"
#include "upscale-layer-style.h"
#include "upscale-rect.h"

G_BEGIN_DECLS

/**
 * UpscaleLayerCopy:
 * @pixels: own copy of the source's pixels with its effects, origin at 0, 0
 * @x: left edge of @pixels, in px from the left edge of the source
 * @y: top edge of @pixels, in px from the top edge of the source
 * @style: properties of the layer besides its pixels
 * @selection: bounds of the selection within @pixels; all of @pixels without a selection
 * @recipe: (nullable): recipe for the new layer
 * @image: the image; it may be closed while the job runs
 * @layer: the layer below the new one; it may be deleted while the job runs
 * @name: name of the layer
 * @region: the part of an earlier result to paint anew, in px of that; empty otherwise
 * @previous: (nullable): own copy of the pixels of the earlier result that is repainted
 * @base_type: kind of image
 * @precision: precision of the image
 * @profile: (nullable): the image's own color profile
 * @x_resolution: px per inch
 * @y_resolution: px per inch
 *
 * Copy of a layer, made before the job starts. While the job runs the user may change or
 * delete anything, and GIMP kills a plug-in that reads pixels which changed meanwhile.
 *
 * The source is the layer itself, or the layer that an earlier result was made from.
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
void upscale_layer_reader_copy_free (UpscaleLayerCopy *copy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLayerCopy, upscale_layer_reader_copy_free)

G_END_DECLS
