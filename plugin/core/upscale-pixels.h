/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "upscale-rect.h"

G_BEGIN_DECLS

#define UPSCALE_PIXELS_CHANNELS 3

typedef struct _UpscalePixels UpscalePixels;

/**
 * UpscalePixels:
 * @width_px: width
 * @height_px: height
 * @data: (array): @height_px rows of @width_px R, G, B bytes, without gaps
 *
 * A picture as endpoints receive it: 8 bits, sRGB, no alpha. Ref-counted, atomically.
 * Written by its creator only, before it is shared.
 */
struct _UpscalePixels
{
  int     width_px;
  int     height_px;
  guint8 *data;
};

UpscalePixels *upscale_pixels_new (int width_px, int height_px);
UpscalePixels *upscale_pixels_ref (UpscalePixels *pixels);
void           upscale_pixels_unref (UpscalePixels *pixels);
gsize          upscale_pixels_get_row_bytes (const UpscalePixels *pixels);
gboolean upscale_pixels_is_same_size (const UpscalePixels *a, const UpscalePixels *b);
UpscalePixels *upscale_pixels_pad (UpscalePixels *pixels, int width_px, int height_px);
UpscalePixels *upscale_pixels_crop (UpscalePixels *pixels, UpscaleRect rect);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscalePixels, upscale_pixels_unref)

G_END_DECLS
