/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-pixels.h"

G_BEGIN_DECLS

GBytes *upscale_png_encode (const UpscalePixels *pixels, int compression, GError **error);
UpscalePixels *upscale_png_decode (GBytes *file, gsize max_pixels, GError **error);
UpscalePixels *
upscale_png_decode_sized (GBytes *file, int width_px, int height_px, GError **error);

G_END_DECLS
