/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-source.h"

#include "upscale-alpha-bleed.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <xxhash.h>

/* Pixels as endpoints receive them. */
#define SENT_FORMAT "R'G'B' u8"
#define WORKING_CHANNELS 4
/* Cubic interpolation reaches two source pixels to each side. */
#define CUBIC_REACH_PX 2
/* A multiple of the composer's block height, so that both compute identical numbers. */
#define STRIP_PX 128

/**
 * UpscaleSource:
 *
 * The layer as it was when the job began, and the base, which is the layer resampled to
 * the target's size. The base is computed on demand and never kept.
 */
struct _UpscaleSource
{
  GeglBuffer *pixels;
  int         width_px;
  int         height_px;
  int         target_width_px;
  int         target_height_px;
  const Babl *format;
  const Babl *working;     /* float RGBA in the layer's own space and kind of light */
  const Babl *working_rgb; /* the same without alpha */
  gboolean    is_plain;    /* RGB without alpha, to which babl must not add alpha, see
                              read_plain() */

  gboolean   is_scaled; /* if %FALSE, the base is the source's own pixels */
  GMutex     lock;
  GPtrArray *idle_graphs; /* of GeglNode: one thread at a time may use a graph */
};

/* Chooses formats in the layer's own space, which keeps precision and gamut, and with
 * the layer's own transfer curve, so that equal values stay equal to the last bit. */
static void
choose_working_formats (UpscaleSource *source)
{
  const Babl   *space = babl_format_get_space (source->format);
  BablModelFlag flags = babl_get_model_flags (babl_format_get_model (source->format));
  const char   *rgba = "R'G'B'A float";
  const char   *rgb = "R'G'B' float";

  if (flags & BABL_MODEL_FLAG_LINEAR)
    {
      rgba = "RGBA float";
      rgb = "RGB float";
    }
  else if (flags & BABL_MODEL_FLAG_PERCEPTUAL)
    {
      rgba = "R~G~B~A float";
      rgb = "R~G~B~ float";
    }
  source->is_plain =
      (flags & BABL_MODEL_FLAG_RGB) && !babl_format_has_alpha (source->format);
  source->working = babl_format_with_space (rgba, space);
  source->working_rgb = babl_format_with_space (rgb, space);
}

/* Uses the same operation, sampler and edge rule as GIMP's Scale Layer with cubic
 * interpolation. */
static GeglNode *
build_graph (UpscaleSource *source)
{
  GeglNode *graph = gegl_node_new ();
  GeglNode *input = gegl_node_new_child (graph, "operation", "gegl:buffer-source",
                                         "buffer", source->pixels, NULL);
  GeglNode *scaled =
      gegl_node_new_child (graph, "operation", "gegl:scale-ratio", "origin-x", 0.0,
                           "origin-y", 0.0, "sampler", GEGL_SAMPLER_CUBIC, "abyss-policy",
                           GEGL_ABYSS_CLAMP, "x",
                           (double) source->target_width_px / source->width_px, "y",
                           (double) source->target_height_px / source->height_px, NULL);
  GeglNode *output = gegl_node_get_output_proxy (graph, "output");

  gegl_node_link_many (input, scaled, output, NULL);
  return graph;
}

static GeglNode *
take_graph (UpscaleSource *source)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&source->lock);

  if (source->idle_graphs->len > 0)
    return g_ptr_array_steal_index_fast (source->idle_graphs,
                                         source->idle_graphs->len - 1);
  return build_graph (source);
}

static void
return_graph (UpscaleSource *source, GeglNode *graph)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&source->lock);

  g_ptr_array_add (source->idle_graphs, graph);
}

/**
 * upscale_source_new:
 * @pixels: a copy of the layer's pixels, origin at 0, 0, which must not change any more
 * @scale: the upscale factor
 *
 * Makes a source whose target has round (size * scale) px per side, at least 1.
 *
 * Returns: (transfer full): the source. All functions may be called from any thread
 */
