/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-map.h"

#include <glib/gi18n.h>
#include <math.h>

#include "upscale-tile-state-icon.h"

#define MAX_ICON_PX 9.0
#define MIN_ICON_PX 3.0
#define ICON_SHARE 0.3 /* of a tile's shorter side */
#define NO_TILE G_MAXUINT
#define MIN_MARK_PX 4
#define FULL_LINES_PX 8.0 /* side of the smallest tile with full lines */

/**
 * UpscaleTileMap:
 *
 * A picture with the tile grid, and the state of each tile once the map has states. The
 * map dims tiles that are not done, and shows the painted pixels of those that are. The
 * arrow keys go from tile to tile. Marks lie on borders that show. The picture is not
 * mirrored where text runs from right to left.
 */
struct _UpscaleTileMap
{
  GtkDrawingArea parent_instance;

  cairo_surface_t   *picture;
  UpscaleTilePlan   *plan;
  UpscaleTileState  *states;
  UpscaleTileNote   *notes; /* by tile, or NULL */
  GArray            *marks; /* of UpscaleRect, in target px */
  UpscaleTileMapFunc describe;
  gpointer           describe_data;
  guint              cursor;
  gboolean           is_chosen; /* the cursor is drawn without the focus too */
};

enum
{
  SIGNAL_TILE_CLICKED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UpscaleTileMap, upscale_tile_map, GTK_TYPE_DRAWING_AREA)

/* Position of the picture in the widget: scaled to fit, and centered. */
typedef struct
{
  double x;
  double y;
  double scale; /* widget px in a target px */
} Place;

static int
get_width (const UpscaleTileMap *self)
{
  return self->plan ? upscale_tile_plan_get_width (self->plan)
                    : cairo_image_surface_get_width (self->picture);
}

static int
get_height (const UpscaleTileMap *self)
{
  return self->plan ? upscale_tile_plan_get_height (self->plan)
                    : cairo_image_surface_get_height (self->picture);
}

static Place
find_place (UpscaleTileMap *self)
{
  /* The outlines at the edges need a pixel more. */
  double width = gtk_widget_get_allocated_width (GTK_WIDGET (self)) - 2.0;
  double height = gtk_widget_get_allocated_height (GTK_WIDGET (self)) - 2.0;
  double scale = MIN (width / get_width (self), height / get_height (self));

  return (Place) { 0.5 + (width - get_width (self) * scale) / 2.0,
                   0.5 + (height - get_height (self) * scale) / 2.0, scale };
}

static void
draw_picture (UpscaleTileMap *self, cairo_t *cr, Place place)
{
  double x_scale =
      place.scale * get_width (self) / cairo_image_surface_get_width (self->picture);
  double y_scale =
      place.scale * get_height (self) / cairo_image_surface_get_height (self->picture);

  cairo_save (cr);
  cairo_translate (cr, place.x, place.y);
  cairo_scale (cr, x_scale, y_scale);
  cairo_set_source_surface (cr, self->picture, 0.0, 0.0);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0.0, 0.0, cairo_image_surface_get_width (self->picture),
                   cairo_image_surface_get_height (self->picture));
  cairo_fill (cr);
  cairo_restore (cr);
}

/* Returns whole pixels, on which outlines are sharp. */
static GdkRectangle
place_rect (Place place, UpscaleRect rect)
{
  int left = (int) lround (place.x + rect.x * place.scale);
  int top = (int) lround (place.y + rect.y * place.scale);

  return (GdkRectangle) {
    left, top, (int) lround (place.x + (rect.x + rect.width) * place.scale) - left,
    (int) lround (place.y + (rect.y + rect.height) * place.scale) - top
  };
}

static GdkRectangle
place_tile (const UpscaleTileMap *self, Place place, guint index)
{
  return place_rect (place, upscale_tile_plan_get_share (self->plan, index));
}

static gboolean
is_left_out (const UpscaleTileMap *self, guint index)
{
  return self->states && self->states[index] == UPSCALE_TILE_LEFT_OUT;
}

static gboolean
is_done (UpscaleTileState state)
{
  return state == UPSCALE_TILE_PAINTED || state == UPSCALE_TILE_STORED;
}

static void
dim (cairo_t *cr, GdkRectangle at, UpscaleTileState state)
{
  GdkRGBA color = upscale_tile_state_icon_get_color (state);

  color.alpha =
      state == UPSCALE_TILE_WAITING || state == UPSCALE_TILE_SKIPPED ? 0.55 : 0.4;
  gdk_cairo_rectangle (cr, &at);
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_fill (cr);
}

