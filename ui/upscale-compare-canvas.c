/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-compare-canvas.h"

#include <glib/gi18n.h>
#include <math.h>

#define N_SIDES 2
#define GRAB_PX 10
#define HANDLE_PX 14.0
#define LABEL_MARGIN_PX 8.0
#define LABEL_PADDING_PX 5.0
#define PAN_PX 48.0
#define DIVIDER_STEP 0.05

/* Pixels of a part of both pictures, as they were read last. */
typedef struct
{
  UpscaleRect      rect; /* in px of the pictures */
  cairo_surface_t *sides[N_SIDES];
} Shown;

typedef enum
{
  DRAG_NONE,
  DRAG_DIVIDER,
  DRAG_PICTURE,
} Drag;

/**
 * UpscaleCompareCanvas:
 *
 * Two pictures of one size in one place, with a divider between the visible part of the
 * first and that of the second. The first picture lies where text begins, so it is on the
 * right where text runs from right to left; the pictures themselves are never mirrored.
 * Worker threads read the pixels, so the canvas shows coarse ones for a moment after it
 * was zoomed or panned.
 */
struct _UpscaleCompareCanvas
{
  GtkDrawingArea parent_instance;

  GtkAdjustment  *divider; /* share of the first picture, 0 to 1 */
  UpscaleView    *views[N_SIDES];
  char           *names[N_SIDES];
  UpscaleViewport viewport;
  Shown           whole;
  Shown           part; /* of the pictures, in the resolution of the screen */
  gboolean        is_reading;
  gboolean        is_outdated; /* the pixels that are being read */
  Drag            drag;
  double          drag_x;
  double          drag_y;
};

enum
{
  SIGNAL_VIEWPORT_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UpscaleCompareCanvas, upscale_compare_canvas, GTK_TYPE_DRAWING_AREA)

static void
shown_clear (Shown *shown)
{
  for (int side = 0; side < N_SIDES; side++)
    g_clear_pointer (&shown->sides[side], cairo_surface_destroy);
}

/* A part of both pictures to read. Belongs to the thread that reads. */
typedef struct
{
  UpscaleView   *views[N_SIDES];
  UpscaleRect    rect;
  int            width_px;
  int            height_px;
  UpscalePixels *pixels[N_SIDES];
} Reading;

static void
reading_free (Reading *reading)
{
  for (int side = 0; side < N_SIDES; side++)
    {
      upscale_view_unref (reading->views[side]);
      g_clear_pointer (&reading->pixels[side], upscale_pixels_unref);
    }
  g_free (reading);
}

static void
read_pixels (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *reading = data;

  for (int side = 0; side < N_SIDES; side++)
    reading->pixels[side] = upscale_view_read (reading->views[side], reading->rect,
                                               reading->width_px, reading->height_px);
  g_task_return_boolean (task, TRUE);
}

static cairo_surface_t *
make_surface (UpscalePixels *pixels)
{
  g_autoptr (GdkPixbuf) pixbuf =
      gdk_pixbuf_new_from_data (pixels->data, GDK_COLORSPACE_RGB, FALSE, 8,
                                pixels->width_px, pixels->height_px,
                                (int) upscale_pixels_get_row_bytes (pixels), NULL, NULL);

  return gdk_cairo_surface_create_from_pixbuf (pixbuf, 1, NULL);
}

static gboolean
is_whole (const UpscaleCompareCanvas *self, UpscaleRect rect)
{
  return rect.width == self->viewport.picture_width_px &&
         rect.height == self->viewport.picture_height_px;
}

static void begin_reading (UpscaleCompareCanvas *self);

