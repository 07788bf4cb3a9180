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

GimpLayer *upscale_layer_writer_write (const UpscaleLayerCopy *copy,
                                       GeglBuffer             *result,
                                       double                  scale,
                                       gboolean                resize_canvas,
                                       UpscaleLayerWriterFunc  on_written,
                                       gpointer                user_data,
                                       GError                **error);

G_END_DECLS
