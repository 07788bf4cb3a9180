/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-failure-list.h"

#include <glib/gi18n.h>

#include "upscale-control.h"
#include <string.h>

#define MIN_HEIGHT_LINES 6
#define MAX_HEIGHT_LINES 9
#define MIN_REASON_PX 100
#define MARGIN_PX 12 /* of the cells in a row together */

/**
 * UpscaleFailureList:
 *
 * The failed tiles of a job, each with its reason. A tree view, as a job may have
 * thousands of tiles.
 */
struct _UpscaleFailureList
{
  GtkScrolledWindow parent_instance;

  GtkListStore      *store;
  GtkTreeView       *view;
  GtkTreeViewColumn *tiles;
  GtkCellRenderer   *reason;
};

enum
{
  COLUMN_TILE_INDEX,
  COLUMN_TILE,
  COLUMN_REASON,
  N_COLUMNS
};

enum
{
  SIGNAL_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UpscaleFailureList, upscale_failure_list, GTK_TYPE_SCROLLED_WINDOW)

static void
upscale_failure_list_dispose (GObject *object)
{
  g_clear_object (&UPSCALE_FAILURE_LIST (object)->store);
  G_OBJECT_CLASS (upscale_failure_list_parent_class)->dispose (object);
}

static void
upscale_failure_list_class_init (UpscaleFailureListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = upscale_failure_list_dispose;
  /**
   * UpscaleFailureList::chosen:
   * @tile_index: the tile of the row
   *
   * Emitted when the user selects a row.
   */
  signals[SIGNAL_CHOSEN] =
      g_signal_new ("chosen", UPSCALE_TYPE_FAILURE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
on_selection_changed (GtkTreeSelection *selection, gpointer user_data)
{
  GtkTreeModel *model;
  GtkTreeIter   row;
  guint         tile_index;

  if (!gtk_tree_selection_get_selected (selection, &model, &row))
    return;
  gtk_tree_model_get (model, &row, COLUMN_TILE_INDEX, &tile_index, -1);
  g_signal_emit (user_data, signals[SIGNAL_CHOSEN], 0, tile_index);
}

/* Text cells wrap at a width that the program sets, and not at that of their column. */
static void
on_size_allocate (GtkWidget *view, GdkRectangle *allocation, gpointer user_data)
{
  UpscaleFailureList *self = user_data;
  int                 width_px;
  int                 wanted_px =
      allocation->width - gtk_tree_view_column_get_width (self->tiles) - MARGIN_PX;

  g_object_get (self->reason, "wrap-width", &width_px, NULL);
  wanted_px = MAX (wanted_px, MIN_REASON_PX);
  if (width_px == wanted_px)
    return;
  g_object_set (self->reason, "wrap-width", wanted_px, NULL);
  gtk_tree_view_columns_autosize (self->view);
}

static GtkTreeViewColumn *
add_column (UpscaleFailureList *self,
            const char         *title,
            GtkCellRenderer    *renderer,
            int                 column)
{
  GtkTreeViewColumn *shown =
      gtk_tree_view_column_new_with_attributes (title, renderer, "text", column, NULL);

  g_object_set (renderer, "yalign", 0.0F, NULL);
  gtk_tree_view_append_column (self->view, shown);
  return shown;
}

static void
upscale_failure_list_init (UpscaleFailureList *self)
{
  GtkScrolledWindow *scroller = GTK_SCROLLED_WINDOW (self);

  self->store = gtk_list_store_new (N_COLUMNS, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING);
  self->view =
      GTK_TREE_VIEW (gtk_tree_view_new_with_model (GTK_TREE_MODEL (self->store)));
  self->reason = gtk_cell_renderer_text_new ();
  g_object_set (self->reason, "wrap-mode", PANGO_WRAP_WORD_CHAR, "wrap-width",
                MIN_REASON_PX, NULL);
  self->tiles = add_column (self, _ ("Tile"), gtk_cell_renderer_text_new (), COLUMN_TILE);
  add_column (self, _ ("Reason"), self->reason, COLUMN_REASON);
  g_signal_connect (self->view, "size-allocate", G_CALLBACK (on_size_allocate), self);
  gtk_tree_view_set_search_column (self->view, COLUMN_TILE);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self->view)),
                       _ ("Failed tiles"));
  g_signal_connect (gtk_tree_view_get_selection (self->view), "changed",
                    G_CALLBACK (on_selection_changed), self);
  gtk_scrolled_window_set_policy (scroller, GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_shadow_type (scroller, GTK_SHADOW_IN);
  gtk_scrolled_window_set_propagate_natural_height (scroller, TRUE);
  gtk_scrolled_window_set_max_content_height (
      scroller, upscale_control_measure_lines (GTK_WIDGET (self), MAX_HEIGHT_LINES));
  gtk_scrolled_window_set_min_content_height (
      scroller, upscale_control_measure_lines (GTK_WIDGET (self), MIN_HEIGHT_LINES));
  gtk_container_add (GTK_CONTAINER (self), GTK_WIDGET (self->view));
  gtk_widget_show (GTK_WIDGET (self->view));
  gtk_widget_set_no_show_all (GTK_WIDGET (self), TRUE);
}

/**
 * upscale_failure_list_new:
 *
 * Returns: (transfer floating): an empty list, which is hidden
 */
GtkWidget *
upscale_failure_list_new (void)
{
  return g_object_new (UPSCALE_TYPE_FAILURE_LIST, NULL);
}

/* Returns the `why` of `tile 12: why`, since the row names the tile already. */
static const char *
skip_tile (const char *failure)
{
  const char *colon = strstr (failure, ": ");

  return colon ? colon + strlen (": ") : failure;
}

static void
add_row (UpscaleFailureList *self, const UpscaleTile *tile, const char *failure)
{
  g_autofree char *name = g_strdup_printf (_ ("%u (row %d, column %d)"), tile->index + 1,
                                           tile->row + 1, tile->col + 1);

  gtk_list_store_insert_with_values (self->store, NULL, -1, COLUMN_TILE_INDEX,
                                     tile->index, COLUMN_TILE, name, COLUMN_REASON,
                                     skip_tile (failure), -1);
}

/**
 * upscale_failure_list_fill:
 * @list: a list
 * @job: a job that has run
 *
 * Lists the failed tiles of the job, and shows the list if there are any.
 */
void
upscale_failure_list_fill (UpscaleFailureList *list, UpscaleJob *job)
{
  const UpscaleDispatchStatus *run;
  UpscaleTilePlan             *plan;
  guint                        n_failed = 0;

  g_return_if_fail (UPSCALE_IS_FAILURE_LIST (list));
  g_return_if_fail (UPSCALE_IS_JOB (job));

  run = upscale_job_get_status (job);
  plan = upscale_job_get_plan (job);
  upscale_failure_list_clear (list);
  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (plan); i++)
    {
      UpscaleTileStatus status = upscale_dispatch_status_get_tile (run, i);

      if (status.state != UPSCALE_TILE_FAILED || !status.failure)
        continue;
      add_row (list, upscale_tile_plan_get_tile (plan, i), status.failure);
      n_failed++;
    }
  gtk_widget_set_visible (GTK_WIDGET (list), n_failed > 0);
}

/**
 * upscale_failure_list_clear:
 * @list: a list
 *
 * Empties and hides the list.
 */
void
upscale_failure_list_clear (UpscaleFailureList *list)
{
  g_return_if_fail (UPSCALE_IS_FAILURE_LIST (list));

  gtk_widget_hide (GTK_WIDGET (list));
  gtk_list_store_clear (list->store);
}