static void
take_pixels (UpscaleCompareCanvas *self, Reading *reading)
{
  Shown *shown = is_whole (self, reading->rect) ? &self->whole : &self->part;

  shown_clear (&self->part);
  shown_clear (shown);
  shown->rect = reading->rect;
  for (int side = 0; side < N_SIDES; side++)
    shown->sides[side] = make_surface (reading->pixels[side]);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The task does not own the canvas: the last reference to a task may be dropped by the
 * thread, where no widget may be freed. */
static void
on_pixels_read (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleCompareCanvas) self = user_data;
  Reading *reading = g_task_get_task_data (G_TASK (result));

  self->is_reading = FALSE;
  if (!self->views[0])
    return;
  if (reading->views[0] == self->views[0] && reading->views[1] == self->views[1])
    take_pixels (self, reading);
  if (self->is_outdated)
    begin_reading (self);
}

static void
begin_reading (UpscaleCompareCanvas *self)
{
  Reading *reading;
  double   zoom = MIN (self->viewport.zoom, 1.0);
  g_autoptr (GTask) task = NULL;

  self->is_outdated = self->is_reading;
  if (self->is_reading || !self->views[0])
    return;
  self->is_reading = TRUE;
  reading = g_new0 (Reading, 1);
  for (int side = 0; side < N_SIDES; side++)
    reading->views[side] = upscale_view_ref (self->views[side]);
  reading->rect = upscale_viewport_get_visible (self->viewport);
  reading->width_px =
      CLAMP ((int) ceil (reading->rect.width * zoom), 1, reading->rect.width);
  reading->height_px =
      CLAMP ((int) ceil (reading->rect.height * zoom), 1, reading->rect.height);
  task = g_task_new (NULL, NULL, on_pixels_read, g_object_ref (self));
  g_task_set_source_tag (task, begin_reading);
  g_task_set_task_data (task, reading, (GDestroyNotify) reading_free);
  g_task_run_in_thread (task, read_pixels);
}

/* Widths of the screen are counted in its own px, since one px of the picture at 100 %
 * is one of these. */
static int
get_width (UpscaleCompareCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  return gtk_widget_get_allocated_width (widget) * gtk_widget_get_scale_factor (widget);
}

static int
get_height (UpscaleCompareCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  return gtk_widget_get_allocated_height (widget) * gtk_widget_get_scale_factor (widget);
}

static gboolean
is_mirrored (UpscaleCompareCanvas *self)
{
  return gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
}

/* Returns the place of the divider. */
static double
find_divider (UpscaleCompareCanvas *self)
{
  double share = gtk_adjustment_get_value (self->divider);

  return get_width (self) * (is_mirrored (self) ? 1.0 - share : share);
}

static void
move_divider (UpscaleCompareCanvas *self, double x)
{
  double share = x / MAX (get_width (self), 1);

  gtk_adjustment_set_value (self->divider, is_mirrored (self) ? 1.0 - share : share);
}

static void
draw_pixels (UpscaleCompareCanvas *self, cairo_t *cr, const Shown *shown, int side)
{
  cairo_surface_t *surface = shown->sides[side];
  double           zoom = self->viewport.zoom;
  double           x = upscale_viewport_place_x (self->viewport, shown->rect.x);
  double           y = upscale_viewport_place_y (self->viewport, shown->rect.y);
  int              width_px;
  int              height_px;

  if (!surface)
    return;
  width_px = cairo_image_surface_get_width (surface);
  height_px = cairo_image_surface_get_height (surface);
  cairo_save (cr);
  /* Pixels on pixels of the screen are sharp. */
  cairo_translate (cr, zoom >= 1.0 ? round (x) : x, zoom >= 1.0 ? round (y) : y);
  cairo_scale (cr, shown->rect.width * zoom / width_px,
               shown->rect.height * zoom / height_px);
  cairo_set_source_surface (cr, surface, 0.0, 0.0);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter (cairo_get_source (cr),
                            zoom >= 1.0 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_BILINEAR);
  cairo_rectangle (cr, 0.0, 0.0, width_px, height_px);
  cairo_fill (cr);
  cairo_restore (cr);
}