/* The user looks at finished tiles, so their icon is small and in a corner. */
static void
draw_icon (cairo_t *cr, GdkRectangle at, UpscaleTileState state)
{
  double radius = MIN (MAX_ICON_PX, ICON_SHARE * MIN (at.width, at.height));
  double x = at.x + at.width / 2.0;
  double y = at.y + at.height / 2.0;

  if (radius < MIN_ICON_PX || state == UPSCALE_TILE_WAITING ||
      state == UPSCALE_TILE_LEFT_OUT)
    return;
  if (is_done (state))
    {
      radius *= 0.75;
      x = at.x + at.width - radius - 3.0;
      y = at.y + at.height - radius - 3.0;
    }
  upscale_tile_state_icon_draw (cr, state, x, y, radius);
}

/* A light line within a dark one can be seen on any picture. Lines around small tiles
 * would hide the picture, so those fade. */
static void
outline (cairo_t *cr, GdkRectangle at)
{
  double alpha = MIN (1.0, MIN (at.width, at.height) / FULL_LINES_PX);

  cairo_rectangle (cr, at.x + 0.5, at.y + 0.5, at.width, at.height);
  cairo_set_line_width (cr, 2.0);
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.35 * alpha * alpha);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, 1.0);
  cairo_set_source_rgba (cr, 1.0, 1.0, 1.0, 0.75 * alpha * alpha);
  cairo_stroke (cr);
}

/* A strip with a light rim and a dark one is told from outlines and icons by its form,
 * and not by its color alone. */
static void
draw_mark (cairo_t *cr, GdkRectangle at)
{
  GdkRGBA color = upscale_tile_state_icon_get_color (UPSCALE_TILE_FAILED);
  int     x_margin = MAX (0, (MIN_MARK_PX - at.width + 1) / 2);
  int     y_margin = MAX (0, (MIN_MARK_PX - at.height + 1) / 2);

  cairo_rectangle (cr, at.x - x_margin + 0.5, at.y - y_margin + 0.5,
                   at.width + 2 * x_margin, at.height + 2 * y_margin);
  color.alpha = 0.75;
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_fill_preserve (cr);
  cairo_set_line_width (cr, 3.0);
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.5);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, 1.0);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_stroke (cr);
}

static void
draw_cursor (UpscaleTileMap *self, cairo_t *cr, Place place)
{
  GdkRectangle at;

  if (self->cursor == NO_TILE ||
      (!self->is_chosen && !gtk_widget_has_visible_focus (GTK_WIDGET (self))))
    return;
  at = place_tile (self, place, self->cursor);
  gtk_render_focus (gtk_widget_get_style_context (GTK_WIDGET (self)), cr, at.x, at.y,
                    at.width, at.height);
  cairo_rectangle (cr, at.x + 1.5, at.y + 1.5, at.width - 2.0, at.height - 2.0);
  cairo_set_line_width (cr, 6.0);
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.6);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, 3.0);
  cairo_set_source_rgba (cr, 1.0, 1.0, 1.0, 0.9);
  cairo_stroke (cr);
}

static gboolean
upscale_tile_map_draw (GtkWidget *widget, cairo_t *cr)
{
  UpscaleTileMap *self = UPSCALE_TILE_MAP (widget);
  Place           place = find_place (self);
  guint           n_tiles = self->plan ? upscale_tile_plan_get_n_tiles (self->plan) : 0;

  draw_picture (self, cr, place);
  for (guint i = 0; self->states && i < n_tiles; i++)
    if (!is_done (self->states[i]) && !is_left_out (self, i))
      dim (cr, place_tile (self, place, i), self->states[i]);
  for (guint i = 0; i < n_tiles; i++)
    if (!is_left_out (self, i))
      outline (cr, place_tile (self, place, i));
  for (guint i = 0; self->notes && i < n_tiles; i++)
    upscale_tile_note_draw (cr, place_tile (self, place, i), self->notes[i]);
  for (guint i = 0; self->marks && i < self->marks->len; i++)
    draw_mark (cr, place_rect (place, g_array_index (self->marks, UpscaleRect, i)));
  for (guint i = 0; self->states && i < n_tiles; i++)
    draw_icon (cr, place_tile (self, place, i), self->states[i]);
  draw_cursor (self, cr, place);
  return GDK_EVENT_PROPAGATE;
}

