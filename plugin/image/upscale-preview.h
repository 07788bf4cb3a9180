/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gegl.h>

#include "upscale-pixels.h"
#include "upscale-rect.h"

G_BEGIN_DECLS

UpscalePixels *
upscale_preview_read (GeglBuffer *buffer, UpscaleRect rect, int width_px, int height_px);

G_END_DECLS