UpscaleSource *
upscale_source_new (GeglBuffer *pixels, double scale)
{
  UpscaleSource       *source;
  const GeglRectangle *extent;

  g_return_val_if_fail (GEGL_IS_BUFFER (pixels) && scale > 0.0, NULL);

  source = g_atomic_rc_box_new0 (UpscaleSource);
  extent = gegl_buffer_get_extent (pixels);
  source->pixels = g_object_ref (pixels);
  source->width_px = extent->width;
  source->height_px = extent->height;
  source->target_width_px = MAX (1, (int) lround (extent->width * scale));
  source->target_height_px = MAX (1, (int) lround (extent->height * scale));
  source->format = gegl_buffer_get_format (pixels);
  g_mutex_init (&source->lock);
  choose_working_formats (source);
  source->idle_graphs = g_ptr_array_new_with_free_func (g_object_unref);
  source->is_scaled = source->target_width_px != source->width_px ||
                      source->target_height_px != source->height_px;
  return source;
}

/**
 * upscale_source_ref:
 * @source: a source
 *
 * Returns: (transfer full): @source
 */
UpscaleSource *
upscale_source_ref (UpscaleSource *source)
{
  g_return_val_if_fail (source != NULL, NULL);

  return g_atomic_rc_box_acquire (source);
}

static void
free_members (gpointer data)
{
  UpscaleSource *source = data;

  g_ptr_array_unref (source->idle_graphs);
  g_clear_object (&source->pixels);
  g_mutex_clear (&source->lock);
}

/**
 * upscale_source_unref:
 * @source: (transfer full): a source
 *
 * Drops a reference.
 */
void
upscale_source_unref (UpscaleSource *source)
{
  g_return_if_fail (source != NULL);

  g_atomic_rc_box_release_full (source, free_members);
}

/**
 * upscale_source_get_format:
 * @source: a source
 *
 * Returns: the format of the layer, and of the result
 */
const Babl *
upscale_source_get_format (const UpscaleSource *source)
{
  g_return_val_if_fail (source != NULL, NULL);

  return source->format;
}

/**
 * upscale_source_get_working_rgb_format:
 * @source: a source
 *
 * Composing uses float in the layer's own color space.
 *
 * Returns: the working format without alpha
 */
const Babl *
upscale_source_get_working_rgb_format (const UpscaleSource *source)
{
  g_return_val_if_fail (source != NULL, NULL);

  return source->working_rgb;
}

/**
 * upscale_source_is_sent_as_is:
 * @source: a source
 *
 * Returns: %TRUE if the base has the layer's size and the format of sent tiles, so that
 * endpoints receive its own bytes
 */
gboolean
upscale_source_is_sent_as_is (const UpscaleSource *source)
{
  g_return_val_if_fail (source != NULL, FALSE);

  return !source->is_scaled && source->format == babl_format (SENT_FORMAT);
}

/**
 * upscale_source_get_pixels:
 * @source: a source
 *
 * Returns: (transfer none): the layer's pixels, which must not be changed
 */
GeglBuffer *
upscale_source_get_pixels (const UpscaleSource *source)
{
  g_return_val_if_fail (source != NULL, NULL);

  return source->pixels;
}

/**
 * upscale_source_find_origin:
 * @source: a source
 * @target: a rectangle of the target
 *
 * Returns: the part of the source that @target is computed from, to a px
 */
UpscaleRect
upscale_source_find_origin (const UpscaleSource *source, UpscaleRect target)
{
  g_return_val_if_fail (source != NULL, (UpscaleRect) { 0 });

  return upscale_rect_intersect (
      upscale_rect_scale (target, (double) source->width_px / source->target_width_px,
                          (double) source->height_px / source->target_height_px),
      (UpscaleRect) { 0, 0, source->width_px, source->height_px });
}

