/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-pixels.h"

G_BEGIN_DECLS

gboolean upscale_similarity_check (const UpscalePixels *seen,
                                   const UpscalePixels *painted,
                                   double               strength,
                                   GError             **error);
gboolean upscale_similarity_is_single_colored (const UpscalePixels *pixels);

G_END_DECLS
