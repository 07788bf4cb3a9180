/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-plane.h"

G_BEGIN_DECLS

/**
 * UpscaleLocalTensorForm:
 * @n_channels: 1 or 3
 * @is_interleaved: %TRUE for NHWC, where the channels of a pixel are adjacent, %FALSE for
 * NCHW
 * @is_half: %TRUE if values have 16 bits, %FALSE for 32
 *
 * The layout of pixels in a model's tensors.
 */
typedef struct
{
  int      n_channels;
  gboolean is_interleaved;
  gboolean is_half;
} UpscaleLocalTensorForm;

gsize      upscale_local_tensor_value_size (UpscaleLocalTensorForm form);
gpointer   upscale_local_tensor_pack (UpscaleLocalTensorForm form,
                                      GPtrArray             *planes,
                                      gsize                 *n_bytes);
GPtrArray *upscale_local_tensor_unpack (UpscaleLocalTensorForm form,
                                        gconstpointer          data,
                                        int                    width_px,
                                        int                    height_px);

G_END_DECLS
