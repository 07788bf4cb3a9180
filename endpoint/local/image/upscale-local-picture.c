/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-picture.h"

/**
 * upscale_local_picture_new:
 * @width_px: width, at least 1
 * @height_px: height, at least 1
 *
 * Returns: (transfer full): a picture with undefined bytes
 */
UpscaleLocalPicture *
upscale_local_picture_new (int width_px, int height_px)
{
  UpscaleLocalPicture *picture;

  g_return_val_if_fail (width_px > 0 && height_px > 0, NULL);

  picture = g_new (UpscaleLocalPicture, 1);
  picture->width_px = width_px;
  picture->height_px = height_px;
  picture->data =
      g_malloc_n ((gsize) width_px * UPSCALE_LOCAL_PICTURE_CHANNELS, (gsize) height_px);
  return picture;
}

/**
 * upscale_local_picture_free:
 * @picture: (transfer full): a picture
 */
void
upscale_local_picture_free (UpscaleLocalPicture *picture)
{
  g_return_if_fail (picture != NULL);

  g_free (picture->data);
  g_free (picture);
}
