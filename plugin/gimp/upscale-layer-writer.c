/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-layer-writer.h"

#include <glib/gi18n.h>
#include <math.h>

#include "upscale-error.h"
#include "upscale-layer-recipe.h"
#include "upscale-source.h"

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

static char *
dup_name (const UpscaleLayerWriterRequest *request)
{
  const UpscaleLayerCopy *copy = request->copy;
  char                    factor[G_ASCII_DTOSTR_BUF_SIZE];

  if (copy->previous)
    return g_strdup (copy->name);
  return g_strdup_printf ("%s %sx", copy->name,
                          g_ascii_formatd (factor, sizeof factor, "%.4g",
                                           request->scale));
}

/* A repainted result already has its size and place. */
static double
get_factor (const UpscaleLayerWriterRequest *request)
{
  return request->copy->previous ? 1.0 : request->scale;
}

static GimpLayer *
make_layer (const UpscaleLayerWriterRequest *request, GimpImage *image, const char *name)
{
  const UpscaleLayerCopy *copy = request->copy;
  const GeglRectangle    *extent = gegl_buffer_get_extent (request->result);
  GimpLayer              *layer =
      gimp_layer_new (image, name, extent->width, extent->height, choose_type (copy),
                      100.0, gimp_image_get_default_new_layer_mode (image));

  if (layer && upscale_layer_style_apply (&copy->style, layer, get_factor (request)))
    return layer;
  return NULL;
}

/* The part of the work that is done, from @done to @done + @share. */
typedef struct
{
  UpscaleLayerWriterFunc on_written;
  gpointer               user_data;
  double                 done;
  double                 share;
} Progress;

static void
show_progress (Progress progress, double fraction)
{
  if (progress.on_written)
    progress.on_written (progress.done + progress.share * fraction, progress.user_data);
}

static void
write_result (GimpLayer *layer, GeglBuffer *result, Progress progress)
{
  g_autoptr (GeglBuffer) theirs = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));
  const GeglRectangle *extent = gegl_buffer_get_extent (result);

  for (int y = 0; y < extent->height; y += STRIP_PX)
    {
      int height = MIN (STRIP_PX, extent->height - y);

      for (int x = 0; x < extent->width; x += STRIP_PX)
        {
          GeglRectangle strip = { x, y, MIN (STRIP_PX, extent->width - x), height };

          gegl_buffer_copy (result, &strip, GEGL_ABYSS_NONE, theirs, &strip);
        }
      show_progress (progress, (double) (y + height) / extent->height);
    }
  gegl_buffer_flush (theirs);
}

/* Writes the pixels that the result has where nothing is painted. */
static void
write_plain (GimpLayer                       *layer,
             const UpscaleLayerWriterRequest *request,
             Progress                         progress)
{
  g_autoptr (GeglBuffer) theirs = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));
  g_autoptr (UpscaleSource) source =
      upscale_source_new (request->copy->pixels, request->scale);
  const GeglRectangle *extent = gegl_buffer_get_extent (request->result);

  for (int y = 0; y < extent->height; y += STRIP_PX)
    {
      int height = MIN (STRIP_PX, extent->height - y);

      upscale_source_write_base (source, theirs,
                                 (UpscaleRect) { 0, y, extent->width, height });
      show_progress (progress, (double) (y + height) / extent->height);
    }
  gegl_buffer_flush (theirs);
}

/* Inserts above the layer that was read, or on top where that is gone. */
static gboolean
insert (GimpImage *image, GimpLayer *layer, GimpLayer *above)
{
  GimpItem *parent = NULL;
  int       position = 0;

  if (above && gimp_item_is_valid (GIMP_ITEM (above)) &&
      gimp_item_get_image (GIMP_ITEM (above)) == image)
    {
      parent = gimp_item_get_parent (GIMP_ITEM (above));
      position = gimp_image_get_item_position (image, GIMP_ITEM (above));
    }
  return gimp_image_insert_layer (image, layer, parent ? GIMP_LAYER (parent) : NULL,
                                  position);
}

