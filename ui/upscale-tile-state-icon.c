/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-state-icon.h"

#include <glib/gi18n.h>

#define ICON_PX 16
#define STATE_KEY "upscale-state"
#define LINE_SHARE 0.28 /* of the radius */

/* Colors of Okabe and Ito's palette, which all kinds of color vision can tell apart. Each
 * state has a shape of its own as well. */
static const GdkRGBA colors[UPSCALE_N_TILE_STATES] = {
  [UPSCALE_TILE_WAITING] = { 0.35, 0.35, 0.35, 1.0 },
  [UPSCALE_TILE_PREPARING] = { 0.35, 0.35, 0.35, 1.0 },
  [UPSCALE_TILE_IN_FLIGHT] = { 0.0, 0.447, 0.698, 1.0 },
  [UPSCALE_TILE_PAINTED] = { 0.0, 0.52, 0.38, 1.0 },
  [UPSCALE_TILE_STORED] = { 0.45, 0.31, 0.55, 1.0 },
  [UPSCALE_TILE_SKIPPED] = { 0.35, 0.35, 0.35, 1.0 },
  [UPSCALE_TILE_FAILED] = { 0.75, 0.25, 0.0, 1.0 },
  [UPSCALE_TILE_LEFT_OUT] = { 0.35, 0.35, 0.35, 1.0 },
};

/**
 * upscale_tile_state_icon_get_color:
 * @state: a tile's state
 *
 * Returns: the color of the state's icon, on which white can be read
 */
GdkRGBA
upscale_tile_state_icon_get_color (UpscaleTileState state)
{
  g_return_val_if_fail (state < UPSCALE_N_TILE_STATES, colors[UPSCALE_TILE_WAITING]);

  return colors[state];
}

/**
 * upscale_tile_state_icon_get_name:
 * @state: a tile's state
 *
 * Returns: (transfer none): the name of the state for the user
 */
const char *
upscale_tile_state_icon_get_name (UpscaleTileState state)
{
  static const char *const names[UPSCALE_N_TILE_STATES] = {
    [UPSCALE_TILE_WAITING] = N_ ("waiting"),
    [UPSCALE_TILE_PREPARING] = N_ ("being prepared"),
    [UPSCALE_TILE_IN_FLIGHT] = N_ ("in flight"),
    [UPSCALE_TILE_PAINTED] = N_ ("done"),
    [UPSCALE_TILE_STORED] = N_ ("from an earlier run"),
    [UPSCALE_TILE_SKIPPED] = N_ ("nothing to paint"),
    [UPSCALE_TILE_FAILED] = N_ ("failed"),
    [UPSCALE_TILE_LEFT_OUT] = N_ ("stays as it is"),
  };

  g_return_val_if_fail (state < UPSCALE_N_TILE_STATES, NULL);

  return _ (names[state]);
}

/* Traces the shape of @state in a circle of radius 1 around the origin. */
static void
trace_shape (cairo_t *cr, UpscaleTileState state)
{
  switch (state)
    {
    case UPSCALE_TILE_IN_FLIGHT: /* an arrow */
      cairo_move_to (cr, -0.45, 0.0);
      cairo_line_to (cr, 0.45, 0.0);
      cairo_move_to (cr, 0.1, -0.4);
      cairo_line_to (cr, 0.5, 0.0);
      cairo_line_to (cr, 0.1, 0.4);
      break;
    case UPSCALE_TILE_PAINTED: /* a tick */
      cairo_move_to (cr, -0.45, 0.05);
      cairo_line_to (cr, -0.1, 0.4);
      cairo_line_to (cr, 0.5, -0.35);
      break;
    case UPSCALE_TILE_STORED: /* a box */
      cairo_rectangle (cr, -0.4, -0.35, 0.8, 0.7);
      break;
    case UPSCALE_TILE_SKIPPED: /* a dash */
      cairo_move_to (cr, -0.5, 0.0);
      cairo_line_to (cr, 0.5, 0.0);
      break;
    case UPSCALE_TILE_FAILED: /* a cross */
      cairo_move_to (cr, -0.4, -0.4);
      cairo_line_to (cr, 0.4, 0.4);
      cairo_move_to (cr, 0.4, -0.4);
      cairo_line_to (cr, -0.4, 0.4);
      break;
    case UPSCALE_TILE_LEFT_OUT:
    case UPSCALE_TILE_PREPARING:
    case UPSCALE_TILE_WAITING: /* a dot */
    default:
      cairo_arc (cr, 0.0, 0.0, 0.15, 0.0, 2.0 * G_PI);
      break;
    }
}

/**
 * upscale_tile_state_icon_draw:
 * @cr: a cairo context
 * @state: a tile's state
 * @x: horizontal center of the icon
 * @y: vertical center of the icon
 * @radius: radius of the icon
 *
 * Draws the icon of a state. A white rim makes the icon readable on any picture and in
 * any theme.
 */
void
upscale_tile_state_icon_draw (cairo_t         *cr,
                              UpscaleTileState state,
                              double           x,
                              double           y,
                              double           radius)
{
  g_return_if_fail (cr != NULL);
  g_return_if_fail (state < UPSCALE_N_TILE_STATES);

  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, radius, radius);
  cairo_arc (cr, 0.0, 0.0, 1.0, 0.0, 2.0 * G_PI);
  gdk_cairo_set_source_rgba (cr, &colors[state]);
  cairo_fill_preserve (cr);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_set_line_width (cr, 0.12);
  cairo_stroke (cr);
  trace_shape (cr, state);
  cairo_set_line_width (cr, LINE_SHARE);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static gboolean
on_draw (GtkWidget *widget, cairo_t *cr, gpointer user_data)
{
  int width = gtk_widget_get_allocated_width (widget);
  int height = gtk_widget_get_allocated_height (widget);

  upscale_tile_state_icon_draw (cr,
                                GPOINTER_TO_INT (
                                    g_object_get_data (G_OBJECT (widget), STATE_KEY)),
                                width / 2.0, height / 2.0, ICON_PX / 2.0 - 1.0);
  return GDK_EVENT_PROPAGATE;
}

/**
 * upscale_tile_state_icon_new:
 * @state: a tile's state
 *
 * Returns: (transfer floating): a widget that shows the icon of @state
 */
GtkWidget *
upscale_tile_state_icon_new (UpscaleTileState state)
{
  GtkWidget *icon = gtk_drawing_area_new ();

  gtk_widget_set_size_request (icon, ICON_PX, ICON_PX);
  gtk_widget_set_valign (icon, GTK_ALIGN_CENTER);
  g_signal_connect (icon, "draw", G_CALLBACK (on_draw), NULL);
  upscale_tile_state_icon_set_state (icon, state);
  return icon;
}

/**
 * upscale_tile_state_icon_set_state:
 * @icon: a widget of upscale_tile_state_icon_new()
 * @state: the state that @icon shows from now on
 */
void
upscale_tile_state_icon_set_state (GtkWidget *icon, UpscaleTileState state)
{
  g_return_if_fail (GTK_IS_WIDGET (icon));
  g_return_if_fail (state < UPSCALE_N_TILE_STATES);

  g_object_set_data (G_OBJECT (icon), STATE_KEY, GINT_TO_POINTER (state));
  gtk_widget_queue_draw (icon);
}