/* White on black can be read on any picture. */
static void
draw_name (UpscaleCompareCanvas *self, cairo_t *cr, int side, gboolean is_left)
{
  double factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  int    width;
  int    height;
  double x;
  g_autoptr (PangoLayout) layout =
      gtk_widget_create_pango_layout (GTK_WIDGET (self), self->names[side]);

  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_save (cr);
  cairo_scale (cr, factor, factor);
  x = is_left ? LABEL_MARGIN_PX + LABEL_PADDING_PX
              : get_width (self) / factor - LABEL_MARGIN_PX - LABEL_PADDING_PX - width;
  cairo_rectangle (cr, x - LABEL_PADDING_PX, LABEL_MARGIN_PX,
                   width + 2 * LABEL_PADDING_PX, height + LABEL_PADDING_PX);
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.65);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_move_to (cr, x, LABEL_MARGIN_PX + LABEL_PADDING_PX / 2.0);
  pango_cairo_show_layout (cr, layout);
  cairo_restore (cr);
}

static void
draw_side (UpscaleCompareCanvas *self, cairo_t *cr, int side)
{
  double   divider = round (find_divider (self));
  gboolean is_left = (side == 0) != is_mirrored (self);

  cairo_save (cr);
  cairo_rectangle (cr, is_left ? 0.0 : divider, 0.0,
                   is_left ? divider : get_width (self) - divider, get_height (self));
  cairo_clip (cr);
  draw_pixels (self, cr, &self->whole, side);
  draw_pixels (self, cr, &self->part, side);
  draw_name (self, cr, side, is_left);
  cairo_restore (cr);
}

static void
draw_arrow (cairo_t *cr, double x, double y, double width, double height)
{
  cairo_move_to (cr, x, y - height);
  cairo_line_to (cr, x + width, y);
  cairo_line_to (cr, x, y + height);
  cairo_close_path (cr);
  cairo_fill (cr);
}

/* A light line within a dark one can be seen on any picture. */
static void
draw_divider (UpscaleCompareCanvas *self, cairo_t *cr)
{
  double factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double x = round (find_divider (self)) / factor;
  double y = get_height (self) / factor / 2.0;

  cairo_save (cr);
  cairo_scale (cr, factor, factor);
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.6);
  cairo_rectangle (cr, x - 2.0, 0.0, 4.0, 2.0 * y);
  cairo_fill (cr);
  cairo_arc (cr, x, y, HANDLE_PX + 1.0, 0.0, 2.0 * G_PI);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_rectangle (cr, x - 1.0, 0.0, 2.0, 2.0 * y);
  cairo_fill (cr);
  cairo_arc (cr, x, y, HANDLE_PX, 0.0, 2.0 * G_PI);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 0.2, 0.2, 0.2);
  draw_arrow (cr, x - 3.0, y, -6.0, 5.0);
  draw_arrow (cr, x + 3.0, y, 6.0, 5.0);
  cairo_restore (cr);
}

static gboolean
upscale_compare_canvas_draw (GtkWidget *widget, cairo_t *cr)
{
  UpscaleCompareCanvas *self = UPSCALE_COMPARE_CANVAS (widget);
  double                factor = gtk_widget_get_scale_factor (widget);
  GtkStyleContext      *style = gtk_widget_get_style_context (widget);
  double                width = get_width (self) / factor;
  double                height = get_height (self) / factor;

  gtk_render_background (style, cr, 0.0, 0.0, width, height);
  if (!self->views[0])
    return GDK_EVENT_PROPAGATE;
  cairo_save (cr);
  cairo_scale (cr, 1.0 / factor, 1.0 / factor);
  for (int side = 0; side < N_SIDES; side++)
    draw_side (self, cr, side);
  draw_divider (self, cr);
  cairo_restore (cr);
  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (style, cr, 0.0, 0.0, width, height);
  return GDK_EVENT_PROPAGATE;
}

static void
set_viewport (UpscaleCompareCanvas *self, UpscaleViewport viewport)
{
  self->viewport = viewport;
  begin_reading (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[SIGNAL_VIEWPORT_CHANGED], 0);
}

