/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-viewport.h"

#include <math.h>

#define MAX_ZOOM 8.0
#define STEP 2.0
/* Zooms that differ by less are one. */
#define TOLERANCE 1e-6

static double
find_fitting_zoom (UpscaleViewport viewport)
{
  double zoom = MIN ((double) viewport.width_px / viewport.picture_width_px,
                     (double) viewport.height_px / viewport.picture_height_px);

  return MIN (zoom, 1.0);
}

/* Keeps the view on the picture. A side that is wholly visible is centered. */
static double
clamp_center (double center, double half, double picture_px)
{
  return 2.0 * half >= picture_px ? picture_px / 2.0
                                  : CLAMP (center, half, picture_px - half);
}

static UpscaleViewport
clamp_place (UpscaleViewport viewport)
{
  viewport.x = clamp_center (viewport.x, viewport.width_px / viewport.zoom / 2.0,
                             viewport.picture_width_px);
  viewport.y = clamp_center (viewport.y, viewport.height_px / viewport.zoom / 2.0,
                             viewport.picture_height_px);
  return viewport;
}

/**
 * upscale_viewport_new:
 * @picture_width_px: width of the picture, at least 1
 * @picture_height_px: height of the picture, at least 1
 *
 * Returns: a view of 1 px that shows the whole picture
 */
UpscaleViewport
upscale_viewport_new (int picture_width_px, int picture_height_px)
{
  UpscaleViewport viewport = {
    .picture_width_px = MAX (picture_width_px, 1),
    .picture_height_px = MAX (picture_height_px, 1),
    .width_px = 1,
    .height_px = 1,
  };

  return upscale_viewport_fit (viewport);
}

/**
 * upscale_viewport_resize:
 * @viewport: a view
 * @width_px: the new width, at least 1
 * @height_px: the new height, at least 1
 *
 * Returns: @viewport in another size, with the same point in the middle
 */
UpscaleViewport
upscale_viewport_resize (UpscaleViewport viewport, int width_px, int height_px)
{
  viewport.width_px = MAX (width_px, 1);
  viewport.height_px = MAX (height_px, 1);
  return viewport.is_fit ? upscale_viewport_fit (viewport) : clamp_place (viewport);
}

/**
 * upscale_viewport_fit:
 * @viewport: a view
 *
 * Returns: @viewport with the whole picture, which is never shown larger than it is
 */
UpscaleViewport
upscale_viewport_fit (UpscaleViewport viewport)
{
  viewport.is_fit = TRUE;
  viewport.zoom = find_fitting_zoom (viewport);
  return clamp_place (viewport);
}

/**
 * upscale_viewport_zoom:
 * @viewport: a view
 * @zoom: px of the screen in a px of the picture
 * @x: the point of the view that keeps its part of the picture
 * @y: likewise
 *
 * Returns: @viewport with another zoom, from the whole picture to %MAX_ZOOM
 */
UpscaleViewport
upscale_viewport_zoom (UpscaleViewport viewport, double zoom, double x, double y)
{
  double from_middle_x = x - viewport.width_px / 2.0;
  double from_middle_y = y - viewport.height_px / 2.0;
  double before = viewport.zoom;

  if (zoom <= find_fitting_zoom (viewport) * (1.0 + TOLERANCE))
    return upscale_viewport_fit (viewport);
  viewport.is_fit = FALSE;
  viewport.zoom = MIN (zoom, MAX_ZOOM);
  viewport.x += from_middle_x / before - from_middle_x / viewport.zoom;
  viewport.y += from_middle_y / before - from_middle_y / viewport.zoom;
  return clamp_place (viewport);
}

/**
 * upscale_viewport_step:
 * @viewport: a view
 * @is_larger: whether to zoom in
 * @x: the point of the view that keeps its part of the picture
 * @y: likewise
 *
 * Returns: @viewport at the next power of two, or with the whole picture
 */
UpscaleViewport
upscale_viewport_step (UpscaleViewport viewport, gboolean is_larger, double x, double y)
{
  double level = log (viewport.zoom) / log (STEP);
  double next =
      is_larger ? floor (level + TOLERANCE) + 1.0 : ceil (level - TOLERANCE) - 1.0;

  return upscale_viewport_zoom (viewport, pow (STEP, next), x, y);
}

/**
 * upscale_viewport_can_step:
 * @viewport: a view
 * @is_larger: whether to zoom in
 *
 * Returns: %TRUE if upscale_viewport_step() changes @viewport
 */
gboolean
upscale_viewport_can_step (UpscaleViewport viewport, gboolean is_larger)
{
  return is_larger ? viewport.zoom < MAX_ZOOM : !viewport.is_fit;
}

/**
 * upscale_viewport_pan:
 * @viewport: a view
 * @x: the way of the picture to the right, in px of the screen
 * @y: the way of the picture down
 *
 * Returns: @viewport with another part of the picture
 */
UpscaleViewport
upscale_viewport_pan (UpscaleViewport viewport, double x, double y)
{
  viewport.x -= x / viewport.zoom;
  viewport.y -= y / viewport.zoom;
  return clamp_place (viewport);
}

/**
 * upscale_viewport_place_x:
 * @viewport: a view
 * @x: a point of the picture
 *
 * Returns: the place of the point in the view, in px of the screen
 */
double
upscale_viewport_place_x (UpscaleViewport viewport, double x)
{
  return (x - viewport.x) * viewport.zoom + viewport.width_px / 2.0;
}

/**
 * upscale_viewport_place_y:
 * @viewport: a view
 * @y: a point of the picture
 *
 * Returns: the place of the point in the view, in px of the screen
 */
double
upscale_viewport_place_y (UpscaleViewport viewport, double y)
{
  return (y - viewport.y) * viewport.zoom + viewport.height_px / 2.0;
}

/**
 * upscale_viewport_get_visible:
 * @viewport: a view
 *
 * Returns: the smallest rectangle of whole px of the picture that covers all of the view
 * that lies on the picture
 */
UpscaleRect
upscale_viewport_get_visible (UpscaleViewport viewport)
{
  double half_width = viewport.width_px / viewport.zoom / 2.0;
  double half_height = viewport.height_px / viewport.zoom / 2.0;
  int    left = (int) floor (MAX (viewport.x - half_width, 0.0));
  int    top = (int) floor (MAX (viewport.y - half_height, 0.0));
  int    right = (int) ceil (MIN (viewport.x + half_width, viewport.picture_width_px));
  int    bottom = (int) ceil (MIN (viewport.y + half_height, viewport.picture_height_px));

  return (UpscaleRect) { left, top, right - left, bottom - top };
}
