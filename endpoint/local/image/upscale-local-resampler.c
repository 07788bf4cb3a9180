/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resamples with zimg's Spline36 on sRGB values, without going to linear light. */
#include "upscale-local-resampler.h"

#include <gio/gio.h>
#include <string.h>
#include <zimg.h>

#define ALIGNMENT 64

static zimg_image_format
describe (const UpscaleLocalPlane *plane)
{
  zimg_image_format format;

  zimg_image_format_default (&format, ZIMG_API_VERSION);
  format.width = (unsigned) plane->width_px;
  format.height = (unsigned) plane->height_px;
  format.pixel_type = ZIMG_PIXEL_FLOAT;
  format.color_family = ZIMG_COLOR_GREY;
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

static gboolean
process (zimg_filter_graph       *graph,
         const UpscaleLocalPlane *from,
         const UpscaleLocalPlane *to,
         GError                 **error)
{
  zimg_image_buffer_const source = { .version = ZIMG_API_VERSION };
  zimg_image_buffer       target = { .version = ZIMG_API_VERSION };
  size_t                  scratch_bytes = 0;
  void                   *scratch = NULL;
  gboolean                processed;

  if (zimg_filter_graph_get_tmp_size (graph, &scratch_bytes) != ZIMG_ERROR_SUCCESS)
    return fail (error);
  source.plane[0].data = from->data;
  source.plane[0].stride = (ptrdiff_t) (from->stride * sizeof (float));
  source.plane[0].mask = ZIMG_BUFFER_MAX;
  target.plane[0].data = to->data;
  target.plane[0].stride = (ptrdiff_t) (to->stride * sizeof (float));
  target.plane[0].mask = ZIMG_BUFFER_MAX;
  scratch = g_aligned_alloc (MAX (scratch_bytes, 1), 1, ALIGNMENT);
  processed = zimg_filter_graph_process (graph, &source, &target, scratch, NULL, NULL,
                                         NULL, NULL) == ZIMG_ERROR_SUCCESS;
  g_aligned_free (scratch);
  return processed ? TRUE : fail (error);
}

/**
 * upscale_local_resampler_resample:
 * @plane: a plane
 * @width_px: wanted width
 * @height_px: wanted height
 * @error: return location for an error
 *
 * Enlarges a plane, or reduces it without aliasing.
 *
 * Returns: (transfer full): the plane in the wanted size, or %NULL
 */
UpscaleLocalPlane *
upscale_local_resampler_resample (const UpscaleLocalPlane *plane,
                                  int                      width_px,
                                  int                      height_px,
                                  GError                 **error)
{
  g_autoptr (UpscaleLocalPlane) to = upscale_local_plane_new (width_px, height_px);
  zimg_image_format         source = describe (plane);
  zimg_image_format         target = describe (to);
  zimg_graph_builder_params params;
  zimg_filter_graph        *graph;
  gboolean                  processed;

  zimg_graph_builder_params_default (&params, ZIMG_API_VERSION);
  params.resample_filter = ZIMG_RESIZE_SPLINE36;
  params.dither_type = ZIMG_DITHER_NONE;
  graph = zimg_filter_graph_build (&source, &target, &params);
  if (!graph)
    {
      fail (error);
      return NULL;
    }
  processed = process (graph, plane, to, error);
  zimg_filter_graph_free (graph);
  return processed ? g_steal_pointer (&to) : NULL;
}

static gboolean
resample_channel (const UpscaleLocalPicture *source,
                  UpscaleLocalPicture       *target,
                  int                        channel,
                  GError                   **error)
{
  g_autoptr (UpscaleLocalPlane) from = upscale_local_plane_from_picture (source, channel);
  g_autoptr (UpscaleLocalPlane) to =
      upscale_local_resampler_resample (from, target->width_px, target->height_px, error);

  if (!to)
    return FALSE;
  upscale_local_plane_to_picture (to, target, channel);
  return TRUE;
}

static UpscaleLocalPicture *
enlarge (const UpscaleLocalEngine  *engine,
         const UpscaleLocalPicture *source,
         int                        width_px,
         int                        height_px,
         GError                   **error)
{
  g_autoptr (UpscaleLocalPicture) target =
      upscale_local_picture_new (width_px, height_px);

  for (int channel = 0; channel < UPSCALE_LOCAL_PICTURE_CHANNELS; channel++)
    if (!resample_channel (source, target, channel, error))
      return NULL;
  return g_steal_pointer (&target);
}

const UpscaleLocalEngine upscale_local_resampler_engine = { enlarge, NULL };
