/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-rect.h"

G_BEGIN_DECLS

/**
 * UpscaleViewport:
 * @picture_width_px: width of the picture
 * @picture_height_px: height of the picture
 * @width_px: width of the view, in px of the screen
 * @height_px: height of the view, in px of the screen
 * @is_fit: whether the whole picture is shown, in every size of the view
 * @zoom: px of the screen in a px of the picture
 * @x: the point of the picture in the middle of the view
 * @y: likewise
 *
 * The part of a picture that a view shows. A value.
 */
typedef struct
{
  int      picture_width_px;
  int      picture_height_px;
  int      width_px;
  int      height_px;
  gboolean is_fit;
  double   zoom;
  double   x;
  double   y;
} UpscaleViewport;

UpscaleViewport upscale_viewport_new (int picture_width_px, int picture_height_px);
UpscaleViewport
upscale_viewport_resize (UpscaleViewport viewport, int width_px, int height_px);
UpscaleViewport
upscale_viewport_zoom (UpscaleViewport viewport, double zoom, double x, double y);
UpscaleViewport
upscale_viewport_step (UpscaleViewport viewport, gboolean is_larger, double x, double y);
UpscaleViewport upscale_viewport_fit (UpscaleViewport viewport);
UpscaleViewport upscale_viewport_pan (UpscaleViewport viewport, double x, double y);
gboolean        upscale_viewport_can_step (UpscaleViewport viewport, gboolean is_larger);
double          upscale_viewport_place_x (UpscaleViewport viewport, double x);
double          upscale_viewport_place_y (UpscaleViewport viewport, double y);
UpscaleRect     upscale_viewport_get_visible (UpscaleViewport viewport);

G_END_DECLS
