/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define UPSCALE_PNG_CHANNELS 3

/**
 * UpscalePngBeginFunc:
 * @width_px: the decoded width, at least 1
 * @height_px: the decoded height, at least 1
 * @user_data: the data given to upscale_png_read()
 * @error: return location for an error
 *
 * Accepts or refuses a picture by its size, before memory for its pixels is allocated.
 *
 * Returns: (transfer none) (nullable): memory for @height_px rows of @width_px R, G, B
 * bytes without gaps, or %NULL with @error set
 */
typedef guint8 *(*UpscalePngBeginFunc) (int      width_px,
                                        int      height_px,
                                        gpointer user_data,
                                        GError **error);

gboolean upscale_png_read (GBytes             *file,
                           UpscalePngBeginFunc begin,
                           gpointer            user_data,
                           GError            **error);

G_END_DECLS
