/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define UPSCALE_LOCAL_PICTURE_CHANNELS 3

/**
 * UpscaleLocalPicture:
 * @width_px: width
 * @height_px: height
 * @data: (array): R, G, B bytes, 8-bit sRGB, rows without gaps
 *
 * A picture without alpha. The picture owns its bytes.
 */
typedef struct
{
  int     width_px;
  int     height_px;
  guint8 *data;
} UpscaleLocalPicture;

UpscaleLocalPicture *upscale_local_picture_new (int width_px, int height_px);
void                 upscale_local_picture_free (UpscaleLocalPicture *picture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLocalPicture, upscale_local_picture_free)

G_END_DECLS