static void
upscale_compare_canvas_size_allocate (GtkWidget *widget, GtkAllocation *allocation)
{
  UpscaleCompareCanvas *self = UPSCALE_COMPARE_CANVAS (widget);

  GTK_WIDGET_CLASS (upscale_compare_canvas_parent_class)
      ->size_allocate (widget, allocation);
  set_viewport (self, upscale_viewport_resize (self->viewport, get_width (self),
                                               get_height (self)));
}

static gboolean
is_on_divider (UpscaleCompareCanvas *self, double x)
{
  double factor = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  return fabs (x * factor - find_divider (self)) <= GRAB_PX * factor;
}

/* A picture that is wholly visible can't be panned, so all of it moves the divider. */
static gboolean
upscale_compare_canvas_button_press_event (GtkWidget *widget, GdkEventButton *event)
{
  UpscaleCompareCanvas *self = UPSCALE_COMPARE_CANVAS (widget);
  double                factor = gtk_widget_get_scale_factor (widget);

  if (event->type != GDK_BUTTON_PRESS ||
      (event->button != GDK_BUTTON_PRIMARY && event->button != GDK_BUTTON_MIDDLE))
    return GDK_EVENT_PROPAGATE;
  gtk_widget_grab_focus (widget);
  self->drag = DRAG_PICTURE;
  if (event->button == GDK_BUTTON_PRIMARY &&
      (self->viewport.is_fit || is_on_divider (self, event->x)))
    {
      self->drag = DRAG_DIVIDER;
      move_divider (self, event->x * factor);
    }
  self->drag_x = event->x;
  self->drag_y = event->y;
  return GDK_EVENT_STOP;
}

static gboolean
upscale_compare_canvas_button_release_event (GtkWidget *widget, GdkEventButton *event)
{
  UPSCALE_COMPARE_CANVAS (widget)->drag = DRAG_NONE;
  return GDK_EVENT_STOP;
}

static void
show_pointer (UpscaleCompareCanvas *self, double x)
{
  GdkWindow  *window = gtk_widget_get_window (GTK_WIDGET (self));
  const char *name = self->drag == DRAG_PICTURE ? "grabbing" : "grab";
  g_autoptr (GdkCursor) cursor = NULL;

  if (self->drag == DRAG_DIVIDER || self->viewport.is_fit || is_on_divider (self, x))
    name = "col-resize";
  cursor = gdk_cursor_new_from_name (gdk_window_get_display (window), name);
  gdk_window_set_cursor (window, cursor);
}

static gboolean
upscale_compare_canvas_motion_notify_event (GtkWidget *widget, GdkEventMotion *event)
{
  UpscaleCompareCanvas *self = UPSCALE_COMPARE_CANVAS (widget);
  double                factor = gtk_widget_get_scale_factor (widget);

  show_pointer (self, event->x);
  if (self->drag == DRAG_DIVIDER)
    move_divider (self, event->x * factor);
  if (self->drag == DRAG_PICTURE)
    set_viewport (self, upscale_viewport_pan (self->viewport,
                                              (event->x - self->drag_x) * factor,
                                              (event->y - self->drag_y) * factor));
  self->drag_x = event->x;
  self->drag_y = event->y;
  return GDK_EVENT_STOP;
}

static void
pan (UpscaleCompareCanvas *self, int right, int down)
{
  double way = PAN_PX * gtk_widget_get_scale_factor (GTK_WIDGET (self));

  set_viewport (self, upscale_viewport_pan (self->viewport, -way * right, -way * down));
}

