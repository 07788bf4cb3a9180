/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * UpscaleTileNote:
 * @UPSCALE_TILE_NOTE_KEPT: the strength map is black there, so the tile is not sent
 * @UPSCALE_TILE_NOTE_WEAKER: the tile is painted with less strength than the picture
 * @UPSCALE_TILE_NOTE_STRONGER: the tile is painted with more strength than the picture
 * @UPSCALE_TILE_NOTE_TEXT: the tile has a text of its own
 *
 * The ways in which a tile is painted otherwise than the picture.
 */
typedef enum
{
  UPSCALE_TILE_NOTE_KEPT = 1 << 0,
  UPSCALE_TILE_NOTE_WEAKER = 1 << 1,
  UPSCALE_TILE_NOTE_STRONGER = 1 << 2,
  UPSCALE_TILE_NOTE_TEXT = 1 << 3,
} UpscaleTileNote;

void  upscale_tile_note_draw (cairo_t *cr, GdkRectangle at, UpscaleTileNote notes);
char *upscale_tile_note_describe (UpscaleTileNote notes);

G_END_DECLS
