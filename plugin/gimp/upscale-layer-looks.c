/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libgimp reads a layer's pixels without its effects. Merging effects is wrong in GIMP
 * 3.0.4 if they reach to the left of the layer, and reading a group that holds such a
 * layer ends the plug-in. The projection of an image is right in all cases. So a layer
 * with effects is shown alone in a copy of its image, and the projection is read. The
 * copy shares memory with the original. */
#include "upscale-layer-looks.h"

#include <glib/gi18n.h>

#include "upscale-error.h"

static gboolean
is_any_visible (GimpDrawableFilter **effects)
{
  for (; effects && *effects; effects++)
    if (gimp_drawable_filter_get_visible (*effects))
      return TRUE;
  return FALSE;
}

static gboolean
has_effects (GimpItem *item)
{
  g_autofree GimpDrawableFilter **effects =
      gimp_drawable_get_filters (GIMP_DRAWABLE (item));
  g_autofree GimpItem **children = NULL;

  if (is_any_visible (effects))
    return TRUE;
  if (!gimp_item_is_group (item))
    return FALSE;
  children = gimp_item_get_children (item);
  for (GimpItem **child = children; child && *child; child++)
    if (gimp_item_get_visible (*child) && has_effects (*child))
      return TRUE;
  return FALSE;
}

/* Finds the copy of @item by its place in the tree of layers, since tattoos and names
 * need not be unique. */
static GimpItem *
find_counterpart (GimpImage *copy, GimpItem *item)
{
  GimpItem             *parent = gimp_item_get_parent (item);
  g_autofree GimpItem **siblings = NULL;
  int position = gimp_image_get_item_position (gimp_item_get_image (item), item);

  if (parent)
    siblings = gimp_item_get_children (find_counterpart (copy, parent));
  else
    siblings = (GimpItem **) gimp_image_get_layers (copy);
  return siblings[position];
}

/* The new layer gets opacity, mode and mask of the source, so its pixels must not
 * contain them. */
static void
show_alone (GimpImage *image, GimpLayer *layer)
{
  g_autofree GimpLayer **others = NULL;

  gimp_item_set_lock_position (GIMP_ITEM (layer), FALSE);
  gimp_image_reorder_item (image, GIMP_ITEM (layer), NULL, 0);
  others = gimp_image_get_layers (image);
  for (GimpLayer **other = others; *other; other++)
    gimp_item_set_visible (GIMP_ITEM (*other), *other == layer);
  gimp_layer_set_opacity (layer, 100.0);
  gimp_layer_set_mode (layer, GIMP_LAYER_MODE_NORMAL);
  if (gimp_layer_get_mask (layer))
    {
      gimp_layer_set_apply_mask (layer, FALSE);
      gimp_layer_set_show_mask (layer, FALSE);
    }
  gimp_selection_none (image);
}

static UpscaleRect
get_bounds (GimpLayer *layer)
{
  UpscaleRect bounds = { .width = gimp_drawable_get_width (GIMP_DRAWABLE (layer)),
                         .height = gimp_drawable_get_height (GIMP_DRAWABLE (layer)) };

  gimp_drawable_get_offsets (GIMP_DRAWABLE (layer), &bounds.x, &bounds.y);
  return bounds;
}

/* Grows the canvas to hold the whole layer, since the projection ends at the canvas. An
 * effect that reaches beyond the layer is kept as far as the canvas shows it. Returns the
 * new canvas. */
static UpscaleRect
grow_canvas (GimpImage *image, GimpLayer *layer)
{
  UpscaleRect canvas = { 0, 0, gimp_image_get_width (image),
                         gimp_image_get_height (image) };

  canvas = upscale_rect_union (canvas, get_bounds (layer));
  gimp_image_resize (image, canvas.width, canvas.height, -canvas.x, -canvas.y);
  return (UpscaleRect) { 0, 0, canvas.width, canvas.height };
}

/* Extends @seen by the pixels of a row that are not fully transparent. Returns the number
 * of opaque ones. */
static gsize
find_visible_in_row (const float *alpha, int x, int y, int width_px, UpscaleRect *seen)
{
  gsize n_opaque = 0;
  int   first = width_px;
  int   last = -1;

  for (int i = 0; i < width_px; i++)
    {
      n_opaque += alpha[i] >= 1.0F;
      if (alpha[i] > 0.0F)
        {
          first = MIN (first, i);
          last = i;
        }
    }
  if (last >= first)
    *seen =
        upscale_rect_union (*seen, (UpscaleRect) { x + first, y, last - first + 1, 1 });
  return n_opaque;
}

/* Extends @seen by the visible pixels of @area. Returns %TRUE if all of @seen is opaque
 * then. */
static gboolean
find_visible (GimpLayer *picture, UpscaleRect area, UpscaleRect *seen)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (picture));
  g_autofree float *alpha = g_new (float, area.width);
  gsize             n_opaque = 0;

  for (int y = area.y; y < area.y + area.height; y++)
    {
      GeglRectangle row = { area.x, y, area.width, 1 };

      gegl_buffer_get (buffer, &row, 1.0, babl_format ("A float"), alpha,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      n_opaque += find_visible_in_row (alpha, area.x, y, area.width, seen);
    }
  return n_opaque == (gsize) seen->width * (gsize) seen->height;
}

