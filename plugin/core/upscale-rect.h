/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleRect:
 * @x: left edge, px
 * @y: top edge, px
 * @width: px, 0 when empty
 * @height: px, 0 when empty
 *
 * An integer rectangle; a value.
 */
typedef struct
{
  int x;
  int y;
  int width;
  int height;
} UpscaleRect;

gboolean    upscale_rect_is_empty (UpscaleRect rect);
gboolean    upscale_rect_equal (UpscaleRect a, UpscaleRect b);
gboolean    upscale_rect_contains (UpscaleRect outer, UpscaleRect inner);
UpscaleRect upscale_rect_intersect (UpscaleRect a, UpscaleRect b);
UpscaleRect upscale_rect_union (UpscaleRect a, UpscaleRect b);
UpscaleRect upscale_rect_scale (UpscaleRect rect, double x_factor, double y_factor);

G_END_DECLS
