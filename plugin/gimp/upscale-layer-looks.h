/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "upscale-rect.h"

G_BEGIN_DECLS

/**
 * UpscaleLayerLooks:
 * @layer: a layer of the user's
 * @drawable: the drawable to read: @layer itself, or a layer with its effects merged
 * @hidden: (nullable): the image that holds @drawable, deleted with this struct
 * @x: left edge of @drawable, in px from the left edge of @layer; negative if an effect
 * reaches beyond the layer
 * @y: top edge of @drawable, in px from the top edge of @layer
 *
 * The looks of a layer: its pixels with its effects, without opacity, mode and mask.
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
UpscaleRect        upscale_layer_looks_get_whole (const UpscaleLayerLooks *looks);
UpscaleRect        upscale_layer_looks_get_selection (const UpscaleLayerLooks *looks);
void               upscale_layer_looks_free (UpscaleLayerLooks *looks);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLayerLooks, upscale_layer_looks_free)

G_END_DECLS
