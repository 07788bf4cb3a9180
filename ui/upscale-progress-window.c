/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-progress-window.h"

#include <glib/gi18n.h>

#include "upscale-endpoint-status.h"
#include "upscale-event-text.h"
#include "upscale-tile-view.h"

#define WIDTH_PX 520
#define SPACING_PX 12
/* Pause between refreshes: tiles may settle by the hundred in a second. */
#define REFRESH_MS 150
/* Pause between refreshes while nothing happens, since waiting times count down. */
#define TICK_S 1
#define TEXT_WIDTH_CHARS 60

enum
{
  RESPONSE_DETAILS = 1,
  RESPONSE_RETRY,
  RESPONSE_KEEP,
  RESPONSE_REPAINT,
  RESPONSE_DISCARD
};

/**
 * UpscaleProgressWindow:
 *
 * A window that shows the progress of a job. The window has a Cancel of its own, since
 * the Cancel of GIMP's progress bar kills the plug-in; it keeps every finished tile. The
 * window is not modal, so GIMP stays usable. After a job with failed tiles the window
 * asks the user how to go on.
 */
struct _UpscaleProgressWindow
{
  GtkDialog parent_instance;

  UpscaleJob   *job;
  GCancellable *cancellable;
  GtkWidget    *bar;
  GtkWidget    *status;
  GtkWidget    *details;
  GtkWidget    *tiles;
  GtkWidget    *endpoints;
  GtkWidget    *message;
  guint         refresh;
  guint         tick;
  gboolean      is_asking; /* the job has ended, and the user decides */
  UpscaleChoice default_answer;
};

enum
{
  SIGNAL_ANSWERED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UpscaleProgressWindow, upscale_progress_window, GTK_TYPE_DIALOG)

static void
show_now (UpscaleProgressWindow *self)
{
  UpscaleProgress progress =
      upscale_dispatch_status_get_progress (upscale_job_get_status (self->job));
  g_autofree char *status = upscale_progress_describe (progress);
  double           fraction =
      (double) upscale_progress_count_done (progress) / MAX (progress.n_tiles, 1);
  g_autofree char *percent = g_strdup_printf (_ ("%.0f %%"), 100.0 * fraction);

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), fraction);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (self->bar), percent);
  gtk_label_set_text (GTK_LABEL (self->status), status);
  upscale_endpoint_status_refresh (self->endpoints, self->job);
  upscale_tile_view_refresh (UPSCALE_TILE_VIEW (self->tiles));
}

/* Shows the progress without remaining time, waits and running batches, which an ended
 * job does not have. */
static void
show_ended (UpscaleProgressWindow *self)
{
  UpscaleProgress progress =
      upscale_dispatch_status_get_progress (upscale_job_get_status (self->job));
  g_autofree char *status = NULL;

  progress.seconds_left = -1.0;
  progress.expected_cost = -1.0;
  progress.n_in_flight = 0;
  progress.n_queued = 0;
  progress.n_starting = 0;
  progress.wait_us = 0;
  status = upscale_progress_describe (progress);
  gtk_label_set_text (GTK_LABEL (self->status), status);
}