/* Crops the picture to the layer and to the visible part of its effects. A mask has the
 * size of the layer and hides all effects beyond it. */
static void
crop (UpscaleLayerLooks *looks, GimpLayer *picture, GimpLayer *alone, UpscaleRect canvas)
{
  UpscaleRect bounds = get_bounds (alone);
  UpscaleRect seen = bounds;
  gboolean    has_mask = gimp_layer_get_mask (alone) != NULL;
  gboolean    is_opaque = find_visible (picture, has_mask ? bounds : canvas, &seen);

  gimp_layer_resize (picture, seen.width, seen.height, -seen.x, -seen.y);
  if (is_opaque && !gimp_drawable_has_alpha (GIMP_DRAWABLE (looks->layer)))
    gimp_layer_flatten (picture);
  looks->x = seen.x - bounds.x;
  looks->y = seen.y - bounds.y;
}

static gboolean
render (UpscaleLayerLooks *looks)
{
  GimpLayer  *alone;
  GimpLayer  *picture;
  UpscaleRect canvas;

  looks->hidden = gimp_image_duplicate (gimp_item_get_image (GIMP_ITEM (looks->layer)));
  if (!looks->hidden)
    return FALSE;
  gimp_image_undo_disable (looks->hidden);
  alone = GIMP_LAYER (find_counterpart (looks->hidden, GIMP_ITEM (looks->layer)));
  show_alone (looks->hidden, alone);
  canvas = grow_canvas (looks->hidden, alone);
  picture = gimp_layer_new_from_visible (looks->hidden, looks->hidden, "looks");
  if (!picture || !gimp_image_insert_layer (looks->hidden, picture, NULL, 0))
    return FALSE;
  crop (looks, picture, alone, canvas);
  looks->drawable = GIMP_DRAWABLE (picture);
  return TRUE;
}

/**
 * upscale_layer_looks_new_plain:
 * @layer: a layer that can be upscaled
 *
 * Returns: (transfer full): the layer without its effects
 */
UpscaleLayerLooks *
upscale_layer_looks_new_plain (GimpLayer *layer)
{
  UpscaleLayerLooks *looks;

  g_return_val_if_fail (GIMP_IS_LAYER (layer), NULL);

  looks = g_new0 (UpscaleLayerLooks, 1);
  looks->layer = g_object_ref (layer);
  looks->drawable = GIMP_DRAWABLE (layer);
  return looks;
}

/**
 * upscale_layer_looks_new:
 * @layer: a layer that can be upscaled
 * @error: return location for an error
 *
 * Lets GIMP compute the visible effects of @layer and of the layers in it, which takes as
 * long as the effects do.
 *
 * Returns: (transfer full): the layer with its effects, or %NULL with
 * %UPSCALE_ERROR_LAYER
 */
UpscaleLayerLooks *
upscale_layer_looks_new (GimpLayer *layer, GError **error)
{
  g_autoptr (UpscaleLayerLooks) looks = NULL;

  g_return_val_if_fail (GIMP_IS_LAYER (layer), NULL);

  looks = upscale_layer_looks_new_plain (layer);
  if (!has_effects (GIMP_ITEM (layer)) || render (looks))
    return g_steal_pointer (&looks);
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_LAYER,
               _ ("GIMP could not show the layer's effects: %s. Merge or remove them."),
               gimp_pdb_get_last_error (gimp_get_pdb ()));
  return NULL;
}

/**
 * upscale_layer_looks_get_whole:
 * @looks: a layer with its effects
 *
 * Returns: the bounds of the layer, in px of the layer
 */
UpscaleRect
upscale_layer_looks_get_whole (const UpscaleLayerLooks *looks)
{
  g_return_val_if_fail (looks != NULL, (UpscaleRect) { 0 });

  return (UpscaleRect) { 0, 0, gimp_drawable_get_width (looks->drawable),
                         gimp_drawable_get_height (looks->drawable) };
}

/**
 * upscale_layer_looks_get_selection:
 * @looks: a layer with its effects
 *
 * Returns: the bounds of the selection on the layer, in px of the layer; the whole layer
 * without a selection, and empty if the selection does not touch the layer
 */
UpscaleRect
upscale_layer_looks_get_selection (const UpscaleLayerLooks *looks)
{
  GimpImage  *image;
  UpscaleRect whole;
  UpscaleRect bounds;
  gboolean    is_any = FALSE;
  int         left, top, right, bottom;

  g_return_val_if_fail (looks != NULL, (UpscaleRect) { 0 });

  image = gimp_item_get_image (GIMP_ITEM (looks->layer));
  whole = upscale_layer_looks_get_whole (looks);
  bounds = get_bounds (looks->layer);
  if (!gimp_selection_bounds (image, &is_any, &left, &top, &right, &bottom) || !is_any)
    return whole;
  bounds = (UpscaleRect) { left - bounds.x - looks->x, top - bounds.y - looks->y,
                           right - left, bottom - top };
  return upscale_rect_intersect (whole, bounds);
}

/**
 * upscale_layer_looks_free:
 * @looks: (transfer full): a layer with its effects
 */
void
upscale_layer_looks_free (UpscaleLayerLooks *looks)
{
  g_return_if_fail (looks != NULL);

  if (looks->hidden)
    gimp_image_delete (looks->hidden);
  g_object_unref (looks->layer);
  g_free (looks);
}
