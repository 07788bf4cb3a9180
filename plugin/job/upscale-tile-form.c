/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-form.h"

#include <math.h>

static int
round_up (int length, int multiple_of)
{
  return (length + multiple_of - 1) / multiple_of * multiple_of;
}

/* The source's own pixels can stand for the tile when every edge falls on one of them. */
static gboolean
falls_on_source_pixels (UpscaleRect tile, UpscaleTileForm form, int factor)
{
  return tile.x % factor == 0 && tile.y % factor == 0 && tile.width % factor == 0 &&
         tile.height % factor == 0 && form.target_width_px % factor == 0 &&
         form.target_height_px % factor == 0;
}

/**
 * upscale_tile_form:
 * @tile: the tile, in target px
 * @scale: the upscale factor
 * @multiple_of: what the endpoint wants sizes to be a multiple of
 * @resizes: whether it enlarges tiles itself
 *
 * Chooses the smaller way to send a tile: a 4x upscale sent at the source's size is a
 * sixteenth of the bytes. Where the grid and the factor don't allow it, or the endpoint
 * does not enlarge, the resampled tile is sent.
 *
 * Returns: the sizes
 */
UpscaleTileForm
upscale_tile_form (UpscaleRect tile, double scale, int multiple_of, gboolean resizes)
{
  int             factor = (int) scale;
  UpscaleTileForm form = {
    .target_width_px = round_up (tile.width, multiple_of),
    .target_height_px = round_up (tile.height, multiple_of),
  };

  form.sent_width_px = form.target_width_px;
  form.sent_height_px = form.target_height_px;
  if (!resizes || factor < 2 || scale != factor ||
      !falls_on_source_pixels (tile, form, factor))
    return form;

  form.at_source_size = TRUE;
  form.source = (UpscaleRect) { tile.x / factor, tile.y / factor, tile.width / factor,
                                tile.height / factor };
  form.sent_width_px = form.target_width_px / factor;
  form.sent_height_px = form.target_height_px / factor;
  return form;
}
