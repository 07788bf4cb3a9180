/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-tile-plan.h"
#include "upscale-tile-settings.h"

G_BEGIN_DECLS

typedef struct _UpscaleTileMessage UpscaleTileMessage;

/**
 * UpscaleTileMessage:
 * @tile: the tile
 * @image: PNG file, 8-bit sRGB
 * @width_px: width of @image
 * @height_px: height of @image
 * @target_width_px: width that the answer must have
 * @target_height_px: height that the answer must have
 * @target_x_px: left edge of the answer in the result
 * @target_y_px: top edge of the answer in the result
 * @picture_width_px: width of the whole result, 0 if the tile is not a part of one
 * @picture_height_px: height of the whole result, likewise
 * @inside: the tile's rectangle in the answer
 * @seed: the tile's seed, 0 to 2^53 - 1
 * @settings: (nullable): the parameters in which the tile differs from the picture
 * @key: the answer's key in the tile cache: a digest of everything that affects the
 * answer
 *
 * One tile as it is sent. Read-only once handed on.
 */
struct _UpscaleTileMessage
{
  UpscaleTile          tile;
  GBytes              *image;
  int                  width_px;
  int                  height_px;
  int                  target_width_px;
  int                  target_height_px;
  int                  target_x_px;
  int                  target_y_px;
  int                  picture_width_px;
  int                  picture_height_px;
  UpscaleRect          inside;
  gint64               seed;
  UpscaleTileSettings *settings;
  char                *key;
};

UpscaleTileMessage *upscale_tile_message_new (const UpscaleTile *tile);
UpscaleTileMessage *upscale_tile_message_ref (UpscaleTileMessage *message);
void                upscale_tile_message_unref (UpscaleTileMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTileMessage, upscale_tile_message_unref)

G_END_DECLS
