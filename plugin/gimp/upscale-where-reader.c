/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies the channels, masks and layers that say where a picture is painted otherwise.
 * The job reads the copies, since GIMP kills a plug-in that reads a drawable which
 * changes. */
#include "upscale-where-reader.h"

#include <glib/gi18n.h>

#include "upscale-error.h"
#include "upscale-region-list.h"

#define MAP "strength-map"
#define STRIP_PX 128

static void
find_masks (GimpItem **layers, const char *name, GPtrArray *found)
{
  for (; *layers; layers++)
    {
      GimpLayerMask        *mask = gimp_layer_get_mask (GIMP_LAYER (*layers));
      g_autofree char      *own = mask ? gimp_item_get_name (GIMP_ITEM (mask)) : NULL;
      g_autofree GimpItem **children =
          gimp_item_is_group (*layers) ? gimp_item_get_children (*layers) : NULL;

      if (g_strcmp0 (own, name) == 0)
        g_ptr_array_add (found, mask);
      if (children)
        find_masks (children, name, found);
    }
}

/* Returns the only channel, layer or layer mask of a name. A channel and a layer may have
 * one name, and the wrong one would paint elsewhere. If there is none, returns NULL
 * without an error. */
static GimpDrawable *
find (GimpImage *image, const char *name, GError **error)
{
  g_autofree GimpItem **layers = (GimpItem **) gimp_image_get_layers (image);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  gpointer channel = gimp_image_get_channel_by_name (image, name);
  gpointer layer = gimp_image_get_layer_by_name (image, name);

  if (channel)
    g_ptr_array_add (found, channel);
  if (layer)
    g_ptr_array_add (found, layer);
  find_masks (layers, name, found);
  if (found->len == 1)
    return found->pdata[0];
  if (found->len > 1)
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                 _ ("Several channels, layers or layer masks are called '%s': give all "
                    "but one another name."),
                 name);
  return NULL;
}

/* Returns the format in which a copy keeps as many bits as the drawable. The numbers are
 * no light, so they are always called linear. */
static const Babl *
choose_format (const Babl *theirs)
{
  const Babl *type = babl_format_get_type (theirs, 0);

  if (type == babl_type ("u8"))
    return babl_format ("Y u8");
  return type == babl_type ("u16") ? babl_format ("Y u16") : babl_format ("Y float");
}

/* The content of a copy: of channels and masks the numbers as users see them, of layers
 * the lightness as the screen shows it, or the opacity. */
typedef enum
{
  NUMBERS,
  LIGHTNESS,
  OPACITY,
} Kind;

/* Returns the format that reads the numbers of a channel as they are. */
static const Babl *
find_own_format (const Babl *theirs)
{
  BablModelFlag flags = babl_get_model_flags (babl_format_get_model (theirs));
  const char   *name = "Y' float";

  if (flags & BABL_MODEL_FLAG_LINEAR)
    name = "Y float";
  else if (flags & BABL_MODEL_FLAG_PERCEPTUAL)
    name = "Y~ float";
  return babl_format_with_space (name, babl_format_get_space (theirs));
}

/* Numbers of float images may lie far beyond white. Enlarged, they would whiten what lies
 * beside them, and infinite ones would make it black. */
static float
clip (float value)
{
  return value > 0.0F ? MIN (value, 1.0F) : 0.0F;
}

