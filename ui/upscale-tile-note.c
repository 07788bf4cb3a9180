/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-note.h"

#include <glib/gi18n.h>
#include <math.h>

#define MAX_RADIUS_PX 8.0
#define MIN_RADIUS_PX 3.0
#define RADIUS_SHARE 0.14 /* of a tile's shorter side */
#define MARGIN_PX 3.0

/* Each note is a symbol in a dark disc: a bar, an arrow down or up, or lines of text. */
static void
trace_symbol (cairo_t *cr, UpscaleTileNote note, double r)
{
  double half = 0.5 * r;

  if (note == UPSCALE_TILE_NOTE_TEXT)
    for (int line = -1; line <= 1; line++)
      {
        cairo_move_to (cr, -half, line * half * 0.8);
        cairo_line_to (cr, line == 1 ? 0.0 : half, line * half * 0.8);
      }
  else if (note == UPSCALE_TILE_NOTE_KEPT)
    {
      cairo_move_to (cr, -half, 0.0);
      cairo_line_to (cr, half, 0.0);
    }
  else
    {
      double tip = note == UPSCALE_TILE_NOTE_WEAKER ? half : -half;

      cairo_move_to (cr, 0.0, -tip);
      cairo_line_to (cr, 0.0, tip);
      cairo_move_to (cr, -half, tip - copysign (half, tip));
      cairo_line_to (cr, 0.0, tip);
      cairo_line_to (cr, half, tip - copysign (half, tip));
    }
}

static void
draw_one (cairo_t *cr, double x, double y, double r, UpscaleTileNote note)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_arc (cr, 0.0, 0.0, r, 0.0, 2.0 * G_PI);
  cairo_set_source_rgba (cr, 0.1, 0.1, 0.1, 0.8);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, 1.0, 1.0, 1.0, 0.9);
  cairo_set_line_width (cr, 1.0);
  cairo_stroke (cr);
  trace_symbol (cr, note, r);
  cairo_set_line_width (cr, MAX (1.0, r / 5.0));
  cairo_stroke (cr);
  cairo_restore (cr);
}

/**
 * upscale_tile_note_draw:
 * @cr: the context
 * @at: the place of the tile
 * @notes: the notes of the tile
 *
 * Draws the notes along the lower edge of a tile, and darkens a tile that is not sent.
 */
void
upscale_tile_note_draw (cairo_t *cr, GdkRectangle at, UpscaleTileNote notes)
{
  double r = MIN (MAX_RADIUS_PX, RADIUS_SHARE * MIN (at.width, at.height));
  double x = at.x + r + MARGIN_PX;

  if (notes & UPSCALE_TILE_NOTE_KEPT)
    {
      gdk_cairo_rectangle (cr, &at);
      cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.45);
      cairo_fill (cr);
    }
  for (guint note = UPSCALE_TILE_NOTE_KEPT; note <= UPSCALE_TILE_NOTE_TEXT; note <<= 1)
    if (notes & note && r >= MIN_RADIUS_PX)
      {
        draw_one (cr, x, at.y + at.height - r - MARGIN_PX, r, note);
        x += 2.0 * r + MARGIN_PX;
      }
}

/**
 * upscale_tile_note_describe:
 * @notes: the notes of a tile
 *
 * Returns: (transfer full): the notes in words
 */
char *
upscale_tile_note_describe (UpscaleTileNote notes)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_null_terminated (4, NULL, TRUE);

  if (notes & UPSCALE_TILE_NOTE_KEPT)
    return g_strdup (_ ("is not sent, as the strength map is black there"));
  if (notes & UPSCALE_TILE_NOTE_WEAKER)
    g_ptr_array_add (words, _ ("is painted with less strength"));
  if (notes & UPSCALE_TILE_NOTE_STRONGER)
    g_ptr_array_add (words, _ ("is painted with more strength"));
  if (notes & UPSCALE_TILE_NOTE_TEXT)
    g_ptr_array_add (words, _ ("has a text of its own"));
  if (words->len == 0)
    return g_strdup (_ ("is painted as the picture"));
  return g_strjoinv (", ", (GStrv) words->pdata);
}
