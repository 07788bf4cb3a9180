/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-view.h"

#include <glib/gi18n.h>

#include "upscale-control.h"
#include "upscale-preview.h"
#include "upscale-tile-map.h"
#include "upscale-tile-state-icon.h"

#define MIN_WIDTH_PX 420
#define MIN_HEIGHT_PX 260
#define MAX_ZOOM 16
#define SPACING_PX 6

/**
 * UpscaleTileView:
 *
 * The map of a running job, which can be zoomed, above a legend of the tile states with
 * the number of tiles in each.
 */
struct _UpscaleTileView
{
  GtkBox parent_instance;

  UpscaleTileMap *map;
  GtkWidget      *scroller;
  GtkWidget      *zoom_in;
  GtkWidget      *zoom_out;
  GtkWidget      *counts[UPSCALE_N_TILE_STATES];
  GtkWidget      *legends[UPSCALE_N_TILE_STATES];
  int             zoom;
  double          x_center; /* point of the map that stays in the middle, 0 to 1 */
  double          y_center;

  UpscaleJob       *job;
  UpscaleTileState *states;
  gboolean         *is_expected; /* tiles whose pixels are not there yet */
  gboolean         *is_cell_shown;
  GArray           *borders; /* of UpscaleBorder: those that show */
};

G_DEFINE_FINAL_TYPE (UpscaleTileView, upscale_tile_view, GTK_TYPE_BOX)

static void
forget_job (UpscaleTileView *self)
{
  g_clear_object (&self->job);
  g_clear_pointer (&self->states, g_free);
  g_clear_pointer (&self->is_expected, g_free);
  g_clear_pointer (&self->is_cell_shown, g_free);
  g_clear_pointer (&self->borders, g_array_unref);
}

static void
upscale_tile_view_dispose (GObject *object)
{
  UpscaleTileView *self = UPSCALE_TILE_VIEW (object);

  if (self->map)
    upscale_tile_map_set_describe (self->map, NULL, NULL);
  self->map = NULL;
  forget_job (self);
  G_OBJECT_CLASS (upscale_tile_view_parent_class)->dispose (object);
}

static void
upscale_tile_view_class_init (UpscaleTileViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = upscale_tile_view_dispose;
}

static double
get_center (GtkAdjustment *adjustment)
{
  return (gtk_adjustment_get_value (adjustment) +
          gtk_adjustment_get_page_size (adjustment) / 2.0) /
         MAX (gtk_adjustment_get_upper (adjustment), 1.0);
}

static void
set_center (GtkAdjustment *adjustment, double center)
{
  gtk_adjustment_set_value (adjustment,
                            center * gtk_adjustment_get_upper (adjustment) -
                                gtk_adjustment_get_page_size (adjustment) / 2.0);
}

static GtkAdjustment *
get_x (UpscaleTileView *self)
{
  return gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scroller));
}

static GtkAdjustment *
get_y (UpscaleTileView *self)
{
  return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
}

/* The map has its new size now, so the point that was in the middle can move back there.
 */
static void
on_upper_changed (GtkAdjustment *adjustment, GParamSpec *spec, gpointer user_data)
{
  UpscaleTileView *self = user_data;

  set_center (adjustment, adjustment == get_x (self) ? self->x_center : self->y_center);
}

static void
set_zoom (UpscaleTileView *self, int zoom)
{
  int width = gtk_widget_get_allocated_width (self->scroller);
  int height = gtk_widget_get_allocated_height (self->scroller);

  self->x_center = get_center (get_x (self));
  self->y_center = get_center (get_y (self));
  self->zoom = CLAMP (zoom, 1, MAX_ZOOM);
  if (self->zoom == 1)
    gtk_widget_set_size_request (GTK_WIDGET (self->map), -1, -1);
  else
    gtk_widget_set_size_request (GTK_WIDGET (self->map), width * self->zoom,
                                 height * self->zoom);
  gtk_widget_set_sensitive (self->zoom_in, self->zoom < MAX_ZOOM);
  gtk_widget_set_sensitive (self->zoom_out, self->zoom > 1);
}