static void
copy_strip (GeglBuffer          *theirs,
            const GeglRectangle *from,
            Kind                 kind,
            GeglBuffer          *ours,
            const GeglRectangle *to)
{
  const Babl *formats[] = {
    [NUMBERS] = find_own_format (gegl_buffer_get_format (theirs)),
    [LIGHTNESS] = babl_format ("Y'A float"),
    [OPACITY] = babl_format ("A float"),
  };
  gsize             n = (gsize) from->width * (gsize) from->height;
  g_autofree float *values = g_new (float, 2 * n);

  gegl_buffer_get (theirs, from, 1.0, formats[kind], values, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  for (gsize i = 0; i < n; i++)
    values[i] = kind == LIGHTNESS ? clip (values[2 * i]) * clip (values[2 * i + 1])
                                  : clip (values[i]);
  gegl_buffer_set (ours, to, 0, babl_format (UPSCALE_COVERAGE_FORMAT), values,
                   GEGL_AUTO_ROWSTRIDE);
}

static UpscaleRect
find_picture (const UpscaleLayerLooks *looks)
{
  UpscaleRect picture = { .width = gimp_drawable_get_width (looks->drawable),
                          .height = gimp_drawable_get_height (looks->drawable) };

  gimp_drawable_get_offsets (GIMP_DRAWABLE (looks->layer), &picture.x, &picture.y);
  picture.x += looks->x;
  picture.y += looks->y;
  return picture;
}

/* Copies the part of a drawable that lies over the picture. Beside it the copy is
 * black. */
static GeglBuffer *
copy_over (GimpDrawable *drawable, Kind kind, UpscaleRect picture)
{
  g_autoptr (GeglBuffer) theirs = gimp_drawable_get_buffer (drawable);
  GeglBuffer *ours =
      gegl_buffer_new (GEGL_RECTANGLE (0, 0, picture.width, picture.height),
                       choose_format (gegl_buffer_get_format (theirs)));
  UpscaleRect own = { .width = gimp_drawable_get_width (drawable),
                      .height = gimp_drawable_get_height (drawable) };
  UpscaleRect common;

  gimp_drawable_get_offsets (drawable, &own.x, &own.y);
  common = upscale_rect_intersect (own, picture);
  for (int y = 0; y < common.height; y += STRIP_PX)
    {
      int           height = MIN (STRIP_PX, common.height - y);
      GeglRectangle from = { common.x - own.x, common.y - own.y + y, common.width,
                             height };
      GeglRectangle to = { common.x - picture.x, common.y - picture.y + y, common.width,
                           height };

      copy_strip (theirs, &from, kind, ours, &to);
    }
  return ours;
}

static UpscaleCoverage *
read_coverage (GimpDrawable            *drawable,
               gboolean                 by_opacity,
               const UpscaleLayerLooks *looks,
               double                   scale)
{
  Kind kind = by_opacity ? OPACITY : LIGHTNESS;
  g_autoptr (GeglBuffer) copy =
      copy_over (drawable, GIMP_IS_CHANNEL (drawable) ? NUMBERS : kind,
                 find_picture (looks));

  return upscale_coverage_new (copy, scale);
}

static gboolean
read_map (GObject                 *config,
          double                   scale,
          const UpscaleLayerLooks *looks,
          UpscaleWhere            *where,
          GError                 **error)
{
  g_autoptr (GimpDrawable) map = NULL;

  g_object_get (config, MAP, &map, NULL);
  if (!map)
    return TRUE;
  if (!gimp_item_is_valid (GIMP_ITEM (map)) ||
      gimp_item_get_image (GIMP_ITEM (map)) !=
          gimp_item_get_image (GIMP_ITEM (looks->layer)))
    {
      g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                           _ ("The strength map is not in the layer's image: choose a "
                              "channel, layer mask or layer of this image."));
      return FALSE;
    }
  where->strength_map = read_coverage (map, FALSE, looks, scale);
  return TRUE;
}

static GimpDrawable *
find_region (GimpImage *image, const char *name, GError **error)
{
  g_autoptr (GError) cause = NULL;
  GimpDrawable *drawable = find (image, name, &cause);

  if (!drawable && !cause)
    g_set_error (&cause, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                 _ ("The image has no channel, layer or layer mask '%s': correct the "
                    "name of the region, or remove it."),
                 name);
  if (cause)
    g_propagate_error (error, g_steal_pointer (&cause));
  return drawable;
}

static gboolean
add_region (const UpscaleRegionEntry *entry,
            double                    scale,
            const UpscaleLayerLooks  *looks,
            UpscaleWhere             *where,
            GError                  **error)
{
  GimpDrawable *drawable =
      find_region (gimp_item_get_image (GIMP_ITEM (looks->layer)), entry->name, error);
  g_autoptr (UpscaleCoverage) coverage = NULL;

  if (!drawable)
    return FALSE;
  coverage = read_coverage (drawable, TRUE, looks, scale);
  g_ptr_array_add (where->regions,
                   upscale_region_new (coverage, entry->prompt, entry->negative_prompt,
                                       entry->strength));
  return TRUE;
}

