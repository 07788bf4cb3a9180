/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine without a network: resamples with zimg's Spline36, in sRGB as it is. */
#include "upscale-local-resampler.h"

#include <gio/gio.h>
#include <string.h>
#include <zimg.h>

/* What the widest vector unit wants of buffers and rows. */
#define ALIGNMENT 64

/* A picture as zimg takes it: one plane a channel, rows aligned. */
typedef struct
{
  int     width_px;
  int     height_px;
  gsize   stride;
  guint8 *planes[UPSCALE_LOCAL_CHANNELS];
} Planar;

static void
planar_clear (Planar *planar)
{
  for (int channel = 0; channel < UPSCALE_LOCAL_CHANNELS; channel++)
    g_aligned_free (planar->planes[channel]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Planar, planar_clear)

static Planar
planar_new (int width_px, int height_px)
{
  Planar planar = { .width_px = width_px, .height_px = height_px };

  planar.stride = ((gsize) width_px + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  for (int channel = 0; channel < UPSCALE_LOCAL_CHANNELS; channel++)
    planar.planes[channel] =
        g_aligned_alloc0 (planar.stride, (gsize) height_px, ALIGNMENT);
  return planar;
}

static void
split (const UpscaleLocalPicture *picture, Planar *planar)
{
  const guint8 *from = picture->data;

  for (int y = 0; y < picture->height_px; y++)
    for (int x = 0; x < picture->width_px; x++)
      for (int channel = 0; channel < UPSCALE_LOCAL_CHANNELS; channel++)
        planar->planes[channel][(gsize) y * planar->stride + (gsize) x] = *from++;
}

static UpscaleLocalPicture *
join (const Planar *planar)
{
  UpscaleLocalPicture *picture =
      upscale_local_picture_new (planar->width_px, planar->height_px);
  guint8 *to = picture->data;

  for (int y = 0; y < planar->height_px; y++)
    for (int x = 0; x < planar->width_px; x++)
      for (int channel = 0; channel < UPSCALE_LOCAL_CHANNELS; channel++)
        *to++ = planar->planes[channel][(gsize) y * planar->stride + (gsize) x];
  return picture;
}

static zimg_image_format
describe (const Planar *planar)
{
  zimg_image_format format;

  zimg_image_format_default (&format, ZIMG_API_VERSION);
  format.width = (unsigned) planar->width_px;
  format.height = (unsigned) planar->height_px;
  format.pixel_type = ZIMG_PIXEL_BYTE;
  format.color_family = ZIMG_COLOR_RGB;
  format.matrix_coefficients = ZIMG_MATRIX_RGB;
  format.pixel_range = ZIMG_RANGE_FULL;
  return format;
}

static gboolean
fail (GError **error)
{
  char message[256];

  zimg_get_last_error (message, sizeof message);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               "the tile could not be resampled: %s", message);
  return FALSE;
}

static void
fill_buffers (const Planar            *from,
              const Planar            *to,
              zimg_image_buffer_const *source,
              zimg_image_buffer       *target)
{
  for (int channel = 0; channel < UPSCALE_LOCAL_CHANNELS; channel++)
    {
      source->plane[channel].data = from->planes[channel];
      source->plane[channel].stride = (ptrdiff_t) from->stride;
      source->plane[channel].mask = ZIMG_BUFFER_MAX;
      target->plane[channel].data = to->planes[channel];
      target->plane[channel].stride = (ptrdiff_t) to->stride;
      target->plane[channel].mask = ZIMG_BUFFER_MAX;
    }
}

static gboolean
process (zimg_filter_graph *graph, const Planar *from, const Planar *to, GError **error)
{
  zimg_image_buffer_const source = { .version = ZIMG_API_VERSION };
  zimg_image_buffer       target = { .version = ZIMG_API_VERSION };
  size_t                  scratch_bytes = 0;
  void                   *scratch = NULL;
  gboolean                processed;

  if (zimg_filter_graph_get_tmp_size (graph, &scratch_bytes) != ZIMG_ERROR_SUCCESS)
    return fail (error);
  fill_buffers (from, to, &source, &target);
  scratch = g_aligned_alloc (MAX (scratch_bytes, 1), 1, ALIGNMENT);
  processed = zimg_filter_graph_process (graph, &source, &target, scratch, NULL, NULL,
                                         NULL, NULL) == ZIMG_ERROR_SUCCESS;
  g_aligned_free (scratch);
  return processed ? TRUE : fail (error);
}

static gboolean
resample (const Planar *from, const Planar *to, GError **error)
{
  zimg_image_format         source = describe (from);
  zimg_image_format         target = describe (to);
  zimg_graph_builder_params params;
  zimg_filter_graph        *graph;
  gboolean                  processed;

  zimg_graph_builder_params_default (&params, ZIMG_API_VERSION);
  params.resample_filter = ZIMG_RESIZE_SPLINE36;
  params.dither_type = ZIMG_DITHER_NONE;
  graph = zimg_filter_graph_build (&source, &target, &params);
  if (!graph)
    return fail (error);
  processed = process (graph, from, to, error);
  zimg_filter_graph_free (graph);
  return processed;
}

static UpscaleLocalPicture *
copy (const UpscaleLocalPicture *source)
{
  UpscaleLocalPicture *picture =
      upscale_local_picture_new (source->width_px, source->height_px);

  memcpy (picture->data, source->data,
          (gsize) source->width_px * (gsize) source->height_px * UPSCALE_LOCAL_CHANNELS);
  return picture;
}

static UpscaleLocalPicture *
enlarge (const UpscaleLocalPicture *source, int width_px, int height_px, GError **error)
{
  g_auto (Planar) from = { 0 };
  g_auto (Planar) to = { 0 };

  if (width_px == source->width_px && height_px == source->height_px)
    return copy (source);
  from = planar_new (source->width_px, source->height_px);
  to = planar_new (width_px, height_px);
  split (source, &from);
  return resample (&from, &to, error) ? join (&to) : NULL;
}

const UpscaleLocalEngine upscale_local_resampler = { "resample-spline36-1", enlarge };