static void
on_zoom_in (GtkButton *button, gpointer user_data)
{
  UpscaleTileView *self = user_data;

  set_zoom (self, self->zoom * 2);
}

static void
on_zoom_out (GtkButton *button, gpointer user_data)
{
  UpscaleTileView *self = user_data;

  set_zoom (self, self->zoom / 2);
}

static gboolean
on_scroll (GtkWidget *widget, GdkEventScroll *event, gpointer user_data)
{
  UpscaleTileView *self = user_data;

  if (!(event->state & GDK_CONTROL_MASK))
    return GDK_EVENT_PROPAGATE;
  if (event->direction == GDK_SCROLL_UP || event->delta_y < 0.0)
    set_zoom (self, self->zoom * 2);
  else
    set_zoom (self, self->zoom / 2);
  return GDK_EVENT_STOP;
}

static GtkWidget *
make_zoom_button (UpscaleTileView *self,
                  const char      *icon,
                  const char      *name,
                  GCallback        on_clicked)
{
  GtkWidget *button = upscale_control_new_icon_button (icon, name, on_clicked, self);

  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  return button;
}

static GtkWidget *
make_legend (UpscaleTileView *self)
{
  GtkWidget *flow = gtk_flow_box_new ();

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), UPSCALE_N_TILE_STATES);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 2 * SPACING_PX);
  for (int state = 0; state < UPSCALE_N_TILE_STATES; state++)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
      GtkWidget *child = gtk_flow_box_child_new ();

      self->counts[state] = gtk_label_new (NULL);
      gtk_box_pack_start (GTK_BOX (box), upscale_tile_state_icon_new (state), FALSE,
                          FALSE, 0);
      gtk_box_pack_start (GTK_BOX (box), self->counts[state], FALSE, FALSE, 0);
      gtk_container_add (GTK_CONTAINER (child), box);
      gtk_widget_set_can_focus (child, FALSE);
      gtk_container_add (GTK_CONTAINER (flow), child);
      gtk_widget_show_all (child);
      gtk_widget_set_no_show_all (child, TRUE);
      self->legends[state] = child;
    }
  gtk_widget_set_can_focus (flow, FALSE);
  return flow;
}

static void
upscale_tile_view_init (UpscaleTileView *self)
{
  self->zoom = 1;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
}

static void
fill (UpscaleTileView *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);

  self->scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_widget_set_size_request (self->scroller, MIN_WIDTH_PX, MIN_HEIGHT_PX);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (self->scroller),
                                       GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (self->scroller), GTK_WIDGET (self->map));
  g_signal_connect (self->scroller, "scroll-event", G_CALLBACK (on_scroll), self);
  g_signal_connect (get_x (self), "notify::upper", G_CALLBACK (on_upper_changed), self);
  g_signal_connect (get_y (self), "notify::upper", G_CALLBACK (on_upper_changed), self);
  self->zoom_out =
      make_zoom_button (self, "zoom-out-symbolic", _ ("Show more of the map"),
                        G_CALLBACK (on_zoom_out));
  self->zoom_in = make_zoom_button (self, "zoom-in-symbolic", _ ("Show the map larger"),
                                    G_CALLBACK (on_zoom_in));
  gtk_widget_set_sensitive (self->zoom_out, FALSE);
  gtk_box_pack_start (GTK_BOX (self), self->scroller, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), make_legend (self), TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (row), self->zoom_in, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (row), self->zoom_out, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), row, FALSE, FALSE, 0);
}

/**
 * upscale_tile_view_new:
 * @picture: thumbnail of the source
 *
 * Returns: (transfer floating): a view that watches no job yet
 */
GtkWidget *
upscale_tile_view_new (GdkPixbuf *picture)
{
  UpscaleTileView *self;

  g_return_val_if_fail (GDK_IS_PIXBUF (picture), NULL);

  self = g_object_new (UPSCALE_TYPE_TILE_VIEW, NULL);
  self->map = UPSCALE_TILE_MAP (upscale_tile_map_new (picture));
  fill (self);
  return GTK_WIDGET (self);
}

