/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-compare-canvas.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_COMPARE (upscale_compare_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleCompare, upscale_compare, UPSCALE, COMPARE, GtkBox)

GtkWidget *upscale_compare_new (int min_width_px, int min_height_px);
void       upscale_compare_show (UpscaleCompare       *compare,
                                 UpscaleComparePicture first,
                                 UpscaleComparePicture second);

G_END_DECLS