/* Touchpads send whole steps, too, since each step of the zoom doubles or halves it. */
static gboolean
upscale_compare_canvas_scroll_event (GtkWidget *widget, GdkEventScroll *event)
{
  UpscaleCompareCanvas *self = UPSCALE_COMPARE_CANVAS (widget);
  double                factor = gtk_widget_get_scale_factor (widget);
  int                   right =
      (event->direction == GDK_SCROLL_RIGHT) - (event->direction == GDK_SCROLL_LEFT);
  int down = (event->direction == GDK_SCROLL_DOWN) - (event->direction == GDK_SCROLL_UP);

  if (event->state & GDK_CONTROL_MASK && down != 0)
    set_viewport (self, upscale_viewport_step (self->viewport, down < 0,
                                               event->x * factor, event->y * factor));
  else if (self->viewport.is_fit || event->state & GDK_CONTROL_MASK)
    return GDK_EVENT_PROPAGATE;
  else if (event->state & GDK_SHIFT_MASK)
    pan (self, right + down, 0);
  else
    pan (self, right, down);
  return GDK_EVENT_STOP;
}

static gboolean
zoom_by_key (UpscaleCompareCanvas *self, guint key)
{
  UpscaleViewport viewport = self->viewport;
  double          x = viewport.width_px / 2.0;
  double          y = viewport.height_px / 2.0;

  if (key == GDK_KEY_plus || key == GDK_KEY_equal || key == GDK_KEY_KP_Add)
    viewport = upscale_viewport_step (viewport, TRUE, x, y);
  else if (key == GDK_KEY_minus || key == GDK_KEY_KP_Subtract)
    viewport = upscale_viewport_step (viewport, FALSE, x, y);
  else if (key == GDK_KEY_1 || key == GDK_KEY_KP_1)
    viewport = upscale_viewport_zoom (viewport, 1.0, x, y);
  else if (key == GDK_KEY_0 || key == GDK_KEY_KP_0)
    viewport = upscale_viewport_fit (viewport);
  else
    return FALSE;
  set_viewport (self, viewport);
  return TRUE;
}

static gboolean
upscale_compare_canvas_key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  UpscaleCompareCanvas *self = UPSCALE_COMPARE_CANVAS (widget);
  int right = (event->keyval == GDK_KEY_Right) - (event->keyval == GDK_KEY_Left);
  int down = (event->keyval == GDK_KEY_Down) - (event->keyval == GDK_KEY_Up);

  if (self->viewport.is_fit && right != 0)
    move_divider (self, find_divider (self) + right * DIVIDER_STEP * get_width (self));
  else if (!self->viewport.is_fit && (right != 0 || down != 0))
    pan (self, right, down);
  else if (!zoom_by_key (self, event->keyval))
    return GTK_WIDGET_CLASS (upscale_compare_canvas_parent_class)
        ->key_press_event (widget, event);
  return GDK_EVENT_STOP;
}

static void
upscale_compare_canvas_dispose (GObject *object)
{
  UpscaleCompareCanvas *self = UPSCALE_COMPARE_CANVAS (object);

  if (self->divider)
    g_signal_handlers_disconnect_by_data (self->divider, self);
  g_clear_object (&self->divider);
  for (int side = 0; side < N_SIDES; side++)
    {
      g_clear_pointer (&self->views[side], upscale_view_unref);
      g_clear_pointer (&self->names[side], g_free);
    }
  shown_clear (&self->whole);
  shown_clear (&self->part);
  G_OBJECT_CLASS (upscale_compare_canvas_parent_class)->dispose (object);
}

