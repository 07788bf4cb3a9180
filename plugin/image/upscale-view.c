/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-view.h"

#include "upscale-preview.h"

/* A reduction that hides the difference of the base to its source. */
#define MUCH 2

/**
 * UpscaleView:
 *
 * A part of a picture of any size, to be looked at: the pixels of a buffer, or the base
 * of a source. Pixels are read by rectangle, reduced, and as 8-bit sRGB over gray.
 */
struct _UpscaleView
{
  GeglBuffer    *buffer; /* or NULL */
  UpscaleSource *source; /* likewise */
  UpscaleRect    area;
};

static UpscaleView *
make (GeglBuffer *buffer, UpscaleSource *source, UpscaleRect area)
{
  UpscaleView *view = g_atomic_rc_box_new0 (UpscaleView);

  g_set_object (&view->buffer, buffer);
  view->source = source ? upscale_source_ref (source) : NULL;
  view->area = area;
  return view;
}

/**
 * upscale_view_new:
 * @buffer: pixels that do not change any more
 * @area: the part of @buffer to look at
 *
 * Returns: (transfer full): the view. All functions may be called from any thread
 */
UpscaleView *
upscale_view_new (GeglBuffer *buffer, UpscaleRect area)
{
  g_return_val_if_fail (GEGL_IS_BUFFER (buffer), NULL);
  g_return_val_if_fail (!upscale_rect_is_empty (area), NULL);

  return make (buffer, NULL, area);
}

/**
 * upscale_view_new_of_base:
 * @source: a source
 * @area: the part of the target to look at
 *
 * Returns: (transfer full): a view of the base
 */
UpscaleView *
upscale_view_new_of_base (UpscaleSource *source, UpscaleRect area)
{
  g_return_val_if_fail (source != NULL, NULL);
  g_return_val_if_fail (!upscale_rect_is_empty (area), NULL);

  return make (NULL, source, area);
}

/**
 * upscale_view_ref:
 * @view: a view
 *
 * Returns: (transfer full): @view
 */
UpscaleView *
upscale_view_ref (UpscaleView *view)
{
  g_return_val_if_fail (view != NULL, NULL);

  return g_atomic_rc_box_acquire (view);
}

static void
free_members (gpointer data)
{
  UpscaleView *view = data;

  g_clear_object (&view->buffer);
  g_clear_pointer (&view->source, upscale_source_unref);
}

/**
 * upscale_view_unref:
 * @view: (transfer full): a view
 *
 * Drops a reference.
 */
void
upscale_view_unref (UpscaleView *view)
{
  g_return_if_fail (view != NULL);

  g_atomic_rc_box_release_full (view, free_members);
}

/**
 * upscale_view_get_width:
 * @view: a view
 *
 * Returns: the width of the viewed part, in px
 */
int
upscale_view_get_width (const UpscaleView *view)
{
  g_return_val_if_fail (view != NULL, 1);

  return view->area.width;
}

/**
 * upscale_view_get_height:
 * @view: a view
 *
 * Returns: the height of the viewed part, in px
 */
int
upscale_view_get_height (const UpscaleView *view)
{
  g_return_val_if_fail (view != NULL, 1);

  return view->area.height;
}

static UpscalePixels *
read_base (UpscaleSource *source, UpscaleRect rect, int width_px, int height_px)
{
  g_autoptr (GeglBuffer) base = NULL;
  UpscaleRect origin = upscale_source_find_origin (source, rect);

  /* The source has all pixels that a much reduced base shows, and reading these takes a
   * fraction of the time. */
  if (rect.width >= MUCH * width_px && origin.width >= width_px &&
      rect.height >= MUCH * height_px && origin.height >= height_px)
    return upscale_preview_read (upscale_source_get_pixels (source), origin, width_px,
                                 height_px);
  base = gegl_buffer_new (GEGL_RECTANGLE (rect.x, rect.y, rect.width, rect.height),
                          upscale_source_get_format (source));
  upscale_source_write_base (source, base, rect);
  return upscale_preview_read (base, rect, width_px, height_px);
}

/**
 * upscale_view_read:
 * @view: a view
 * @rect: a part of the view, in px from its upper left corner
 * @width_px: the wanted width, at most that of @rect
 * @height_px: the wanted height, likewise
 *
 * Reads a reduced picture of a part of the view. Takes milliseconds for what fits on a
 * screen, and up to seconds where much of a base is reduced little, so call it from a
 * worker thread.
 *
 * Returns: (transfer full): the picture, in sRGB
 */
UpscalePixels *
upscale_view_read (const UpscaleView *view, UpscaleRect rect, int width_px, int height_px)
{
  g_return_val_if_fail (view != NULL, NULL);
  g_return_val_if_fail (width_px > 0 && width_px <= rect.width, NULL);
  g_return_val_if_fail (height_px > 0 && height_px <= rect.height, NULL);

  rect.x += view->area.x;
  rect.y += view->area.y;
  if (view->source)
    return read_base (view->source, rect, width_px, height_px);
  return upscale_preview_read (view->buffer, rect, width_px, height_px);
}

/**
 * upscale_view_copy:
 * @view: a view of a part that fits in memory
 *
 * Returns: (transfer full): a view with pixels of its own, as they are shown
 */
UpscaleView *
upscale_view_copy (const UpscaleView *view)
{
  GeglRectangle extent = { 0 };
  g_autoptr (UpscalePixels) pixels = NULL;
  g_autoptr (GeglBuffer) buffer = NULL;

  g_return_val_if_fail (view != NULL, NULL);

  extent.width = view->area.width;
  extent.height = view->area.height;
  pixels = upscale_view_read (view, (UpscaleRect) { 0, 0, extent.width, extent.height },
                              extent.width, extent.height);
  buffer = gegl_buffer_new (&extent, babl_format ("R'G'B' u8"));
  gegl_buffer_set (buffer, &extent, 0, babl_format ("R'G'B' u8"), pixels->data,
                   GEGL_AUTO_ROWSTRIDE);
  return upscale_view_new (buffer, (UpscaleRect) { 0, 0, extent.width, extent.height });
}