static gboolean
on_refresh_due (gpointer user_data)
{
  UpscaleProgressWindow *self = user_data;

  self->refresh = 0;
  show_now (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_tick (gpointer user_data)
{
  show_now (user_data);
  return G_SOURCE_CONTINUE;
}

static void
on_progress (UpscaleScheduler *scheduler, gpointer user_data)
{
  UpscaleProgressWindow *self = user_data;

  if (!self->refresh)
    self->refresh = g_timeout_add (REFRESH_MS, on_refresh_due, self);
}

static void
on_event (UpscaleScheduler *scheduler, const UpscaleEvent *event, gpointer user_data)
{
  UpscaleProgressWindow *self = user_data;
  g_autofree char       *text = upscale_event_text_describe (event);

  if (!text)
    return;
  gtk_label_set_text (GTK_LABEL (self->message), text);
  gtk_widget_set_tooltip_text (self->message, text);
}

static void
toggle_details (UpscaleProgressWindow *self)
{
  gboolean   is_shown = !gtk_widget_get_visible (self->details);
  GtkWidget *button =
      gtk_dialog_get_widget_for_response (GTK_DIALOG (self), RESPONSE_DETAILS);

  gtk_widget_set_visible (self->details, is_shown);
  gtk_button_set_label (GTK_BUTTON (button),
                        is_shown ? _ ("Hide _Details") : _ ("Show _Details"));
  gtk_window_resize (GTK_WINDOW (self), WIDTH_PX, 1);
}

static void
cancel (UpscaleProgressWindow *self)
{
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self), GTK_RESPONSE_CANCEL, FALSE);
  gtk_label_set_text (GTK_LABEL (self->message),
                      _ ("Stopping. Finished tiles are kept: run again to go on."));
  g_cancellable_cancel (self->cancellable);
}

static int
get_choice (UpscaleProgressWindow *self, int response)
{
  switch (response)
    {
    case RESPONSE_RETRY:
      return UPSCALE_CHOICE_RETRY;
    case RESPONSE_KEEP:
      return UPSCALE_CHOICE_KEEP;
    case RESPONSE_REPAINT:
      return UPSCALE_CHOICE_REPAINT;
    case RESPONSE_DISCARD:
      return UPSCALE_CHOICE_DISCARD;
    default:
      return (int) self->default_answer;
    }
}

/* Closing the window by its frame means Cancel while the job runs, and the default answer
 * after its end. */
static void
upscale_progress_window_response (GtkDialog *dialog, int response)
{
  UpscaleProgressWindow *self = UPSCALE_PROGRESS_WINDOW (dialog);

  if (response == RESPONSE_DETAILS)
    toggle_details (self);
  else if (!self->is_asking)
    cancel (self);
  else
    {
      self->is_asking = FALSE;
      g_signal_emit (self, signals[SIGNAL_ANSWERED], 0, get_choice (self, response));
    }
}

static gboolean
on_delete_event (GtkWidget *widget, GdkEvent *event, gpointer user_data)
{
  /* The job runner destroys the window after the job has ended. */
  return GDK_EVENT_STOP;
}

static void
forget_job (UpscaleProgressWindow *self)
{
  if (self->job)
    g_signal_handlers_disconnect_by_data (upscale_job_get_scheduler (self->job), self);
  g_clear_object (&self->job);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->refresh, g_source_remove);
  g_clear_handle_id (&self->tick, g_source_remove);
}

static void
upscale_progress_window_dispose (GObject *object)
{
  forget_job (UPSCALE_PROGRESS_WINDOW (object));
  G_OBJECT_CLASS (upscale_progress_window_parent_class)->dispose (object);
}

static void
upscale_progress_window_class_init (UpscaleProgressWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = upscale_progress_window_dispose;
  GTK_DIALOG_CLASS (klass)->response = upscale_progress_window_response;
  /**
   * UpscaleProgressWindow::answered:
   * @window: the window
   * @choice: the user's #UpscaleChoice
   *
   * Emitted when the user answers upscale_progress_window_ask(),
   * upscale_progress_window_offer_repaint() or upscale_progress_window_say().
   */
  signals[SIGNAL_ANSWERED] =
      g_signal_new ("answered", UPSCALE_TYPE_PROGRESS_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static GtkWidget *
make_label (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0F);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), TEXT_WIDTH_CHARS);
  return label;
}

static void
upscale_progress_window_init (UpscaleProgressWindow *self)
{
  gtk_window_set_title (GTK_WINDOW (self), _ ("Tile Upscale"));
  gtk_window_set_default_size (GTK_WINDOW (self), WIDTH_PX, -1);
  self->status = make_label (_ ("Asking the endpoints..."));
  self->message = make_label (NULL);
  self->bar = gtk_progress_bar_new ();
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (self->bar), TRUE);
  atk_object_set_name (gtk_widget_get_accessible (self->bar), _ ("Finished tiles"));
  self->details = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  self->endpoints = upscale_endpoint_status_new ();
  g_signal_connect (self, "delete-event", G_CALLBACK (on_delete_event), NULL);
}