static void
upscale_compare_canvas_class_init (UpscaleCompareCanvasClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = upscale_compare_canvas_dispose;
  widget_class->draw = upscale_compare_canvas_draw;
  widget_class->size_allocate = upscale_compare_canvas_size_allocate;
  widget_class->button_press_event = upscale_compare_canvas_button_press_event;
  widget_class->button_release_event = upscale_compare_canvas_button_release_event;
  widget_class->motion_notify_event = upscale_compare_canvas_motion_notify_event;
  widget_class->scroll_event = upscale_compare_canvas_scroll_event;
  widget_class->key_press_event = upscale_compare_canvas_key_press_event;
  /**
   * UpscaleCompareCanvas::viewport-changed:
   * @canvas: the canvas
   *
   * Emitted when another part of the pictures is shown.
   */
  signals[SIGNAL_VIEWPORT_CHANGED] =
      g_signal_new ("viewport-changed", UPSCALE_TYPE_COMPARE_CANVAS, G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
upscale_compare_canvas_init (UpscaleCompareCanvas *self)
{
  AtkObject *accessible = gtk_widget_get_accessible (GTK_WIDGET (self));

  self->viewport = upscale_viewport_new (1, 1);
  atk_object_set_name (accessible, _ ("Before and after"));
  atk_object_set_role (accessible, ATK_ROLE_IMAGE);
  gtk_widget_set_can_focus (GTK_WIDGET (self), TRUE);
  gtk_widget_add_events (GTK_WIDGET (self),
                         GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK |
                             GDK_POINTER_MOTION_MASK | GDK_SCROLL_MASK);
}

/**
 * upscale_compare_canvas_new:
 * @divider: the share of the first picture, 0 to 1
 *
 * Returns: (transfer floating): a canvas without pictures
 */
GtkWidget *
upscale_compare_canvas_new (GtkAdjustment *divider)
{
  UpscaleCompareCanvas *self;

  g_return_val_if_fail (GTK_IS_ADJUSTMENT (divider), NULL);

  self = g_object_new (UPSCALE_TYPE_COMPARE_CANVAS, NULL);
  self->divider = g_object_ref (divider);
  g_signal_connect_swapped (divider, "value-changed", G_CALLBACK (gtk_widget_queue_draw),
                            self);
  return GTK_WIDGET (self);
}

/**
 * upscale_compare_canvas_show:
 * @canvas: a canvas
 * @first: the picture before the divider
 * @second: the picture behind the divider, of the same size
 *
 * Shows two pictures. The part that is shown stays if the pictures have the size of those
 * before.
 */
void
upscale_compare_canvas_show (UpscaleCompareCanvas *canvas,
                             UpscaleComparePicture first,
                             UpscaleComparePicture second)
{
  const UpscaleComparePicture pictures[N_SIDES] = { first, second };
  UpscaleViewport             viewport;

  g_return_if_fail (UPSCALE_IS_COMPARE_CANVAS (canvas));
  g_return_if_fail (first.view != NULL && second.view != NULL);

  for (int side = 0; side < N_SIDES; side++)
    {
      g_clear_pointer (&canvas->views[side], upscale_view_unref);
      canvas->views[side] = upscale_view_ref (pictures[side].view);
      g_set_str (&canvas->names[side], pictures[side].name);
    }
  viewport =
      upscale_viewport_resize (upscale_viewport_new (upscale_view_get_width (first.view),
                                                     upscale_view_get_height (
                                                         first.view)),
                               get_width (canvas), get_height (canvas));
  if (viewport.picture_width_px == canvas->viewport.picture_width_px &&
      viewport.picture_height_px == canvas->viewport.picture_height_px)
    viewport = canvas->viewport;
  shown_clear (&canvas->whole);
  shown_clear (&canvas->part);
  set_viewport (canvas, viewport);
}

/**
 * upscale_compare_canvas_get_viewport:
 * @canvas: a canvas
 *
 * Returns: the part of the pictures that is shown
 */
UpscaleViewport
upscale_compare_canvas_get_viewport (UpscaleCompareCanvas *canvas)
{
  g_return_val_if_fail (UPSCALE_IS_COMPARE_CANVAS (canvas), upscale_viewport_new (1, 1));

  return canvas->viewport;
}

/**
 * upscale_compare_canvas_set_viewport:
 * @canvas: a canvas
 * @viewport: the part to show, made from the canvas's viewport
 *
 * Zooms or pans.
 */
void
upscale_compare_canvas_set_viewport (UpscaleCompareCanvas *canvas,
                                     UpscaleViewport       viewport)
{
  g_return_if_fail (UPSCALE_IS_COMPARE_CANVAS (canvas));

  set_viewport (canvas, viewport);
}
