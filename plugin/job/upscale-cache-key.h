/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-gen-params.h"

G_BEGIN_DECLS

/**
 * UpscaleCacheKeyInput:
 * @pixels_digest: names the pixels that are sent, see upscale_source_digest()
 * @sent_width_px: width in which they are sent
 * @sent_height_px: height in which they are sent
 * @target_width_px: width of the answer
 * @target_height_px: height of the answer
 * @offset_x_px: where in the answer the tile begins
 * @offset_y_px: likewise
 * @seed: the tile's seed
 * @gen_params: how to paint
 *
 * Everything an answer depends on, save who paints it.
 */
typedef struct
{
  const char             *pixels_digest;
  int                     sent_width_px;
  int                     sent_height_px;
  int                     target_width_px;
  int                     target_height_px;
  int                     offset_x_px;
  int                     offset_y_px;
  gint64                  seed;
  const UpscaleGenParams *gen_params;
} UpscaleCacheKeyInput;

char *upscale_cache_key (const UpscaleCacheKeyInput *input, const char *identity);

G_END_DECLS
