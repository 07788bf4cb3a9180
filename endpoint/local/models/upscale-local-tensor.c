/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-tensor.h"

/* Offset and step of one channel within a tensor, in values. */
typedef struct
{
  gsize start;
  gsize pixel_step;
  gsize row_step;
} Walk;

static Walk
walk_of (UpscaleLocalTensorForm form, int channel, int width_px, int height_px)
{
  gsize n = form.is_interleaved ? (gsize) form.n_channels : 1;

  return (Walk) {
    .start = form.is_interleaved ? (gsize) channel
                                 : (gsize) channel * (gsize) width_px * (gsize) height_px,
    .pixel_step = n,
    .row_step = n * (gsize) width_px,
  };
}

static void
write_row (const float *from, int n, Walk walk, gboolean is_half, gpointer row)
{
  if (is_half)
    for (int x = 0; x < n; x++)
      ((_Float16 *) row)[(gsize) x * walk.pixel_step] = (_Float16) from[x];
  else
    for (int x = 0; x < n; x++)
      ((float *) row)[(gsize) x * walk.pixel_step] = from[x];
}

static void
read_row (gconstpointer row, int n, Walk walk, gboolean is_half, float *to)
{
  if (is_half)
    for (int x = 0; x < n; x++)
      to[x] = (float) ((const _Float16 *) row)[(gsize) x * walk.pixel_step];
  else
    for (int x = 0; x < n; x++)
      to[x] = ((const float *) row)[(gsize) x * walk.pixel_step];
}

/**
 * upscale_local_tensor_value_size:
 * @form: a form
 *
 * Returns: the size of one value in bytes
 */
gsize
upscale_local_tensor_value_size (UpscaleLocalTensorForm form)
{
  return form.is_half ? sizeof (_Float16) : sizeof (float);
}

/**
 * upscale_local_tensor_pack:
 * @form: the wanted layout
 * @planes: (element-type UpscaleLocalPlane): one plane per channel, of one size
 * @n_bytes: (out): length of the result
 *
 * Returns: (transfer full): the tensor's values
 */
gpointer
upscale_local_tensor_pack (UpscaleLocalTensorForm form, GPtrArray *planes, gsize *n_bytes)
{
  const UpscaleLocalPlane *first = planes->pdata[0];
  gsize                    value_size = upscale_local_tensor_value_size (form);
  char                    *data;

  g_return_val_if_fail (n_bytes != NULL, NULL);

  *n_bytes = (gsize) first->width_px * (gsize) first->height_px *
             (gsize) form.n_channels * value_size;
  data = g_malloc (*n_bytes);
  for (int channel = 0; channel < form.n_channels; channel++)
    {
      Walk walk = walk_of (form, channel, first->width_px, first->height_px);

      for (int y = 0; y < first->height_px; y++)
        write_row (upscale_local_plane_row (planes->pdata[channel], y), first->width_px,
                   walk, form.is_half,
                   data + (walk.start + (gsize) y * walk.row_step) * value_size);
    }
  return data;
}

/**
 * upscale_local_tensor_unpack:
 * @form: the layout of @data
 * @data: a tensor's values
 * @width_px: width of the tensor
 * @height_px: height of the tensor
 *
 * Returns: (transfer full) (element-type UpscaleLocalPlane): one plane per channel
 */
GPtrArray *
upscale_local_tensor_unpack (UpscaleLocalTensorForm form,
                             gconstpointer          data,
                             int                    width_px,
                             int                    height_px)
{
  GPtrArray *planes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_local_plane_free);
  gsize value_size = upscale_local_tensor_value_size (form);

  for (int channel = 0; channel < form.n_channels; channel++)
    {
      UpscaleLocalPlane *plane = upscale_local_plane_new (width_px, height_px);
      Walk               walk = walk_of (form, channel, width_px, height_px);

      for (int y = 0; y < height_px; y++)
        read_row ((const char *) data +
                      (walk.start + (gsize) y * walk.row_step) * value_size,
                  width_px, walk, form.is_half, upscale_local_plane_row (plane, y));
      g_ptr_array_add (planes, plane);
    }
  return planes;
}
