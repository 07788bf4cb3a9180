/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-rect.h"

G_BEGIN_DECLS

/** The distance at which a pixel still affects a low-passed one. */
#define UPSCALE_LOW_PASS_REACH_PX 12

void upscale_low_pass_apply (const float *values,
                             int          width_px,
                             int          height_px,
                             UpscaleRect  wanted,
                             float       *low);

G_END_DECLS
