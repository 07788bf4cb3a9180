/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-layer-writer.h"

#include <glib/gi18n.h>
#include <math.h>

#include "upscale-error.h"
#include "upscale-layer-recipe.h"

/* A multiple of GIMP's tiles of 128 px: a write that ends inside a tile makes libgimp
 * fetch the old pixels first. */
#define STRIP_PX 512

static GimpImageType
choose_type (const UpscaleLayerCopy *copy)
{
  gboolean has_alpha = babl_format_has_alpha (gegl_buffer_get_format (copy->pixels));

  if (copy->base_type == GIMP_GRAY)
    return has_alpha ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE;
  return has_alpha ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE;
}

static GimpImage *
make_image (const UpscaleLayerCopy *copy, GeglBuffer *result)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (result);
  GimpImage *image = gimp_image_new_with_precision (extent->width, extent->height,
                                                    copy->base_type, copy->precision);

  if (image && copy->profile)
    gimp_image_set_color_profile (image, copy->profile);
  if (image)
    gimp_image_set_resolution (image, copy->x_resolution, copy->y_resolution);
  return image;
}

/* Returns %NULL if the user has closed the image or changed its base type while the job
 * ran. Then the result becomes a new image. */
static GimpImage *
find_image (const UpscaleLayerCopy *copy)
{
  if (gimp_image_is_valid (copy->image) &&
      gimp_image_get_base_type (copy->image) == copy->base_type)
    return copy->image;
  return NULL;
}

static GimpLayer *
make_layer (const UpscaleLayerCopy *copy,
            GimpImage              *image,
            GeglBuffer             *result,
            double                  scale)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (result);
  char                 factor[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char     *name =
      copy->previous
              ? g_strdup (copy->name)
              : g_strdup_printf ("%s %sx", copy->name,
                                 g_ascii_formatd (factor, sizeof factor, "%.4g", scale));

  return gimp_layer_new (image, name, extent->width, extent->height, choose_type (copy),
                         100.0, gimp_image_get_default_new_layer_mode (image));
}

static void
write_pixels (GimpLayer             *layer,
              GeglBuffer            *result,
              UpscaleLayerWriterFunc on_written,
              gpointer               user_data)
{
  g_autoptr (GeglBuffer) theirs = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));
  const GeglRectangle *extent = gegl_buffer_get_extent (result);

  for (int y = 0; y < extent->height; y += STRIP_PX)
    for (int x = 0; x < extent->width; x += STRIP_PX)
      {
        GeglRectangle strip = { x, y, MIN (STRIP_PX, extent->width - x),
                                MIN (STRIP_PX, extent->height - y) };

        gegl_buffer_copy (result, &strip, GEGL_ABYSS_NONE, theirs, &strip);
        if (x + STRIP_PX >= extent->width && on_written)
          on_written ((double) (y + strip.height) / extent->height, user_data);
      }
  gegl_buffer_flush (theirs);
}

static gboolean
insert (const UpscaleLayerCopy *copy, GimpImage *image, GimpLayer *layer)
{
  GimpItem *parent = NULL;
  int       position = 0;

  if (image == copy->image && gimp_item_is_valid (GIMP_ITEM (copy->layer)))
    {
      parent = gimp_item_get_parent (GIMP_ITEM (copy->layer));
      position = gimp_image_get_item_position (image, GIMP_ITEM (copy->layer));
    }
  return gimp_image_insert_layer (image, layer, parent ? GIMP_LAYER (parent) : NULL,
                                  position);
}

/* A repainted result already has its size and place. */
static double
get_factor (const UpscaleLayerCopy *copy, double scale)
{
  return copy->previous ? 1.0 : scale;
}

/* The offsets of the result are those of its source times the scale, so several upscaled
 * layers keep their relative places. */
