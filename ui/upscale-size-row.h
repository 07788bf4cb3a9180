/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-form-grid.h"

G_BEGIN_DECLS

/**
 * UpscaleSize:
 * @width_px: width of the layer
 * @height_px: height of the layer
 * @ppi: resolution of the image, px per inch
 *
 * Size of the layer before the upscale. A value.
 */
typedef struct
{
  int    width_px;
  int    height_px;
  double ppi;
} UpscaleSize;

GtkWidget *
upscale_size_row_add (UpscaleFormGrid *rows, UpscaleSize layer, UpscaleSize repainted);

G_END_DECLS
