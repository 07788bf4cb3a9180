/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-rect.h"

#include <math.h>

/**
 * upscale_rect_is_empty:
 * @rect: a rectangle
 *
 * Returns: whether @rect holds no pixel
 */
gboolean
upscale_rect_is_empty (UpscaleRect rect)
{
  return rect.width <= 0 || rect.height <= 0;
}

/**
 * upscale_rect_equal:
 * @a: a rectangle
 * @b: another
 *
 * Returns: whether both are the same, edge by edge
 */
gboolean
upscale_rect_equal (UpscaleRect a, UpscaleRect b)
{
  return a.x == b.x && a.y == b.y && a.width == b.width && a.height == b.height;
}

/**
 * upscale_rect_contains:
 * @outer: a rectangle
 * @inner: another, not empty
 *
 * Returns: whether every pixel of @inner lies in @outer
 */
gboolean
upscale_rect_contains (UpscaleRect outer, UpscaleRect inner)
{
  return inner.x >= outer.x && inner.y >= outer.y &&
         inner.x + inner.width <= outer.x + outer.width &&
         inner.y + inner.height <= outer.y + outer.height;
}

/**
 * upscale_rect_intersect:
 * @a: a rectangle
 * @b: another
 *
 * Returns: what both cover; all zero when they don't meet
 */
UpscaleRect
upscale_rect_intersect (UpscaleRect a, UpscaleRect b)
{
  int         x0 = MAX (a.x, b.x);
  int         y0 = MAX (a.y, b.y);
  int         x1 = MIN (a.x + a.width, b.x + b.width);
  int         y1 = MIN (a.y + a.height, b.y + b.height);
  UpscaleRect both = { x0, y0, x1 - x0, y1 - y0 };

  if (upscale_rect_is_empty (both))
    return (UpscaleRect) { 0 };
  return both;
}

/**
 * upscale_rect_union:
 * @a: a rectangle
 * @b: another one
 *
 * Returns: the smallest rectangle that holds both; an empty one holds nothing
 */
UpscaleRect
upscale_rect_union (UpscaleRect a, UpscaleRect b)
{
  int left = MIN (a.x, b.x);
  int top = MIN (a.y, b.y);

  if (upscale_rect_is_empty (a))
    return b;
  if (upscale_rect_is_empty (b))
    return a;
  return (UpscaleRect) { left, top, MAX (a.x + a.width, b.x + b.width) - left,
                         MAX (a.y + a.height, b.y + b.height) - top };
}

/**
 * upscale_rect_scale:
 * @rect: a rectangle
 * @x_factor: horizontal factor
 * @y_factor: vertical factor
 *
 * Scales the edges, each rounded to the nearest pixel, so that neighbours stay
 * neighbours.
 *
 * Returns: the scaled rectangle
 */
UpscaleRect
upscale_rect_scale (UpscaleRect rect, double x_factor, double y_factor)
{
  int x0 = (int) lround (rect.x * x_factor);
  int y0 = (int) lround (rect.y * y_factor);
  int x1 = (int) lround ((rect.x + rect.width) * x_factor);
  int y1 = (int) lround ((rect.y + rect.height) * y_factor);

  return (UpscaleRect) { x0, y0, x1 - x0, y1 - y0 };
}
