/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-rect.h"

G_BEGIN_DECLS

/**
 * UpscaleTileForm:
 * @at_source_size: whether the source's own pixels are sent and the endpoint enlarges
 * them
 * @source: what is read, in source px, when @at_source_size
 * @sent_width_px: width of what is sent, after padding
 * @sent_height_px: its height
 * @target_width_px: width of the answer, before it is cut back to the tile
 * @target_height_px: its height
 * @inside: where in the answer the tile lies
 *
 * The sizes in which one tile travels. A value.
 */
typedef struct
{
  gboolean    at_source_size;
  UpscaleRect source;
  int         sent_width_px;
  int         sent_height_px;
  int         target_width_px;
  int         target_height_px;
  UpscaleRect inside;
} UpscaleTileForm;

UpscaleTileForm
upscale_tile_form (UpscaleRect tile, double scale, int multiple_of, gboolean resizes);
G_END_DECLS
