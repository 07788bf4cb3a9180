/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-form.h"

#include <math.h>

#define MAX_STEP_PX 100

/* Whole numbers whose quotient is the scale: every @source_px source pixels, a source
 * pixel begins where a target pixel does. */
typedef struct
{
  int source_px;
  int target_px;
} Step;

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

static gboolean
find_step (double scale, Step *step)
{
  for (int source_px = 1; source_px <= MAX_STEP_PX; source_px++)
    {
      double target_px = round (scale * source_px);

      if (fabs (scale * source_px - target_px) > 1e-6)
        continue;
      *step = (Step) { source_px, (int) target_px };
      return TRUE;
    }
  return FALSE;
}

/* For an endpoint that takes any size: what is sent begins and ends on the pixels of both
 * sides, and so covers somewhat more than the tile. */
static UpscaleTileForm
cover_in_steps (UpscaleRect tile, Step step)
{
  int left = tile.x / step.target_px;
  int top = tile.y / step.target_px;
  int right = round_up (tile.x + tile.width, step.target_px) / step.target_px;
  int bottom = round_up (tile.y + tile.height, step.target_px) / step.target_px;

  return (UpscaleTileForm) {
    .at_source_size = TRUE,
    .source = { left * step.source_px, top * step.source_px,
                (right - left) * step.source_px, (bottom - top) * step.source_px },
    .sent_width_px = (right - left) * step.source_px,
    .sent_height_px = (bottom - top) * step.source_px,
    .target_width_px = (right - left) * step.target_px,
    .target_height_px = (bottom - top) * step.target_px,
    .inside = { tile.x - left * step.target_px, tile.y - top * step.target_px, tile.width,
                tile.height },
  };
}

/**
 * upscale_tile_form:
 * @tile: the tile, in target px
 * @scale: the upscale factor
 * @multiple_of: what the endpoint wants sizes to be a multiple of
 * @resizes: whether it enlarges tiles itself
 *
 * Chooses the smaller way to send a tile: a 4x upscale sent at the source's size is a
 * sixteenth of the bytes, and an endpoint that only enlarges needs the source itself.
 * Where the grid and the factor don't allow it, or the endpoint does not enlarge, the
 * resampled tile is sent.
 *
 * Returns: the sizes; the source's rectangle may go beyond its right and lower edges
 */
UpscaleTileForm
upscale_tile_form (UpscaleRect tile, double scale, int multiple_of, gboolean resizes)
{
  int             factor = (int) scale;
  Step            step;
  UpscaleTileForm form = {
    .target_width_px = round_up (tile.width, multiple_of),
    .target_height_px = round_up (tile.height, multiple_of),
    .inside = { 0, 0, tile.width, tile.height },
  };

  if (resizes && multiple_of == 1 && scale > 1 && find_step (scale, &step))
    return cover_in_steps (tile, step);
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