static void
fill (UpscaleProgressWindow *self, GdkPixbuf *picture)
{
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);

  gtk_container_set_border_width (GTK_CONTAINER (content), SPACING_PX);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (self))), content,
                      TRUE, TRUE, 0);
  self->tiles = upscale_tile_view_new (picture);
  gtk_box_pack_start (GTK_BOX (self->details), self->tiles, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self->details), self->endpoints, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), self->bar, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), self->status, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), self->details, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (content), self->message, FALSE, FALSE, 0);
}

/**
 * upscale_progress_window_new:
 * @picture: thumbnail of the source
 *
 * Makes a window that upscale_progress_window_watch() shows. The caller destroys it.
 *
 * Returns: (transfer none): the window
 */
GtkWidget *
upscale_progress_window_new (GdkPixbuf *picture)
{
  UpscaleProgressWindow *self;

  g_return_val_if_fail (GDK_IS_PIXBUF (picture), NULL);

  self = g_object_new (UPSCALE_TYPE_PROGRESS_WINDOW, NULL);
  fill (self, picture);
  return GTK_WIDGET (self);
}

static void
remove_button (GtkWidget *button, gpointer user_data)
{
  gtk_widget_destroy (button);
}

static GtkContainer *
get_buttons (UpscaleProgressWindow *self)
{
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  return GTK_CONTAINER (gtk_dialog_get_action_area (GTK_DIALOG (self)));
  G_GNUC_END_IGNORE_DEPRECATIONS
}

static void
remove_buttons (UpscaleProgressWindow *self)
{
  gtk_container_foreach (get_buttons (self), remove_button, NULL);
}

/* Buttons differ in width: in some languages one long label would make all four wide. */
static GtkWidget *
add_button (UpscaleProgressWindow *self, const char *label, int response)
{
  GtkWidget *button = gtk_dialog_add_button (GTK_DIALOG (self), label, response);

  gtk_button_box_set_child_non_homogeneous (GTK_BUTTON_BOX (get_buttons (self)), button,
                                            TRUE);
  return button;
}

static void
add_details_button (UpscaleProgressWindow *self)
{
  gboolean   is_shown = gtk_widget_get_visible (self->details);
  GtkWidget *button =
      add_button (self, is_shown ? _ ("Hide _Details") : _ ("Show _Details"),
                  RESPONSE_DETAILS);

  gtk_button_box_set_child_secondary (GTK_BUTTON_BOX (get_buttons (self)), button, TRUE);
}

/**
 * upscale_progress_window_watch:
 * @window: the window
 * @job: the job that @window shows from now on
 * @cancellable: cancelled when the user presses Cancel
 *
 * Shows a job that is about to run.
 */
void
upscale_progress_window_watch (UpscaleProgressWindow *window,
                               UpscaleJob            *job,
                               GCancellable          *cancellable)
{
  UpscaleScheduler *scheduler;
  gboolean          is_first;

  g_return_if_fail (UPSCALE_IS_PROGRESS_WINDOW (window));
  g_return_if_fail (UPSCALE_IS_JOB (job));
  g_return_if_fail (G_IS_CANCELLABLE (cancellable));

  scheduler = upscale_job_get_scheduler (job);
  is_first = window->job == NULL;
  forget_job (window);
  window->job = g_object_ref (job);
  window->cancellable = g_object_ref (cancellable);
  g_signal_connect (scheduler, "progress", G_CALLBACK (on_progress), window);
  g_signal_connect (scheduler, "event", G_CALLBACK (on_event), window);
  gtk_label_set_text (GTK_LABEL (window->message), "");
  window->tick = g_timeout_add_seconds (TICK_S, on_tick, window);
  upscale_tile_view_watch (UPSCALE_TILE_VIEW (window->tiles), job);
  if (is_first)
    gtk_widget_show_all (GTK_WIDGET (window));
  remove_buttons (window);
  add_details_button (window);
  add_button (window, _ ("_Cancel"), GTK_RESPONSE_CANCEL);
  show_now (window);
}

