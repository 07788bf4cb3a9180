/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-plane.h"

#include <string.h>

/* AVX-512, the widest vector unit, wants buffers and rows aligned to 64 bytes. */
#define ALIGNMENT 64
#define VALUES_PER_ALIGNMENT (ALIGNMENT / sizeof (float))

#define WHITE 255.0f

/**
 * upscale_local_plane_new:
 * @width_px: width, at least 1
 * @height_px: height, at least 1
 *
 * Returns: (transfer full): a plane with undefined values
 */
UpscaleLocalPlane *
upscale_local_plane_new (int width_px, int height_px)
{
  UpscaleLocalPlane *plane;

  g_return_val_if_fail (width_px > 0 && height_px > 0, NULL);

  plane = g_new (UpscaleLocalPlane, 1);
  plane->width_px = width_px;
  plane->height_px = height_px;
  plane->stride = ((gsize) width_px + VALUES_PER_ALIGNMENT - 1) / VALUES_PER_ALIGNMENT *
                  VALUES_PER_ALIGNMENT;
  plane->data =
      g_aligned_alloc (plane->stride * (gsize) height_px, sizeof (float), ALIGNMENT);
  return plane;
}

/**
 * upscale_local_plane_free:
 * @plane: (transfer full): a plane
 */
void
upscale_local_plane_free (UpscaleLocalPlane *plane)
{
  g_return_if_fail (plane != NULL);

  g_aligned_free (plane->data);
  g_free (plane);
}

/**
 * upscale_local_plane_row:
 * @plane: a plane
 * @y_px: a row of it
 *
 * Returns: (transfer none): the row's first value
 */
float *
upscale_local_plane_row (const UpscaleLocalPlane *plane, int y_px)
{
  g_return_val_if_fail (y_px >= 0 && y_px < plane->height_px, NULL);

  return plane->data + plane->stride * (gsize) y_px;
}

/* Mirrors the picture beyond an edge, repeatedly where the position is far outside. */
static int
mirror (int position, int length)
{
  int period = 2 * length;
  int place = ((position % period) + period) % period;

  return place < length ? place : period - 1 - place;
}

/**
 * upscale_local_plane_cut:
 * @plane: a plane
 * @x_px: left edge, which may lie outside
 * @y_px: upper edge, likewise
 * @width_px: width
 * @height_px: height
 *
 * Returns: (transfer full): a copy of a part of @plane, mirrored beyond its edges
 */
UpscaleLocalPlane *
upscale_local_plane_cut (const UpscaleLocalPlane *plane,
                         int                      x_px,
                         int                      y_px,
                         int                      width_px,
                         int                      height_px)
{
  UpscaleLocalPlane *part;

  g_return_val_if_fail (plane != NULL, NULL);
  g_return_val_if_fail (width_px > 0 && height_px > 0, NULL);

  part = upscale_local_plane_new (width_px, height_px);
  for (int y = 0; y < height_px; y++)
    {
      const float *from =
          upscale_local_plane_row (plane, mirror (y_px + y, plane->height_px));
      float *to = upscale_local_plane_row (part, y);

      for (int x = 0; x < width_px; x++)
        to[x] = from[mirror (x_px + x, plane->width_px)];
    }
  return part;
}

/**
 * upscale_local_plane_paste:
 * @plane: the plane to change
 * @x_px: left edge of the place in @plane
 * @y_px: likewise
 * @piece: a piece, larger than its margins
 * @margin_px: width of the border of @piece that is left out on each side
 *
 * Copies a piece without its margin. The part beyond the right and lower edge of @plane
 * is left out.
 */
void
upscale_local_plane_paste (UpscaleLocalPlane       *plane,
                           int                      x_px,
                           int                      y_px,
                           const UpscaleLocalPlane *piece,
                           int                      margin_px)
{
  int width_px = MIN (piece->width_px - 2 * margin_px, plane->width_px - x_px);
  int height_px = MIN (piece->height_px - 2 * margin_px, plane->height_px - y_px);

  g_return_if_fail (x_px >= 0 && y_px >= 0 && margin_px >= 0);
  g_return_if_fail (width_px > 0 && height_px > 0);

  for (int y = 0; y < height_px; y++)
    memcpy (upscale_local_plane_row (plane, y_px + y) + x_px,
            upscale_local_plane_row (piece, margin_px + y) + margin_px,
            (gsize) width_px * sizeof (float));
}

/**
 * upscale_local_plane_from_picture:
 * @picture: a picture
 * @channel: 0 to 2
 *
 * Returns: (transfer full): one channel of @picture, 0 to 1
 */
UpscaleLocalPlane *
upscale_local_plane_from_picture (const UpscaleLocalPicture *picture, int channel)
{
  UpscaleLocalPlane *plane;
  const guint8      *from = picture->data + channel;

  g_return_val_if_fail (channel >= 0 && channel < UPSCALE_LOCAL_PICTURE_CHANNELS, NULL);

  plane = upscale_local_plane_new (picture->width_px, picture->height_px);
  for (int y = 0; y < picture->height_px; y++)
    {
      float *row = upscale_local_plane_row (plane, y);

      for (int x = 0; x < picture->width_px; x++, from += UPSCALE_LOCAL_PICTURE_CHANNELS)
        row[x] = *from / WHITE;
    }
  return plane;
}

/**
 * upscale_local_plane_to_picture:
 * @plane: finite values
 * @picture: a picture of the same size
 * @channel: 0 to 2
 *
 * Writes one channel of @picture, rounded and clamped to 0 to 255.
 */
void
upscale_local_plane_to_picture (const UpscaleLocalPlane *plane,
                                UpscaleLocalPicture     *picture,
                                int                      channel)
{
  guint8 *to = picture->data + channel;

  g_return_if_fail (plane->width_px == picture->width_px &&
                    plane->height_px == picture->height_px);
  g_return_if_fail (channel >= 0 && channel < UPSCALE_LOCAL_PICTURE_CHANNELS);

  for (int y = 0; y < picture->height_px; y++)
    {
      const float *row = upscale_local_plane_row (plane, y);

      for (int x = 0; x < picture->width_px; x++, to += UPSCALE_LOCAL_PICTURE_CHANNELS)
        *to = (guint8) (CLAMP (row[x], 0.0f, 1.0f) * WHITE + 0.5f);
    }
}