static guint
find_tile (UpscaleTileMap *self, int x, int y)
{
  Place place = find_place (self);
  guint n_tiles = self->plan ? upscale_tile_plan_get_n_tiles (self->plan) : 0;

  for (guint i = 0; i < n_tiles; i++)
    {
      GdkRectangle at = place_tile (self, place, i);

      if (x >= at.x && x < at.x + at.width && y >= at.y && y < at.y + at.height)
        return i;
    }
  return NO_TILE;
}

static gboolean
upscale_tile_map_query_tooltip (GtkWidget  *widget,
                                int         x,
                                int         y,
                                gboolean    keyboard_tooltip,
                                GtkTooltip *tooltip)
{
  UpscaleTileMap  *self = UPSCALE_TILE_MAP (widget);
  guint            tile = keyboard_tooltip ? self->cursor : find_tile (self, x, y);
  g_autofree char *text = self->describe && tile != NO_TILE
                              ? self->describe (tile, self->describe_data)
                              : NULL;

  gtk_tooltip_set_text (tooltip, text);
  return text != NULL;
}

static void
announce_tile (UpscaleTileMap *self)
{
  g_autofree char *text =
      self->describe ? self->describe (self->cursor, self->describe_data) : NULL;

  if (text)
    atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), text);
}

/* Returns the tile that is @rows down and @cols to the right, or the cursor at an edge.
 */
static guint
find_neighbor (UpscaleTileMap *self, int rows, int cols)
{
  const UpscaleTile *from = upscale_tile_plan_get_tile (self->plan, self->cursor);

  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (self->plan); i++)
    {
      const UpscaleTile *tile = upscale_tile_plan_get_tile (self->plan, i);

      if (tile->row == from->row + rows && tile->col == from->col + cols)
        return i;
    }
  return self->cursor;
}

static gboolean
upscale_tile_map_button_press_event (GtkWidget *widget, GdkEventButton *event)
{
  guint tile = find_tile (UPSCALE_TILE_MAP (widget), (int) event->x, (int) event->y);

  if (event->type != GDK_BUTTON_PRESS || event->button != GDK_BUTTON_PRIMARY ||
      tile == NO_TILE)
    return GDK_EVENT_PROPAGATE;
  if (gtk_widget_get_can_focus (widget))
    gtk_widget_grab_focus (widget);
  g_signal_emit (widget, signals[SIGNAL_TILE_CLICKED], 0, tile);
  return GDK_EVENT_STOP;
}

static gboolean
is_activation (guint key)
{
  return key == GDK_KEY_space || key == GDK_KEY_Return || key == GDK_KEY_KP_Enter;
}

static gboolean
upscale_tile_map_key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  UpscaleTileMap *self = UPSCALE_TILE_MAP (widget);
  int             rows = (event->keyval == GDK_KEY_Down) - (event->keyval == GDK_KEY_Up);
  int cols = (event->keyval == GDK_KEY_Right) - (event->keyval == GDK_KEY_Left);

  if (self->cursor != NO_TILE && is_activation (event->keyval))
    {
      g_signal_emit (self, signals[SIGNAL_TILE_CLICKED], 0, self->cursor);
      return GDK_EVENT_STOP;
    }
  if (!self->plan || (rows == 0 && cols == 0))
    return GTK_WIDGET_CLASS (upscale_tile_map_parent_class)
        ->key_press_event (widget, event);
  self->cursor = self->cursor == NO_TILE ? 0 : find_neighbor (self, rows, cols);
  announce_tile (self);
  gtk_widget_queue_draw (widget);
  return GDK_EVENT_STOP;
}

static void
upscale_tile_map_finalize (GObject *object)
{
  UpscaleTileMap *self = UPSCALE_TILE_MAP (object);

  cairo_surface_destroy (self->picture);
  g_clear_pointer (&self->plan, upscale_tile_plan_unref);
  g_clear_pointer (&self->marks, g_array_unref);
  g_free (self->states);
  g_free (self->notes);
  G_OBJECT_CLASS (upscale_tile_map_parent_class)->finalize (object);
}