static void
append_borders (UpscaleTileView *self, guint index, GString *text)
{
  for (guint i = 0; i < self->borders->len; i++)
    {
      UpscaleBorder border = g_array_index (self->borders, UpscaleBorder, i);

      if (border.first == index || border.second == index)
        g_string_append_printf (
            text, _ ("\nThe border to tile %u shows: the two tiles differ there."),
            (border.first == index ? border.second : border.first) + 1);
    }
}

static char *
describe_tile (guint index, gpointer user_data)
{
  UpscaleTileView  *self = user_data;
  UpscaleTileStatus status =
      upscale_dispatch_status_get_tile (upscale_job_get_status (self->job), index);
  const UpscaleTile *tile =
      upscale_tile_plan_get_tile (upscale_job_get_plan (self->job), index);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, _ ("Tile %u, row %d, column %d: %s"), index + 1, tile->row + 1,
                   tile->col + 1, upscale_tile_state_icon_get_name (status.state));
  if (status.endpoint && status.seconds >= 1.0)
    g_string_append_printf (text, _ (", %s, %.0f s"), status.endpoint, status.seconds);
  if (status.failure)
    g_string_append_printf (text, "\n%s", status.failure);
  append_borders (self, index, text);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/**
 * upscale_tile_view_watch:
 * @view: a view
 * @job: the job whose tiles @view shows from now on
 *
 * Shows another job, with all tiles waiting.
 */
void
upscale_tile_view_watch (UpscaleTileView *view, UpscaleJob *job)
{
  UpscaleTilePlan *plan;

  g_return_if_fail (UPSCALE_IS_TILE_VIEW (view));
  g_return_if_fail (UPSCALE_IS_JOB (job));

  plan = upscale_job_get_plan (job);
  forget_job (view);
  view->job = g_object_ref (job);
  view->states = g_new0 (UpscaleTileState, upscale_tile_plan_get_n_tiles (plan));
  view->is_expected = g_new0 (gboolean, upscale_tile_plan_get_n_tiles (plan));
  view->is_cell_shown = g_new0 (gboolean, upscale_tile_plan_get_n_cells (plan));
  view->borders = g_array_new (FALSE, FALSE, sizeof (UpscaleBorder));
  upscale_tile_map_set_describe (view->map, describe_tile, view);
  upscale_tile_map_set_plan (view->map, plan);
  upscale_tile_view_refresh (view, FALSE);
}

/**
 * upscale_tile_view_choose:
 * @view: a view that watches a job
 * @tile_index: a tile
 *
 * Marks the tile on the map, and scrolls to it.
 */
void
upscale_tile_view_choose (UpscaleTileView *view, guint tile_index)
{
  double x;
  double y;

  g_return_if_fail (UPSCALE_IS_TILE_VIEW (view));
  g_return_if_fail (view->job != NULL);

  upscale_tile_map_choose (view->map, tile_index);
  upscale_tile_map_get_tile_center (view->map, tile_index, &x, &y);
  set_center (get_x (view), x);
  set_center (get_y (view), y);
}

static gboolean
is_painted (UpscaleTileView *self, const UpscaleCell *cell)
{
  for (guint i = 0; i < cell->n_tiles; i++)
    {
      guint tile = cell->tiles[i];

      if (self->is_expected[tile] || (self->states[tile] != UPSCALE_TILE_PAINTED &&
                                      self->states[tile] != UPSCALE_TILE_STORED))
        return FALSE;
    }
  return cell->n_tiles > 0;
}

static void
show_cell (UpscaleTileView *self, const UpscaleCell *cell)
{
  int width_px;
  int height_px;
  g_autoptr (UpscalePixels) pixels = NULL;

  upscale_tile_map_get_pixel_size (self->map, cell->rect, &width_px, &height_px);
  if (width_px == 0 || height_px == 0)
    return;
  /* The map may keep a small result larger than it is; reading more pixels than it has
   * would gain nothing. */
  width_px = MIN (width_px, cell->rect.width);
  height_px = MIN (height_px, cell->rect.height);
  pixels = upscale_preview_read (upscale_job_get_result (self->job), cell->rect, width_px,
                                 height_px);
  upscale_tile_map_put (self->map, cell->rect, pixels);
}