/* The offsets of the result are those of its source times the scale, so several upscaled
 * layers keep their relative places. */
static void
place (const UpscaleLayerWriterRequest *request, GimpLayer *layer)
{
  const UpscaleLayerCopy *copy = request->copy;
  double                  factor = get_factor (request);
  int                     x = 0;
  int                     y = 0;

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

static gboolean
insert_both (const UpscaleLayerWriterRequest *request,
             GimpImage                       *image,
             GimpLayer                       *layer,
             GimpLayer                       *plain)
{
  GimpLayer *source = request->copy->layer;

  /* GIMP selects the layer that is inserted last. */
  return (!plain || insert (image, plain, source)) &&
         insert (image, layer, plain ? plain : source);
}

/* All that the user can undo happens here, in one step. */
static gboolean
add_to_image (const UpscaleLayerWriterRequest *request,
              GimpLayer                       *layer,
              GimpLayer                       *plain)
{
  GimpImage *image = request->copy->image;
  gboolean   inserted;

  gimp_image_undo_group_start (image);
  inserted = insert_both (request, image, layer, plain);
  if (inserted)
    place (request, layer);
  if (inserted && plain)
    place (request, plain);
  if (inserted && request->resize_canvas)
    grow_canvas (image, layer);
  gimp_image_undo_group_end (image);
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

static GimpLayer *
make_plain_layer (const UpscaleLayerWriterRequest *request,
                  GimpImage                       *image,
                  const char                      *name)
{
  /* TRANSLATORS: name of a layer with the enlargement that nothing was painted on */
  g_autofree char *plain_name = g_strdup_printf (_ ("%s, plain"), name);

  return make_layer (request, image, plain_name);
}

static void
write_both (const UpscaleLayerWriterRequest *request,
            GimpLayer                       *layer,
            GimpLayer                       *plain,
            Progress                         progress)
{
  progress.share = plain ? 0.5 : 1.0;
  write_result (layer, request->result, progress);
  progress.done = progress.share;
  if (plain)
    write_plain (plain, request, progress);
}

/**
 * upscale_layer_writer_write:
 * @request: the pixels, and their place
 * @on_written: (nullable): called with the progress
 * @user_data: data for @on_written
 * @error: return location for an error
 *
 * Makes the new layer, writes its pixels, and inserts it above its source in one undo
 * step, with the plain enlargement between them if that is wanted. Layers are inserted
 * last, so a killed plug-in leaves no half-written layer. If the image is gone, the
 * result becomes a new image.
 *
 * Returns: (transfer none): the new layer, or %NULL with %UPSCALE_ERROR_LAYER
 */
GimpLayer *
upscale_layer_writer_write (const UpscaleLayerWriterRequest *request,
                            UpscaleLayerWriterFunc           on_written,
                            gpointer                         user_data,
                            GError                         **error)
{
  GimpImage       *image;
  GimpImage       *home;
  GimpLayer       *layer;
  GimpLayer       *plain = NULL;
  gboolean         added;
  g_autofree char *name = NULL;

  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (GEGL_IS_BUFFER (request->result), NULL);

  image = find_image (request->copy);
  home = image ? image : make_image (request->copy, request->result);
  name = dup_name (request);
  layer = home ? make_layer (request, home, name) : NULL;
  if (layer && request->keep_plain)
    plain = make_plain_layer (request, home, name);
  if (!layer || (request->keep_plain && !plain))
    return fail (error);
  write_both (request, layer, plain, (Progress) { on_written, user_data, 0.0, 1.0 });
  /* A parasite that is attached after the insertion would be a second undo step. */
  if (request->copy->recipe)
    upscale_layer_recipe_attach (layer, request->copy->recipe);
  added = image ? add_to_image (request, layer, plain)
                : insert_both (request, home, layer, plain);
  return added ? layer : fail (error);
}