/* Reads @pixels, or the base if @pixels is %NULL. */
static void
read_pixels (UpscaleSource       *source,
             GeglBuffer          *pixels,
             const GeglRectangle *roi,
             const Babl          *format,
             float               *values)
{
  GeglNode *graph = NULL;

  if (pixels)
    {
      gegl_buffer_get (pixels, roi, 1.0, format, values, GEGL_AUTO_ROWSTRIDE,
                       GEGL_ABYSS_CLAMP);
      return;
    }
  graph = take_graph (source);
  gegl_node_blit (graph, 1.0, roi, format, values, GEGL_AUTO_ROWSTRIDE,
                  GEGL_BLIT_DEFAULT);
  return_graph (source, graph);
}

/* Reads three channels to the end of the block and spreads them out from there.
 * Outside sRGB, babl adds an alpha channel by way of linear light, which loses 1e-3. */
static void
read_plain (UpscaleSource       *source,
            GeglBuffer          *pixels,
            const GeglRectangle *roi,
            float               *rgba)
{
  gsize  n = (gsize) roi->width * (gsize) roi->height;
  float *rgb = rgba + n;

  read_pixels (source, pixels, roi, source->working_rgb, rgb);
  for (gsize i = 0; i < n; i++)
    {
      /* Copies, as the last pixels overlap. */
      float red = rgb[3 * i];
      float green = rgb[3 * i + 1];
      float blue = rgb[3 * i + 2];

      rgba[WORKING_CHANNELS * i] = red;
      rgba[WORKING_CHANNELS * i + 1] = green;
      rgba[WORKING_CHANNELS * i + 2] = blue;
      rgba[WORKING_CHANNELS * i + 3] = 1.0F;
    }
}

static void
read_block (UpscaleSource       *source,
            GeglBuffer          *pixels,
            const GeglRectangle *roi,
            float               *rgba)
{
  if (source->is_plain)
    read_plain (source, pixels, roi, rgba);
  else
    read_pixels (source, pixels, roi, source->working, rgba);
}

/**
 * upscale_source_get_base:
 * @source: a source
 * @target: a rectangle of the target
 * @rgba: (array) (out caller-allocates): pixels in the working format, rows without gaps
 *
 * Computes a rectangle of the base.
 */
void
upscale_source_get_base (UpscaleSource *source, UpscaleRect target, float *rgba)
{
  GeglRectangle roi = { target.x, target.y, target.width, target.height };

  g_return_if_fail (source != NULL);
  g_return_if_fail (rgba != NULL);
  g_return_if_fail (!upscale_rect_is_empty (target));

  read_block (source, source->is_scaled ? NULL : source->pixels, &roi, rgba);
}

/**
 * upscale_source_write:
 * @source: a source
 * @result: a buffer in the layer's format
 * @target: the rectangle to write
 * @rgba: (array) (inout): pixels in the working format, rows without gaps; overwritten
 *
 * Writes a composed rectangle in the layer's format.
 */
void
upscale_source_write (UpscaleSource *source,
                      GeglBuffer    *result,
                      UpscaleRect    target,
                      float         *rgba)
{
  GeglRectangle roi = { target.x, target.y, target.width, target.height };
  gsize         n = (gsize) target.width * (gsize) target.height;

  g_return_if_fail (source != NULL);
  g_return_if_fail (GEGL_IS_BUFFER (result));
  g_return_if_fail (rgba != NULL);
  g_return_if_fail (!upscale_rect_is_empty (target));

  for (gsize i = 0; source->is_plain && i < n; i++)
    for (gsize channel = 0; channel < 3; channel++)
      rgba[3 * i + channel] = rgba[WORKING_CHANNELS * i + channel];
  gegl_buffer_set (result, &roi, 0,
                   source->is_plain ? source->working_rgb : source->working, rgba,
                   GEGL_AUTO_ROWSTRIDE);
}