/* Closing the window by its frame answers with @answer. */
static void
show_end (UpscaleProgressWindow *window, const char *sentence, UpscaleChoice answer)
{
  g_clear_handle_id (&window->tick, g_source_remove);
  show_now (window);
  show_ended (window);
  gtk_label_set_text (GTK_LABEL (window->message), sentence);
  gtk_widget_set_tooltip_text (window->message, NULL);
  gtk_window_present (GTK_WINDOW (window));
  window->is_asking = TRUE;
  window->default_answer = answer;
}

/**
 * upscale_progress_window_ask:
 * @window: the window
 * @reason: the tiles that failed, and why
 * @can_keep: whether a layer can be made from the painted tiles
 *
 * Asks the user how to go on after a job that ended with failed tiles. The window emits
 * #UpscaleProgressWindow::answered when the user has decided.
 */
void
upscale_progress_window_ask (UpscaleProgressWindow *window,
                             const char            *reason,
                             gboolean               can_keep)
{
  GtkDialog *dialog = GTK_DIALOG (window);

  g_return_if_fail (UPSCALE_IS_PROGRESS_WINDOW (window));
  g_return_if_fail (reason != NULL);

  remove_buttons (window);
  add_details_button (window);
  add_button (window, can_keep ? _ ("Di_scard") : _ ("_Close"), RESPONSE_DISCARD);
  if (can_keep)
    add_button (window, _ ("_Keep Finished Tiles"), RESPONSE_KEEP);
  add_button (window, _ ("_Retry Failed Tiles"), RESPONSE_RETRY);
  gtk_dialog_set_default_response (dialog, RESPONSE_RETRY);
  show_end (window, reason, can_keep ? UPSCALE_CHOICE_KEEP : UPSCALE_CHOICE_DISCARD);
}

/**
 * upscale_progress_window_offer_repaint:
 * @window: the window
 * @sentence: the number of borders that show, and the cost of repainting them
 *
 * Asks the user about the borders that the map marks after a job. The window emits
 * #UpscaleProgressWindow::answered when the user has decided. Closing the window keeps
 * the result as it is, which costs nothing.
 */
void
upscale_progress_window_offer_repaint (UpscaleProgressWindow *window,
                                       const char            *sentence)
{
  g_return_if_fail (UPSCALE_IS_PROGRESS_WINDOW (window));
  g_return_if_fail (sentence != NULL);

  remove_buttons (window);
  add_details_button (window);
  add_button (window, _ ("Di_scard"), RESPONSE_DISCARD);
  add_button (window, _ ("Repaint _Borders"), RESPONSE_REPAINT);
  add_button (window, _ ("_Keep as It Is"), RESPONSE_KEEP);
  gtk_dialog_set_default_response (GTK_DIALOG (window), RESPONSE_KEEP);
  show_end (window, sentence, UPSCALE_CHOICE_KEEP);
}

/**
 * upscale_progress_window_say:
 * @window: the window
 * @sentence: the outcome of the job
 *
 * Shows the outcome of a job that makes no layer. The window emits
 * #UpscaleProgressWindow::answered with %UPSCALE_CHOICE_DISCARD when the user closes it.
 */
void
upscale_progress_window_say (UpscaleProgressWindow *window, const char *sentence)
{
  g_return_if_fail (UPSCALE_IS_PROGRESS_WINDOW (window));
  g_return_if_fail (sentence != NULL);

  remove_buttons (window);
  add_button (window, _ ("_Close"), GTK_RESPONSE_CLOSE);
  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_CLOSE);
  show_end (window, sentence, UPSCALE_CHOICE_DISCARD);
}
