/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-layer-reader.h"

G_BEGIN_DECLS

/**
 * UpscaleLayerWriterFunc:
 * @fraction: written part of the layer, 0 to 1
 * @user_data: data of the function
 *
 * Called on the main thread while the layer is written.
 */
typedef void (*UpscaleLayerWriterFunc) (double fraction, gpointer user_data);

/**
 * UpscaleLayerWriterRequest:
 * @copy: a copy of the source
 * @result: the upscaled pixels
 * @scale: upscale factor
 * @resize_canvas: whether the canvas grows where the new layer does not fit
 * @keep_plain: whether the plain enlargement becomes a layer, too
 *
 * Input of upscale_layer_writer_write(). Borrows all memory from its caller.
 */
typedef struct
{
  const UpscaleLayerCopy *copy;
  GeglBuffer             *result;
  double                  scale;
  gboolean                resize_canvas;
  gboolean                keep_plain;
} UpscaleLayerWriterRequest;

GimpLayer *upscale_layer_writer_write (const UpscaleLayerWriterRequest *request,
                                       UpscaleLayerWriterFunc           on_written,
                                       gpointer                         user_data,
                                       GError                         **error);

G_END_DECLS