static void
upscale_tile_map_class_init (UpscaleTileMapClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = upscale_tile_map_finalize;
  widget_class->draw = upscale_tile_map_draw;
  widget_class->query_tooltip = upscale_tile_map_query_tooltip;
  widget_class->key_press_event = upscale_tile_map_key_press_event;
  widget_class->button_press_event = upscale_tile_map_button_press_event;
  /**
   * UpscaleTileMap::tile-clicked:
   * @map: the map
   * @tile_index: the tile
   *
   * Emitted when the user clicks a tile, or presses Space or Return on the cursor.
   */
  signals[SIGNAL_TILE_CLICKED] =
      g_signal_new ("tile-clicked", UPSCALE_TYPE_TILE_MAP, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
upscale_tile_map_init (UpscaleTileMap *self)
{
  AtkObject *accessible = gtk_widget_get_accessible (GTK_WIDGET (self));

  self->cursor = NO_TILE;
  atk_object_set_name (accessible, _ ("Map of the tiles"));
  atk_object_set_role (accessible, ATK_ROLE_IMAGE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_add_events (GTK_WIDGET (self), GDK_BUTTON_PRESS_MASK);
}

/**
 * upscale_tile_map_new:
 * @picture: thumbnail of the target, in any size
 *
 * Returns: (transfer floating): a map without a grid
 */
GtkWidget *
upscale_tile_map_new (GdkPixbuf *picture)
{
  UpscaleTileMap  *self;
  cairo_surface_t *surface;
  cairo_t         *cr;

  g_return_val_if_fail (GDK_IS_PIXBUF (picture), NULL);

  self = g_object_new (UPSCALE_TYPE_TILE_MAP, NULL);
  surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, gdk_pixbuf_get_width (picture),
                                  gdk_pixbuf_get_height (picture));
  cr = cairo_create (surface);
  cairo_set_source_rgb (cr, 0.6, 0.6, 0.6);
  cairo_paint (cr);
  gdk_cairo_set_source_pixbuf (cr, picture, 0.0, 0.0);
  cairo_paint (cr);
  cairo_destroy (cr);
  self->picture = surface;
  return GTK_WIDGET (self);
}

/**
 * upscale_tile_map_choose:
 * @map: a map with a plan
 * @tile_index: a tile
 *
 * Moves the cursor to the tile, and shows it from now on, whether the map has the focus
 * or not.
 */
void
upscale_tile_map_choose (UpscaleTileMap *map, guint tile_index)
{
  g_return_if_fail (UPSCALE_IS_TILE_MAP (map));
  g_return_if_fail (map->plan != NULL);
  g_return_if_fail (tile_index < upscale_tile_plan_get_n_tiles (map->plan));

  map->cursor = tile_index;
  map->is_chosen = TRUE;
  announce_tile (map);
  gtk_widget_queue_draw (GTK_WIDGET (map));
}

/**
 * upscale_tile_map_get_tile_center:
 * @map: a map with a plan
 * @tile_index: a tile
 * @x: (out): the middle of the tile, as a share of the map's width
 * @y: (out): likewise, of its height
 */
void
upscale_tile_map_get_tile_center (UpscaleTileMap *map,
                                  guint           tile_index,
                                  double         *x,
                                  double         *y)
{
  GdkRectangle at;

  g_return_if_fail (UPSCALE_IS_TILE_MAP (map));
  g_return_if_fail (map->plan != NULL);
  g_return_if_fail (tile_index < upscale_tile_plan_get_n_tiles (map->plan));
  g_return_if_fail (x != NULL && y != NULL);

  at = place_tile (map, find_place (map), tile_index);
  *x = (at.x + at.width / 2.0) / gtk_widget_get_allocated_width (GTK_WIDGET (map));
  *y = (at.y + at.height / 2.0) / gtk_widget_get_allocated_height (GTK_WIDGET (map));
}

/**
 * upscale_tile_map_set_plan:
 * @map: a map
 * @plan: (nullable): the tiles, or %NULL for no grid
 *
 * Shows another grid, without states and marks.
 */
void
upscale_tile_map_set_plan (UpscaleTileMap *map, UpscaleTilePlan *plan)
{
  g_return_if_fail (UPSCALE_IS_TILE_MAP (map));

  g_clear_pointer (&map->plan, upscale_tile_plan_unref);
  g_clear_pointer (&map->states, g_free);
  g_clear_pointer (&map->notes, g_free);
  g_clear_pointer (&map->marks, g_array_unref);
  map->plan = plan ? upscale_tile_plan_ref (plan) : NULL;
  map->cursor = NO_TILE;
  map->is_chosen = FALSE;
  gtk_widget_set_can_focus (GTK_WIDGET (map), plan && map->describe);
  gtk_widget_queue_draw (GTK_WIDGET (map));
}

/**
 * upscale_tile_map_set_states:
 * @map: a map with a plan
 * @states: (array): a state for each tile, which is copied
 */
void
upscale_tile_map_set_states (UpscaleTileMap *map, const UpscaleTileState *states)
{
  guint n_tiles;

  g_return_if_fail (UPSCALE_IS_TILE_MAP (map));
  g_return_if_fail (map->plan != NULL);
  g_return_if_fail (states != NULL);

  n_tiles = upscale_tile_plan_get_n_tiles (map->plan);
  g_free (map->states);
  map->states = g_memdup2 (states, n_tiles * sizeof *states);
  gtk_widget_queue_draw (GTK_WIDGET (map));
}

/**
 * upscale_tile_map_set_notes:
 * @map: a map with a plan
 * @notes: (array): the notes of each tile, which are copied
 */
void
upscale_tile_map_set_notes (UpscaleTileMap *map, const UpscaleTileNote *notes)
{
  g_return_if_fail (UPSCALE_IS_TILE_MAP (map));
  g_return_if_fail (map->plan != NULL);
  g_return_if_fail (notes != NULL);

  g_free (map->notes);
  map->notes =
      g_memdup2 (notes, upscale_tile_plan_get_n_tiles (map->plan) * sizeof *notes);
  gtk_widget_queue_draw (GTK_WIDGET (map));
}

/**
 * upscale_tile_map_set_marks:
 * @map: a map with a plan
 * @marks: (element-type UpscaleRect): parts of the target to mark, in target px; the map
 * copies the array
 */
void
upscale_tile_map_set_marks (UpscaleTileMap *map, GArray *marks)
{
  g_return_if_fail (UPSCALE_IS_TILE_MAP (map));
  g_return_if_fail (marks != NULL);

  g_clear_pointer (&map->marks, g_array_unref);
  map->marks = g_array_copy (marks);
  gtk_widget_queue_draw (GTK_WIDGET (map));
}

/**
 * upscale_tile_map_set_describe:
 * @map: a map
 * @describe: (nullable): describes a tile for the tooltip and for screen readers
 * @user_data: for @describe
 */
void
upscale_tile_map_set_describe (UpscaleTileMap    *map,
                               UpscaleTileMapFunc describe,
                               gpointer           user_data)
{
  g_return_if_fail (UPSCALE_IS_TILE_MAP (map));

  map->describe = describe;
  map->describe_data = user_data;
}

static UpscaleRect
to_picture (const UpscaleTileMap *map, UpscaleRect rect)
{
  return upscale_rect_scale (
      rect, (double) cairo_image_surface_get_width (map->picture) / get_width (map),
      (double) cairo_image_surface_get_height (map->picture) / get_height (map));
}

/**
 * upscale_tile_map_get_pixel_size:
 * @map: a map
 * @rect: a part of the target, in target px
 * @width_px: (out): width of @rect in the map's picture, or 0 if @rect is too small to
 * show
 * @height_px: (out): height of @rect in the map's picture
 */
void
upscale_tile_map_get_pixel_size (UpscaleTileMap *map,
                                 UpscaleRect     rect,
                                 int            *width_px,
                                 int            *height_px)
{
  UpscaleRect at;

  g_return_if_fail (UPSCALE_IS_TILE_MAP (map));
  g_return_if_fail (width_px != NULL && height_px != NULL);

  at = to_picture (map, rect);
  *width_px = at.width;
  *height_px = at.height;
}

/**
 * upscale_tile_map_put:
 * @map: a map
 * @rect: a part of the target, in target px
 * @pixels: the new pixels of @rect, in the size of upscale_tile_map_get_pixel_size() or
 * smaller
 *
 * Replaces a part of the picture.
 */
void
upscale_tile_map_put (UpscaleTileMap *map, UpscaleRect rect, UpscalePixels *pixels)
{
  UpscaleRect at;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  cairo_t *cr;

  g_return_if_fail (UPSCALE_IS_TILE_MAP (map));
  g_return_if_fail (pixels != NULL);

  at = to_picture (map, rect);
  pixbuf =
      gdk_pixbuf_new_from_data (pixels->data, GDK_COLORSPACE_RGB, FALSE, 8,
                                pixels->width_px, pixels->height_px,
                                (int) upscale_pixels_get_row_bytes (pixels), NULL, NULL);
  cr = cairo_create (map->picture);
  cairo_translate (cr, at.x, at.y);
  cairo_scale (cr, (double) at.width / pixels->width_px,
               (double) at.height / pixels->height_px);
  gdk_cairo_set_source_pixbuf (cr, pixbuf, 0.0, 0.0);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0.0, 0.0, pixels->width_px, pixels->height_px);
  cairo_fill (cr);
  cairo_destroy (cr);
  gtk_widget_queue_draw (GTK_WIDGET (map));
}
