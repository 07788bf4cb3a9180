/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-rect.h"

#include <math.h>

/* The edges of a rectangle from a file may exceed an int. */
static gint64
get_right (UpscaleRect rect)
{
  return (gint64) rect.x + rect.width;
}

static gint64
get_bottom (UpscaleRect rect)
{
  return (gint64) rect.y + rect.height;
}

/* Returns the rectangle between four edges. Sizes are clamped to an int. */
static UpscaleRect
between (int left, int top, gint64 right, gint64 bottom)
{
  return (UpscaleRect) { left, top, (int) CLAMP (right - left, G_MININT, G_MAXINT),
                         (int) CLAMP (bottom - top, G_MININT, G_MAXINT) };
}

/**
 * upscale_rect_is_empty:
 * @rect: a rectangle
 *
 * Returns: %TRUE if @rect has no pixel
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
 * Returns: %TRUE if all edges are equal
 */
gboolean
upscale_rect_equal (UpscaleRect a, UpscaleRect b)
{
  return a.x == b.x && a.y == b.y && a.width == b.width && a.height == b.height;
}

/**
 * upscale_rect_contains:
 * @outer: a rectangle
 * @inner: another
 *
 * Returns: %TRUE if every pixel of @inner lies in @outer; %FALSE for an empty @inner
 */
gboolean
upscale_rect_contains (UpscaleRect outer, UpscaleRect inner)
{
  return !upscale_rect_is_empty (inner) && inner.x >= outer.x && inner.y >= outer.y &&
         get_right (inner) <= get_right (outer) &&
         get_bottom (inner) <= get_bottom (outer);
}

/**
 * upscale_rect_intersect:
 * @a: a rectangle
 * @b: another
 *
 * Returns: the common part, all zero if the rectangles don't overlap
 */
UpscaleRect
upscale_rect_intersect (UpscaleRect a, UpscaleRect b)
{
  UpscaleRect both =
      between (MAX (a.x, b.x), MAX (a.y, b.y), MIN (get_right (a), get_right (b)),
               MIN (get_bottom (a), get_bottom (b)));

  if (upscale_rect_is_empty (both))
    return (UpscaleRect) { 0 };
  return both;
}

/**
 * upscale_rect_union:
 * @a: a rectangle
 * @b: another one
 *
 * Returns: the smallest rectangle that contains both; an empty rectangle is ignored
 */
UpscaleRect
upscale_rect_union (UpscaleRect a, UpscaleRect b)
{
  if (upscale_rect_is_empty (a))
    return b;
  if (upscale_rect_is_empty (b))
    return a;
  return between (MIN (a.x, b.x), MIN (a.y, b.y), MAX (get_right (a), get_right (b)),
                  MAX (get_bottom (a), get_bottom (b)));
}

static int
scale_edge (gint64 edge, double factor)
{
  return (int) lround (CLAMP ((double) edge * factor, G_MININT, G_MAXINT));
}

/**
 * upscale_rect_scale:
 * @rect: a rectangle
 * @x_factor: horizontal factor
 * @y_factor: vertical factor
 *
 * Scales the edges and rounds each to the nearest pixel, so that adjacent rectangles stay
 * adjacent. Edges are clamped to an int.
 *
 * Returns: the scaled rectangle
 */
UpscaleRect
upscale_rect_scale (UpscaleRect rect, double x_factor, double y_factor)
{
  return between (scale_edge (rect.x, x_factor), scale_edge (rect.y, y_factor),
                  scale_edge (get_right (rect), x_factor),
                  scale_edge (get_bottom (rect), y_factor));
}