/**
 * upscale_where_reader_read:
 * @config: the arguments of the procedure
 * @arguments: the same, read and checked, with the scale of the job; must outlive @where
 * @looks: the layer that is upscaled
 * @where: (out caller-allocates): for upscale_where_reader_clear()
 * @error: return location for an error
 *
 * Copies the strength map and the regions, as far as they lie over the layer.
 *
 * Returns: %TRUE, or %FALSE with %UPSCALE_ERROR_ARGUMENT
 */
gboolean
upscale_where_reader_read (GObject                 *config,
                           const UpscaleArguments  *arguments,
                           const UpscaleLayerLooks *looks,
                           UpscaleWhere            *where,
                           GError                 **error)
{
  g_return_val_if_fail (G_IS_OBJECT (config), FALSE);
  g_return_val_if_fail (arguments != NULL && looks != NULL && where != NULL, FALSE);

  *where = (UpscaleWhere) {
    .regions = g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_region_free),
    .least_share = arguments->region_share,
    .tile_prompts = g_ptr_array_ref (arguments->tile_prompts),
  };
  if (!read_map (config, arguments->scale, looks, where, error))
    return FALSE;
  for (guint i = 0; i < arguments->regions->len; i++)
    if (!add_region (arguments->regions->pdata[i], arguments->scale, looks, where, error))
      return FALSE;
  return TRUE;
}

/**
 * upscale_where_reader_clear:
 * @where: made by upscale_where_reader_read(), or zeros
 */
void
upscale_where_reader_clear (UpscaleWhere *where)
{
  g_return_if_fail (where != NULL);

  g_clear_pointer (&where->strength_map, upscale_coverage_unref);
  g_clear_pointer (&where->regions, g_ptr_array_unref);
  g_clear_pointer (&where->tile_prompts, g_ptr_array_unref);
  g_clear_pointer (&where->grid, upscale_tile_plan_unref);
}

/**
 * upscale_where_reader_write_map:
 * @config: the arguments of the procedure
 * @keys: a key file, changed
 * @group: the group of the arguments
 *
 * Writes the name of the strength map.
 */
void
upscale_where_reader_write_map (GObject *config, GKeyFile *keys, const char *group)
{
  g_autoptr (GimpDrawable) map = NULL;
  g_autofree char *name = NULL;

  g_return_if_fail (G_IS_OBJECT (config));
  g_return_if_fail (keys != NULL && group != NULL);

  g_object_get (config, MAP, &map, NULL);
  if (map && gimp_item_is_valid (GIMP_ITEM (map)))
    name = gimp_item_get_name (GIMP_ITEM (map));
  g_key_file_set_string (keys, group, MAP, name ? name : "");
}

/**
 * upscale_where_reader_read_map:
 * @config: the arguments of the procedure, changed
 * @keys: a key file that upscale_where_reader_write_map() has written, or a stranger
 * @group: the group of the arguments
 * @image: the image
 * @error: return location for an error
 *
 * Sets the strength map by its name.
 *
 * Returns: %TRUE, or %FALSE with an error if the image has nothing of that name, or
 * several
 */
gboolean
upscale_where_reader_read_map (GObject    *config,
                               GKeyFile   *keys,
                               const char *group,
                               GimpImage  *image,
                               GError    **error)
{
  g_autofree char *name = NULL;
  GimpDrawable    *map = NULL;
  g_autoptr (GError) cause = NULL;

  g_return_val_if_fail (G_IS_OBJECT (config), FALSE);
  g_return_val_if_fail (keys != NULL && group != NULL, FALSE);

  name = g_key_file_get_string (keys, group, MAP, NULL);
  if (name && *name != '\0')
    {
      map = find (image, name, &cause);
      if (!map && !cause)
        g_set_error_literal (&cause, UPSCALE_ERROR, UPSCALE_ERROR_LAYER,
                             _ ("its strength map is gone."));
    }
  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  g_object_set (config, MAP, map, NULL);
  return TRUE;
}
