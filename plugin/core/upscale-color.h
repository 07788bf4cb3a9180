/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-pixels.h"

G_BEGIN_DECLS

guint16 *upscale_color_correct (const UpscalePixels *painted,
                                const UpscalePixels *seen,
                                double               amount);

G_END_DECLS