/**
 * upscale_source_write_bytes:
 * @source: a source that is sent as it is, see upscale_source_is_sent_as_is()
 * @result: a buffer in the layer's format
 * @target: the rectangle to write
 * @rgb: (array): pixels in the layer's format, rows without gaps
 *
 * Writes a composed rectangle that needs no conversion.
 */
void
upscale_source_write_bytes (UpscaleSource *source,
                            GeglBuffer    *result,
                            UpscaleRect    target,
                            const guint8  *rgb)
{
  GeglRectangle roi = { target.x, target.y, target.width, target.height };

  g_return_if_fail (source != NULL && upscale_source_is_sent_as_is (source));
  g_return_if_fail (GEGL_IS_BUFFER (result));
  g_return_if_fail (rgb != NULL);

  gegl_buffer_set (result, &roi, 0, source->format, rgb, GEGL_AUTO_ROWSTRIDE);
}

/**
 * upscale_source_write_base:
 * @source: a source
 * @result: a buffer in any format
 * @target: the rectangle to write
 *
 * Writes a rectangle of the base, as it is where nothing is painted.
 */
void
upscale_source_write_base (UpscaleSource *source, GeglBuffer *result, UpscaleRect target)
{
  g_autofree float *strip = NULL;

  g_return_if_fail (source != NULL);
  g_return_if_fail (GEGL_IS_BUFFER (result));
  g_return_if_fail (!upscale_rect_is_empty (target));

  strip = g_new (float, (gsize) target.width *STRIP_PX *WORKING_CHANNELS);
  for (int y = 0; y < target.height; y += STRIP_PX)
    {
      UpscaleRect rows = { target.x, target.y + y, target.width,
                           MIN (STRIP_PX, target.height - y) };

      upscale_source_get_base (source, rows, strip);
      upscale_source_write (source, result, rows, strip);
    }
}

/**
 * upscale_source_see:
 * @source: a source
 * @base: (array): pixels in the working format
 * @n: the number of pixels
 * @rgb: (array) (out caller-allocates): 8-bit sRGB
 *
 * Converts the base to 8-bit sRGB, as endpoints receive it, without alpha.
 */
void
upscale_source_see (UpscaleSource *source, const float *base, gsize n, guint8 *rgb)
{
  g_return_if_fail (source != NULL);
  g_return_if_fail (base != NULL);
  g_return_if_fail (rgb != NULL);

  babl_process (babl_fish (source->working, babl_format (SENT_FORMAT)), base, rgb,
                (glong) n);
}

static gboolean
has_hole (const float *rgba, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!(rgba[WORKING_CHANNELS * i + 3] > 0.0F))
      return TRUE;
  return FALSE;
}

static float *
new_block (int width_px, int height_px)
{
  return g_new (float, (gsize) width_px *(gsize) height_px *WORKING_CHANNELS);
}

/* Reads a whole rectangle, so that colors can bleed under transparent pixels. */
static void
see_with_holes (UpscaleSource *source,
                GeglBuffer    *from,
                UpscaleRect    rect,
                UpscalePixels *pixels)
{
  GeglRectangle     roi = { rect.x, rect.y, rect.width, rect.height };
  g_autofree float *block = new_block (rect.width, rect.height);

  read_block (source, from, &roi, block);
  upscale_alpha_bleed (block, rect.width, rect.height);
  upscale_source_see (source, block, (gsize) rect.width * (gsize) rect.height,
                      pixels->data);
}

/* Reads in strips, as a whole tile in float takes much memory. Only bleeding needs the
 * whole tile at once. Pixels of a layer in the sent format are copied: the way through
 * float gives the same bytes. */
