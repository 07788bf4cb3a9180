/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-picture.h"

G_BEGIN_DECLS

/**
 * UpscaleLocalPlane:
 * @width_px: width
 * @height_px: height
 * @stride: values from one row to the next
 * @data: (array): values, 0 to 1 where they are tones; rows are aligned for vector units
 *
 * One channel of a picture. The plane owns its values.
 */
typedef struct
{
  int    width_px;
  int    height_px;
  gsize  stride;
  float *data;
} UpscaleLocalPlane;

UpscaleLocalPlane *upscale_local_plane_new (int width_px, int height_px);
void               upscale_local_plane_free (UpscaleLocalPlane *plane);
float             *upscale_local_plane_row (const UpscaleLocalPlane *plane, int y_px);
UpscaleLocalPlane *upscale_local_plane_cut (const UpscaleLocalPlane *plane,
                                            int                      x_px,
                                            int                      y_px,
                                            int                      width_px,
                                            int                      height_px);
void               upscale_local_plane_paste (UpscaleLocalPlane       *plane,
                                              int                      x_px,
                                              int                      y_px,
                                              const UpscaleLocalPlane *piece,
                                              int                      margin_px);
UpscaleLocalPlane *upscale_local_plane_from_picture (const UpscaleLocalPicture *picture,
                                                     int                        channel);
void               upscale_local_plane_to_picture (const UpscaleLocalPlane *plane,
                                                   UpscaleLocalPicture     *picture,
                                                   int                      channel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLocalPlane, upscale_local_plane_free)

G_END_DECLS
