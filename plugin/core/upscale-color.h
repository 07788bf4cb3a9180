/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-pixels.h"

G_BEGIN_DECLS

typedef struct _UpscaleColor UpscaleColor;

UpscaleColor      *
upscale_color_new (UpscalePixels *painted, const UpscalePixels *seen, double amount);
void upscale_color_free (UpscaleColor *color);
void
upscale_color_correct (UpscaleColor *color, int first, int n_rows, guint16 *corrected);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleColor, upscale_color_free)

G_END_DECLS
