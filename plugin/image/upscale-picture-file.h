/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-pixels.h"

G_BEGIN_DECLS

UpscalePixels *upscale_picture_file_decode_sized (GBytes  *file,
                                                  int      width_px,
                                                  int      height_px,
                                                  GError **error);
UpscalePixels *
upscale_picture_file_decode_small (GBytes *file, int side_px, GError **error);

G_END_DECLS
