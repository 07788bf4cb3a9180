/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-session.h"

G_BEGIN_DECLS

/**
 * UpscaleLocalModelInfo:
 * @n_channels: 1 for luma, 3 for R, G, B
 * @factor: the upscale factor
 * @multiple_of: the sides of a piece must be multiples of this, px
 * @reach_px: radius around a pixel that affects its result; a margin of this width is
 * dropped from each piece
 * @piece_width_px: largest width of a piece, margins included
 * @piece_height_px: largest height of a piece, likewise
 * @is_fixed: %TRUE if pieces must have exactly this size
 *
 * Properties of a model, found by running the model.
 */
typedef struct
{
  int      n_channels;
  int      factor;
  int      multiple_of;
  int      reach_px;
  int      piece_width_px;
  int      piece_height_px;
  gboolean is_fixed;
} UpscaleLocalModelInfo;

gboolean upscale_local_model_info_find (const UpscaleLocalSession *session,
                                        UpscaleLocalModelInfo     *info,
                                        GError                   **error);
char    *upscale_local_model_info_to_text (const UpscaleLocalModelInfo *info);
gboolean upscale_local_model_info_from_text (UpscaleLocalModelInfo *info,
                                             const char            *text);
gboolean upscale_local_model_info_check_finite (GPtrArray *planes, GError **error);

G_END_DECLS