static UpscalePixels *
see_inside (UpscaleSource *source, GeglBuffer *from, UpscaleRect rect)
{
  UpscalePixels    *pixels = upscale_pixels_new (rect.width, rect.height);
  g_autofree float *strip = new_block (rect.width, MIN (STRIP_PX, rect.height));

  if (from && source->format == babl_format (SENT_FORMAT))
    {
      GeglRectangle whole = { rect.x, rect.y, rect.width, rect.height };

      gegl_buffer_get (from, &whole, 1.0, source->format, pixels->data,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
      return pixels;
    }
  for (int y = 0; y < rect.height; y += STRIP_PX)
    {
      GeglRectangle roi = { rect.x, rect.y + y, rect.width,
                            MIN (STRIP_PX, rect.height - y) };
      gsize         n = (gsize) roi.width * (gsize) roi.height;

      read_block (source, from, &roi, strip);
      if (has_hole (strip, n))
        {
          see_with_holes (source, from, rect, pixels);
          break;
        }
      upscale_source_see (source, strip, n,
                          pixels->data +
                              (gsize) y * upscale_pixels_get_row_bytes (pixels));
    }
  return pixels;
}

/* Mirrors the picture beyond its right and lower edges. */
static UpscalePixels *
see (UpscaleSource *source, GeglBuffer *from, UpscaleRect rect, UpscaleRect picture)
{
  UpscaleRect part = upscale_rect_intersect (rect, picture);
  g_autoptr (UpscalePixels) inside = NULL;

  g_return_val_if_fail (!upscale_rect_is_empty (part) && part.x == rect.x &&
                            part.y == rect.y,
                        NULL);

  inside = see_inside (source, from, part);
  return upscale_pixels_pad (inside, rect.width, rect.height);
}

/**
 * upscale_source_get_seen:
 * @source: a source
 * @target: a rectangle that begins inside the target and may end beyond it, where the
 * picture is mirrored
 *
 * Reads the base as endpoints receive it: 8-bit sRGB without alpha, with colors bled
 * under fully transparent pixels.
 *
 * Returns: (transfer full): the picture
 */
UpscalePixels *
upscale_source_get_seen (UpscaleSource *source, UpscaleRect target)
{
  UpscaleRect picture = { 0 };

  g_return_val_if_fail (source != NULL, NULL);

  picture.width = source->target_width_px;
  picture.height = source->target_height_px;
  return see (source, source->is_scaled ? NULL : source->pixels, target, picture);
}

/**
 * upscale_source_get_crop:
 * @source: a source
 * @rect: a rectangle of the source, in source px; may end beyond the source likewise
 *
 * Works like upscale_source_get_seen(), without resampling.
 *
 * Returns: (transfer full): the picture
 */
UpscalePixels *
upscale_source_get_crop (UpscaleSource *source, UpscaleRect rect)
{
  UpscaleRect picture = { 0 };

  g_return_val_if_fail (source != NULL, NULL);

  picture.width = source->width_px;
  picture.height = source->height_px;
  return see (source, source->pixels, rect, picture);
}

/**
 * upscale_source_find_reach:
 * @source: a source
 * @target: a rectangle of the target
 *
 * Returns: the source pixels that affect the rectangle, in source px
 */
UpscaleRect
upscale_source_find_reach (const UpscaleSource *source, UpscaleRect target)
{
  UpscaleRect all = { 0 };
  UpscaleRect rect;
  int         reach = CUBIC_REACH_PX + 1;

  g_return_val_if_fail (source != NULL, all);

  all = (UpscaleRect) { 0, 0, source->width_px, source->height_px };
  rect = upscale_rect_scale (target, (double) source->width_px / source->target_width_px,
                             (double) source->height_px / source->target_height_px);
  rect = (UpscaleRect) { rect.x - reach, rect.y - reach, rect.width + 2 * reach,
                         rect.height + 2 * reach };
  return upscale_rect_intersect (rect, all);
}

static GeglRectangle
find_reach (const UpscaleSource *source, UpscaleRect target)
{
  UpscaleRect rect = upscale_source_find_reach (source, target);

  return (GeglRectangle) { rect.x, rect.y, rect.width, rect.height };
}

/**
 * upscale_source_is_transparent:
 * @source: a source
 * @target: a rectangle of the target
 *
 * Returns: %TRUE if the rectangle is fully transparent
 */
gboolean
upscale_source_is_transparent (UpscaleSource *source, UpscaleRect target)
{
  GeglRectangle     reach;
  gsize             n;
  g_autofree float *alpha = NULL;

  g_return_val_if_fail (source != NULL, FALSE);

  if (!babl_format_has_alpha (source->format))
    return FALSE;
  reach = find_reach (source, target);
  n = (gsize) reach.width * (gsize) reach.height;
  alpha = g_new (float, n);
  gegl_buffer_get (source->pixels, &reach, 1.0, babl_format ("A float"), alpha,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gsize i = 0; i < n; i++)
    if (alpha[i] > 0.0F)
      return FALSE;
  return TRUE;
}

/* Describes the bytes that a digest is made of, and their position in the target. */
static char *
describe_bytes (const UpscaleSource *source, UpscaleRect target, GeglRectangle reach)
{
  double x_factor = (double) source->target_width_px / source->width_px;
  double y_factor = (double) source->target_height_px / source->height_px;
  char   left[G_ASCII_DTOSTR_BUF_SIZE];
  char   top[G_ASCII_DTOSTR_BUF_SIZE];
  char   across[G_ASCII_DTOSTR_BUF_SIZE];
  char   down[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup_printf ("%s %dx%d %dx%d %s %s %s %s", babl_get_name (source->format),
                          reach.width, reach.height, target.width, target.height,
                          g_ascii_dtostr (left, sizeof left,
                                          target.x - reach.x * x_factor),
                          g_ascii_dtostr (top, sizeof top, target.y - reach.y * y_factor),
                          g_ascii_dtostr (across, sizeof across, x_factor),
                          g_ascii_dtostr (down, sizeof down, y_factor));
}

/* Reads in strips, which stay in the processor's cache and need no fresh memory each. */
static XXH128_hash_t
hash_bytes (const UpscaleSource *source, GeglRectangle reach, XXH64_hash_t seed)
{
  gsize row =
      (gsize) reach.width * (gsize) babl_format_get_bytes_per_pixel (source->format);
  g_autofree guint8 *bytes = g_malloc (row * (gsize) MIN (STRIP_PX, reach.height));
  XXH3_state_t      *state = XXH3_createState ();
  XXH128_hash_t      digest;

  XXH3_128bits_reset_withSeed (state, seed);
  for (int y = 0; y < reach.height; y += STRIP_PX)
    {
      GeglRectangle strip = { reach.x, reach.y + y, reach.width,
                              MIN (STRIP_PX, reach.height - y) };

      gegl_buffer_get (source->pixels, &strip, 1.0, source->format, bytes,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      XXH3_128bits_update (state, bytes, row * (gsize) strip.height);
    }
  digest = XXH3_128bits_digest (state);
  XXH3_freeState (state);
  return digest;
}

/**
 * upscale_source_digest:
 * @source: a source
 * @target: a rectangle of the target
 *
 * Computes a digest of the source's bytes that affect the rectangle, and of their
 * position. The rendered pixels would not do: babl chooses among conversions by measured
 * speed, so their last bit may differ from run to run. The pixels are the user's own, so
 * the digest need not withstand forgery, and XXH3 takes a hundredth of SHA-256's time.
 *
 * Returns: (transfer full): XXH3-128, hexadecimal digits
 */
char *
upscale_source_digest (UpscaleSource *source, UpscaleRect target)
{
  GeglRectangle    reach;
  g_autofree char *head = NULL;
  XXH128_hash_t    digest;

  g_return_val_if_fail (source != NULL, NULL);

  reach = find_reach (source, target);
  head = describe_bytes (source, target, reach);
  digest = hash_bytes (source, reach, XXH3_64bits (head, strlen (head)));
  return g_strdup_printf ("%016" PRIx64 "%016" PRIx64, digest.high64, digest.low64);
}
