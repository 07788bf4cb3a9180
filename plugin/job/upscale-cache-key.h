/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-gen-params.h"

G_BEGIN_DECLS

/**
 * UpscaleCacheKeyInput:
 * @pixels_digest: digest of the pixels that are sent, see upscale_source_digest()
 * @sent_width_px: width of the sent picture
 * @sent_height_px: height of the sent picture
 * @target_width_px: width of the answer
 * @target_height_px: height of the answer
 * @x_px: left edge of the answer in the result
 * @y_px: top edge of the answer in the result
 * @picture_width_px: width of the result
 * @picture_height_px: height of the result
 * @offset_x_px: left edge of the tile in the answer
 * @offset_y_px: top edge of the tile in the answer
 * @seed: the tile's seed
 * @gen_params: a SHA-256 checksum that upscale_gen_params_digest_shared() and
 * upscale_gen_params_digest_own() have updated; a job calls the former once, since the
 * parameters may hold a picture of megabytes
 *
 * Everything that an answer depends on, except the painter.
 */
typedef struct
{
  const char      *pixels_digest;
  int              sent_width_px;
  int              sent_height_px;
  int              target_width_px;
  int              target_height_px;
  int              x_px;
  int              y_px;
  int              picture_width_px;
  int              picture_height_px;
  int              offset_x_px;
  int              offset_y_px;
  gint64           seed;
  const GChecksum *gen_params;
} UpscaleCacheKeyInput;

char *upscale_cache_key_compute (const UpscaleCacheKeyInput *input, const char *identity);

G_END_DECLS
