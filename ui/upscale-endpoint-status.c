/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-status.h"

#include <glib/gi18n.h>

#include "upscale-tile-state-icon.h"

#define COLUMN_SPACING_PX 12
#define ROW_SPACING_PX 3
#define NAME_WIDTH_CHARS 14
#define NAME_MAX_CHARS 26
#define WORK_WIDTH_CHARS 20

/* Columns of the grid, from left to right. */
enum
{
  COLUMN_ICON,
  COLUMN_NAME,
  COLUMN_WORK,
  COLUMN_SPEED
};

/**
 * upscale_endpoint_status_new:
 *
 * Makes a table with a row for each endpoint of a job: its state, its tiles and its
 * speed.
 *
 * Returns: (transfer floating): the table, which is empty until
 * upscale_endpoint_status_refresh() is called
 */
GtkWidget *
upscale_endpoint_status_new (void)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), COLUMN_SPACING_PX);
  gtk_grid_set_row_spacing (GTK_GRID (grid), ROW_SPACING_PX);
  return grid;
}

static UpscaleTileState
choose_icon (UpscaleEndpoint *endpoint, guint n_tiles)
{
  switch (upscale_endpoint_get_state (endpoint))
    {
    case UPSCALE_ENDPOINT_READY:
      return n_tiles > 0 ? UPSCALE_TILE_IN_FLIGHT : UPSCALE_TILE_PAINTED;
    case UPSCALE_ENDPOINT_STOPPED:
      return UPSCALE_TILE_FAILED;
    case UPSCALE_ENDPOINT_UNPROBED:
    case UPSCALE_ENDPOINT_PROBING:
    default:
      return UPSCALE_TILE_WAITING;
    }
}

/* Returns an empty string if the endpoint paints any of its tiles. */
static char *
describe_phase (const UpscaleDispatchStatus *run,
                UpscaleEndpoint             *endpoint,
                guint                        n_tiles)
{
  guint n_queued =
      upscale_dispatch_status_count_in_phase (run, endpoint, UPSCALE_PHASE_QUEUED);
  guint n_starting =
      upscale_dispatch_status_count_in_phase (run, endpoint, UPSCALE_PHASE_STARTING);
  g_autofree char *waited = upscale_progress_describe_time (
      upscale_dispatch_status_get_waited_us (run, endpoint));

  if (n_queued + n_starting < n_tiles)
    return g_strdup ("");
  return g_strdup_printf (n_starting > 0 ? _ (", starting (%s)") : _ (", queued (%s)"),
                          waited);
}

static char *
describe_batches (const UpscaleDispatchStatus *run,
                  UpscaleEndpoint             *endpoint,
                  guint                        n_tiles)
{
  guint            n_batches = MAX (upscale_endpoint_get_n_taken (endpoint), 1);
  g_autofree char *tiles =
      g_strdup_printf (ngettext ("%u tile", "%u tiles", n_tiles), n_tiles);
  g_autofree char *batches =
      g_strdup_printf (ngettext (" in %u batch", " in %u batches", n_batches), n_batches);
  g_autofree char *phase = describe_phase (run, endpoint, n_tiles);

  return g_strconcat (tiles, batches, phase, NULL);
}

static char *
describe_work (const UpscaleDispatchStatus *run, UpscaleEndpoint *endpoint, guint n_tiles)
{
  const char *reason = upscale_endpoint_get_reason (endpoint);
  gint64      wait_us = upscale_dispatch_status_get_wait_us (run, endpoint);

  if (wait_us > 0)
    return upscale_progress_describe_wait (wait_us);
  switch (upscale_endpoint_get_state (endpoint))
    {
    case UPSCALE_ENDPOINT_READY:
      return n_tiles == 0 ? g_strdup (_ ("ready"))
                          : describe_batches (run, endpoint, n_tiles);
    case UPSCALE_ENDPOINT_STOPPED:
      return g_strdup_printf (_ ("stopped: %s"), reason ? reason : "");
    case UPSCALE_ENDPOINT_PROBING:
      return g_strdup (_ ("is being asked what it can do"));
    case UPSCALE_ENDPOINT_UNPROBED:
    default:
      return reason ? g_strdup_printf (_ ("will be asked again: %s"), reason)
                    : g_strdup (_ ("not asked yet"));
    }
}