static void
show_new_cells (UpscaleTileView *self)
{
  UpscaleTilePlan *plan = upscale_job_get_plan (self->job);

  for (guint i = 0; i < upscale_tile_plan_get_n_cells (plan); i++)
    {
      const UpscaleCell *cell = upscale_tile_plan_get_cell (plan, i);

      if (self->is_cell_shown[i] || !is_painted (self, cell))
        continue;
      show_cell (self, cell);
      self->is_cell_shown[i] = TRUE;
    }
}

static void
mark_borders (UpscaleTileView *self)
{
  UpscaleTilePlan *plan = upscale_job_get_plan (self->job);
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UpscaleRect));

  g_array_unref (self->borders);
  self->borders = upscale_job_dup_bad_borders (self->job);
  for (guint i = 0; i < self->borders->len; i++)
    {
      UpscaleBorder border = g_array_index (self->borders, UpscaleBorder, i);
      UpscaleRect   at = upscale_tile_plan_get_border (plan, border.first, border.second);

      g_array_append_val (marks, at);
    }
  upscale_tile_map_set_marks (self->map, marks);
}

static void
describe_map (UpscaleTileView *self)
{
  g_autofree char *progress = upscale_progress_describe (
      upscale_dispatch_status_get_progress (upscale_job_get_status (self->job)));
  g_autoptr (GString) text = g_string_new (progress);

  if (self->borders->len > 0)
    g_string_append_printf (text,
                            ngettext (", %u border shows", ", %u borders show",
                                      self->borders->len),
                            self->borders->len);
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (self->map)),
                              text->str);
}

/* A job that is over has no tiles that wait. */
static const char *
get_state_name (UpscaleTileState state, gboolean is_over)
{
  return is_over && state == UPSCALE_TILE_WAITING
             ? _ ("not painted")
             : upscale_tile_state_icon_get_name (state);
}

/* Hides the states that no tile is in, and the tiles that the job does not count. */
static void
show_counts (UpscaleTileView *self, const guint *counts, gboolean is_over)
{
  for (int state = 0; state < UPSCALE_N_TILE_STATES; state++)
    {
      g_autofree char *text =
          g_strdup_printf ("%u %s", counts[state], get_state_name (state, is_over));

      gtk_label_set_text (GTK_LABEL (self->counts[state]), text);
      gtk_widget_set_visible (self->legends[state],
                              counts[state] > 0 && state != UPSCALE_TILE_LEFT_OUT);
    }
}

/**
 * upscale_tile_view_refresh:
 * @view: a view that watches a job
 * @is_over: %TRUE if the job has ended or is being stopped
 *
 * Shows the current state of the job's tiles, the pixels of new finished ones, and the
 * borders that show in the result.
 */
void
upscale_tile_view_refresh (UpscaleTileView *view, gboolean is_over)
{
  const UpscaleDispatchStatus *run;
  guint                        n_tiles;
  guint                        counts[UPSCALE_N_TILE_STATES] = { 0 };

  g_return_if_fail (UPSCALE_IS_TILE_VIEW (view));
  g_return_if_fail (view->job != NULL);

  run = upscale_job_get_status (view->job);
  n_tiles = upscale_tile_plan_get_n_tiles (upscale_job_get_plan (view->job));
  for (guint i = 0; i < n_tiles; i++)
    {
      UpscaleTileStatus status = upscale_dispatch_status_get_tile (run, i);

      /* Tiles are prepared within a moment, so the map does not set them apart. */
      view->states[i] =
          status.state == UPSCALE_TILE_PREPARING ? UPSCALE_TILE_WAITING : status.state;
      view->is_expected[i] = status.is_expected;
      counts[view->states[i]]++;
    }
  show_new_cells (view);
  upscale_tile_map_set_states (view->map, view->states);
  show_counts (view, counts, is_over);
  mark_borders (view);
  describe_map (view);
}
