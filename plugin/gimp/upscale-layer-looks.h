/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "upscale-rect.h"

G_BEGIN_DECLS

/**
 * UpscaleLayerLooks:
 * @layer: a layer of the user's
 * @drawable: what is read in its place: @layer itself, or a picture of it with its
 * effects
 * @hidden: (nullable): the image that holds the picture, deleted with this
 * @x: where @drawable begins, in px from the left edge of @layer; negative where an
 * effect reaches beyond that
 * @y: likewise from its top edge
 *
 * A layer as it looks, without its opacity, mode and mask.
 */
typedef struct
{
  GimpLayer    *layer;
  GimpDrawable *drawable;
  GimpImage    *hidden;
  int           x;
  int           y;
} UpscaleLayerLooks;

UpscaleLayerLooks *upscale_layer_looks_new (GimpLayer *layer, GError **error);
UpscaleLayerLooks *upscale_layer_looks_new_plain (GimpLayer *layer);
gboolean           upscale_layer_looks_read_selection (const UpscaleLayerLooks *looks,
                                                       UpscaleRect             *selection,
                                                       GError                 **error);
void               upscale_layer_looks_free (UpscaleLayerLooks *looks);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLayerLooks, upscale_layer_looks_free)

G_END_DECLS