/* Describes an endpoint that gets nothing any more. */
static char *
describe_outcome (UpscaleEndpoint *endpoint, guint n_tiles)
{
  const char *reason = upscale_endpoint_get_reason (endpoint);

  if (n_tiles > 0)
    return g_strdup (_ ("is told to stop"));
  switch (upscale_endpoint_get_state (endpoint))
    {
    case UPSCALE_ENDPOINT_READY:
      return g_strdup ("");
    case UPSCALE_ENDPOINT_STOPPED:
      return g_strdup_printf (_ ("stopped: %s"), reason ? reason : "");
    case UPSCALE_ENDPOINT_PROBING:
    case UPSCALE_ENDPOINT_UNPROBED:
    default:
      return reason ? g_strdup_printf (_ ("has not answered: %s"), reason)
                    : g_strdup (_ ("has not answered"));
    }
}

static char *
describe_speed (UpscaleEndpoint *endpoint)
{
  double seconds = upscale_endpoint_get_seconds_per_tile (endpoint);

  if (seconds <= 0.0)
    return g_strdup ("");
  return g_strdup_printf (_ ("%.1f s a tile"), seconds);
}

static GtkWidget *
add_label (GtkGrid *grid, int column, int row)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), column == COLUMN_SPEED ? 1.0F : 0.0F);
  gtk_label_set_ellipsize (GTK_LABEL (label), column == COLUMN_SPEED
                                                  ? PANGO_ELLIPSIZE_NONE
                                                  : PANGO_ELLIPSIZE_END);
  if (column == COLUMN_NAME)
    {
      gtk_label_set_width_chars (GTK_LABEL (label), NAME_WIDTH_CHARS);
      gtk_label_set_max_width_chars (GTK_LABEL (label), NAME_MAX_CHARS);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
    }
  if (column == COLUMN_WORK)
    gtk_label_set_width_chars (GTK_LABEL (label), WORK_WIDTH_CHARS);
  gtk_widget_set_hexpand (label, column == COLUMN_WORK);
  gtk_grid_attach (grid, label, column, row, 1, 1);
  return label;
}

static void
set_text (GtkGrid *grid, int column, int row, const char *text)
{
  GtkWidget *label = gtk_grid_get_child_at (grid, column, row);

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_set_tooltip_text (label, text);
}

static void
add_row (GtkGrid *grid, int row)
{
  gtk_grid_attach (grid, upscale_tile_state_icon_new (UPSCALE_TILE_WAITING), COLUMN_ICON,
                   row, 1, 1);
  for (int column = COLUMN_NAME; column <= COLUMN_SPEED; column++)
    add_label (grid, column, row);
  gtk_widget_show_all (GTK_WIDGET (grid));
}

static guint
count_tiles (UpscaleJob *job, const char *endpoint)
{
  const UpscaleDispatchStatus *run = upscale_job_get_status (job);
  guint n_tiles = upscale_tile_plan_get_n_tiles (upscale_job_get_plan (job));
  guint n = 0;

  for (guint i = 0; i < n_tiles; i++)
    {
      UpscaleTileStatus status = upscale_dispatch_status_get_tile (run, i);

      if (status.state == UPSCALE_TILE_IN_FLIGHT && status.endpoint &&
          g_str_equal (status.endpoint, endpoint))
        n++;
    }
  return n;
}

/**
 * upscale_endpoint_status_refresh:
 * @status: a table of upscale_endpoint_status_new()
 * @job: the job whose endpoints are shown
 * @is_over: %TRUE if the job has ended or is being stopped
 *
 * Shows the current state of each endpoint.
 */
void
upscale_endpoint_status_refresh (GtkWidget *status, UpscaleJob *job, gboolean is_over)
{
  GtkGrid                     *grid;
  const UpscaleDispatchStatus *run;
  const UpscaleEndpointPool   *pool;

  g_return_if_fail (GTK_IS_GRID (status));
  g_return_if_fail (UPSCALE_IS_JOB (job));

  grid = GTK_GRID (status);
  run = upscale_job_get_status (job);
  pool = upscale_dispatch_status_get_pool (run);
  for (int row = 0; row < (int) upscale_endpoint_pool_get_length (pool); row++)
    {
      UpscaleEndpoint *endpoint = upscale_endpoint_pool_get (pool, (guint) row);
      const char      *name = upscale_endpoint_get_name (endpoint);
      guint            n_tiles = count_tiles (job, name);
      g_autofree char *work = is_over ? describe_outcome (endpoint, n_tiles)
                                      : describe_work (run, endpoint, n_tiles);
      g_autofree char *speed = describe_speed (endpoint);

      if (!gtk_grid_get_child_at (grid, COLUMN_ICON, row))
        add_row (grid, row);
      upscale_tile_state_icon_set_state (gtk_grid_get_child_at (grid, COLUMN_ICON, row),
                                         choose_icon (endpoint, n_tiles));
      set_text (grid, COLUMN_NAME, row, name);
      set_text (grid, COLUMN_WORK, row, work);
      set_text (grid, COLUMN_SPEED, row, speed);
    }
}
