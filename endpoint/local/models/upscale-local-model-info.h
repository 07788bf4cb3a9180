/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-session.h"

G_BEGIN_DECLS

/**
 * UpscaleLocalModelInfo:
 * @n_channels: 1 for luma, 3 for R, G, B
 * @factor: how many times larger its answer is
 * @multiple_of: sides it is given must be multiples of it, px
 * @reach_px: how far it looks around a pixel; so wide a margin of each piece is dropped
 * @piece_width_px: width that is given to it at once, at most, margins included
 * @piece_height_px: height, likewise
 * @is_fixed: pieces must have just this size
 *
 * What must be known of a model to use it, found by running it.
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
                                        UpscaleLocalModelInfo     *facts,
                                        GError                   **error);
char    *upscale_local_model_info_to_text (const UpscaleLocalModelInfo *facts);
gboolean upscale_local_model_info_from_text (UpscaleLocalModelInfo *facts,
                                             const char            *text);
gboolean upscale_local_model_info_check_finite (GPtrArray *planes, GError **error);

G_END_DECLS