static void
place (const UpscaleLayerCopy *copy, GimpLayer *layer, double scale)
{
  double factor = get_factor (copy, scale);
  int    x = 0;
  int    y = 0;

  if (gimp_item_is_valid (GIMP_ITEM (copy->layer)) &&
      gimp_drawable_get_offsets (GIMP_DRAWABLE (copy->layer), &x, &y))
    gimp_layer_set_offsets (layer, (int) lround ((x + copy->x) * factor),
                            (int) lround ((y + copy->y) * factor));
}

/* Grows the canvas to take in the layer; it never shrinks, as other layers may need what
 * is there. */
static void
grow_canvas (GimpImage *image, GimpLayer *layer)
{
  int x = 0;
  int y = 0;
  int left, top, right, bottom;

  gimp_drawable_get_offsets (GIMP_DRAWABLE (layer), &x, &y);
  left = MIN (0, x);
  top = MIN (0, y);
  right = MAX (gimp_image_get_width (image),
               x + gimp_drawable_get_width (GIMP_DRAWABLE (layer)));
  bottom = MAX (gimp_image_get_height (image),
                y + gimp_drawable_get_height (GIMP_DRAWABLE (layer)));
  gimp_image_resize (image, right - left, bottom - top, -left, -top);
}

/* All that the user can undo happens here, in one step. */
static gboolean
add_to_image (const UpscaleLayerCopy *copy,
              GimpLayer              *layer,
              double                  scale,
              gboolean                resize_canvas)
{
  gboolean inserted;

  gimp_image_undo_group_start (copy->image);
  inserted = insert (copy, copy->image, layer);
  if (inserted)
    place (copy, layer, scale);
  if (inserted && resize_canvas)
    grow_canvas (copy->image, layer);
  gimp_image_undo_group_end (copy->image);
  return inserted;
}

static GimpLayer *
fail (GError **error)
{
  g_set_error (
      error, UPSCALE_ERROR, UPSCALE_ERROR_LAYER,
      _ ("GIMP could not take the new layer: %s. Painted tiles are kept; run again."),
      gimp_pdb_get_last_error (gimp_get_pdb ()));
  return NULL;
}

/**
 * upscale_layer_writer_write:
 * @copy: a copy of the source
 * @result: the upscaled pixels
 * @scale: upscale factor
 * @resize_canvas: whether the canvas grows where the new layer does not fit
 * @on_written: (nullable): called with the progress
 * @user_data: data for @on_written
 * @error: return location for an error
 *
 * Makes the new layer, writes its pixels, and inserts it above its source in one undo
 * step. The layer is inserted last, so a killed plug-in leaves no half-written layer. If
 * the image is gone, the result becomes a new image.
 *
 * Returns: (transfer none): the new layer, or %NULL with %UPSCALE_ERROR_LAYER
 */
GimpLayer *
upscale_layer_writer_write (const UpscaleLayerCopy *copy,
                            GeglBuffer             *result,
                            double                  scale,
                            gboolean                resize_canvas,
                            UpscaleLayerWriterFunc  on_written,
                            gpointer                user_data,
                            GError                **error)
{
  GimpImage *image;
  GimpImage *home;
  GimpLayer *layer;
  gboolean   added;

  g_return_val_if_fail (copy != NULL, NULL);
  g_return_val_if_fail (GEGL_IS_BUFFER (result), NULL);

  image = find_image (copy);
  home = image ? image : make_image (copy, result);
  layer = home ? make_layer (copy, home, result, scale) : NULL;
  if (!layer ||
      !upscale_layer_style_apply (&copy->style, layer, get_factor (copy, scale)))
    return fail (error);
  write_pixels (layer, result, on_written, user_data);
  /* A parasite that is attached after the insertion would be a second undo step. */
  if (copy->recipe)
    upscale_layer_recipe_attach (layer, copy->recipe);
  added = image ? add_to_image (copy, layer, scale, resize_canvas)
                : insert (copy, home, layer);
  return added ? layer : fail (error);
}
