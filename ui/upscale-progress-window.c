/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-progress-window.h"

#include <glib/gi18n.h>

#include "upscale-close-switch.h"
#include "upscale-compare.h"
#include "upscale-control.h"
#include "upscale-endpoint-status.h"
#include "upscale-event-text.h"
#include "upscale-failure-list.h"
#include "upscale-notification.h"
#include "upscale-stop-question.h"
#include "upscale-text-window.h"
#include "upscale-tile-view.h"

#define WIDTH_PX 520
#define SPACING_PX 12
/* Room that the map has at first and gives to the legend, whose rows become more. */
#define SPARE_HEIGHT_PX 40
/* Pause between refreshes: tiles may settle by the hundred in a second. */
#define REFRESH_MS 150
/* Pause between refreshes while nothing happens, since waiting times count down. */
#define TICK_S 1
#define PULSE_MS 120
#define TEXT_WIDTH_CHARS 60
#define COMPARE_WIDTH_PX 420
#define COMPARE_HEIGHT_PX 280

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
 * lists these and asks the user how to go on. While a job runs the window keeps its size:
 * every text has the room that it needs from the start. When the new layer is there, the
 * window shows the picture before and after.
 */
struct _UpscaleProgressWindow
{
  GtkDialog parent_instance;

  char         *image_name;
  UpscaleJob   *job;
  GCancellable *cancellable;
  GtkWidget    *bar;
  GtkWidget    *status;
  GtkWidget    *details;
  GtkWidget    *tiles;
  GtkWidget    *endpoints;
  GtkWidget    *message;
  GtkWidget    *log; /* button */
  GtkWidget    *failures;
  GtkWidget    *content;
  GtkWidget    *close_switch;
  GtkWidget    *question; /* whether to stop the job, while the user is asked */
  guint         refresh;
  guint         tick;
  guint         pulse; /* while no tile is painted */
  gboolean      is_stopping;
  gboolean      is_writing; /* the result becomes a layer, which can't be stopped */
  gboolean      is_asking;  /* the job has ended, and the user decides */
  UpscaleChoice default_answer;
};

enum
{
  SIGNAL_ANSWERED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UpscaleProgressWindow, upscale_progress_window, GTK_TYPE_DIALOG)

/* The job has ended or is being stopped. */
static gboolean
is_over (const UpscaleProgressWindow *self)
{
  return self->is_stopping || self->is_asking;
}

/* A job that is over has no remaining time, waits and running batches. */
static UpscaleProgress
read_progress (UpscaleProgressWindow *self)
{
  UpscaleProgress progress =
      upscale_dispatch_status_get_progress (upscale_job_get_status (self->job));

  if (!is_over (self))
    return progress;
  progress.seconds_left = -1.0;
  progress.expected_cost = -1.0;
  progress.n_in_flight = 0;
  progress.n_queued = 0;
  progress.n_starting = 0;
  progress.wait_us = 0;
  progress.is_probing = FALSE;
  return progress;
}

static gboolean
on_pulse_due (gpointer user_data)
{
  UpscaleProgressWindow *self = user_data;

  gtk_progress_bar_pulse (GTK_PROGRESS_BAR (self->bar));
  return G_SOURCE_CONTINUE;
}

/* Lists of windows cut the end of titles, so the percentage comes first. */
static void
show_title (UpscaleProgressWindow *self, const char *percent)
{
  g_autofree char *plain = g_strdup_printf (_ ("%s - Tile Upscale"), self->image_name);
  g_autofree char *title =
      percent ? g_strdup_printf ("%s - %s", percent, plain) : g_steal_pointer (&plain);

  gtk_window_set_title (GTK_WINDOW (self), title);
}

/* The bar pulses while no tile is painted, so that a wait does not look like a hang. */
static void
show_fraction (UpscaleProgressWindow *self, UpscaleProgress progress)
{
  GtkProgressBar  *bar = GTK_PROGRESS_BAR (self->bar);
  double           n_tiles = MAX (progress.n_tiles, 1);
  double           fraction = upscale_progress_count_done (progress) / n_tiles;
  g_autofree char *percent = g_strdup_printf (_ ("%.0f %%"), 100.0 * fraction);

  gtk_progress_bar_set_text (bar, percent);
  show_title (self, percent);
  if (!upscale_progress_is_waiting (progress))
    {
      g_clear_handle_id (&self->pulse, g_source_remove);
      gtk_progress_bar_set_fraction (bar, fraction);
    }
  else if (!self->pulse)
    self->pulse = g_timeout_add (PULSE_MS, on_pulse_due, self);
}

static void
show_now (UpscaleProgressWindow *self)
{
  UpscaleProgress  progress = read_progress (self);
  g_autofree char *status = upscale_progress_describe (progress);

  show_fraction (self, progress);
  gtk_label_set_text (GTK_LABEL (self->status), status);
  gtk_widget_set_tooltip_text (self->status, status);
  upscale_endpoint_status_refresh (self->endpoints, self->job, is_over (self));
  upscale_tile_view_refresh (UPSCALE_TILE_VIEW (self->tiles), is_over (self));
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

/* The message is one line while the job runs, so that the window keeps its size. */
static void
show_event (UpscaleProgressWindow *self, const char *text)
{
  gtk_label_set_single_line_mode (GTK_LABEL (self->message), TRUE);
  gtk_label_set_line_wrap (GTK_LABEL (self->message), FALSE);
  gtk_label_set_ellipsize (GTK_LABEL (self->message), PANGO_ELLIPSIZE_END);
  gtk_label_set_text (GTK_LABEL (self->message), text);
  gtk_widget_set_tooltip_text (self->message, text);
}

static void
show_sentence (UpscaleProgressWindow *self, const char *sentence)
{
  gtk_label_set_single_line_mode (GTK_LABEL (self->message), FALSE);
  gtk_label_set_ellipsize (GTK_LABEL (self->message), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_line_wrap (GTK_LABEL (self->message), TRUE);
  gtk_label_set_text (GTK_LABEL (self->message), sentence);
  gtk_widget_set_tooltip_text (self->message, NULL);
}

static void
on_event (UpscaleScheduler *scheduler, const UpscaleEvent *event, gpointer user_data)
{
  UpscaleProgressWindow *self = user_data;
  g_autofree char       *text = upscale_event_text_describe (event);

  if (text && !is_over (self))
    show_event (self, text);
}

static void
fit_height (UpscaleProgressWindow *self)
{
  int height_px;

  gtk_widget_get_preferred_height_for_width (GTK_WIDGET (self), WIDTH_PX, NULL,
                                             &height_px);
  if (gtk_widget_get_visible (self->details))
    height_px += SPARE_HEIGHT_PX;
  gtk_window_resize (GTK_WINDOW (self), WIDTH_PX, height_px);
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
  fit_height (self);
}

static void
cancel (UpscaleProgressWindow *self)
{
  self->is_stopping = TRUE;
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self), GTK_RESPONSE_CANCEL, FALSE);
  show_event (self, _ ("Stopping. Finished tiles are kept."));
  show_now (self);
  g_cancellable_cancel (self->cancellable);
}

static void
close_question (UpscaleProgressWindow *self)
{
  g_clear_pointer (&self->question, gtk_widget_destroy);
}

static void
on_question_answered (GtkDialog *question, int response, gpointer user_data)
{
  UpscaleProgressWindow *self = user_data;

  close_question (self);
  if (response == GTK_RESPONSE_ACCEPT)
    cancel (self);
}

/* Escape and the window's frame are hit by accident, and tiles at work would be lost. */
static void
cancel_when_sure (UpscaleProgressWindow *self)
{
  UpscaleProgress progress = read_progress (self);

  if (progress.n_in_flight + progress.n_painted == 0)
    {
      cancel (self);
      return;
    }
  if (!self->question)
    {
      self->question = upscale_stop_question_new (GTK_WINDOW (self), progress);
      g_signal_connect (self->question, "response", G_CALLBACK (on_question_answered),
                        self);
    }
  gtk_window_present (GTK_WINDOW (self->question));
}

static void
on_show_log (GtkButton *button, gpointer user_data)
{
  UpscaleProgressWindow *self = user_data;

  upscale_text_window_show (GTK_WINDOW (self), _ ("Log of the job"),
                            upscale_job_get_log_path (self->job));
}

static void
on_failure_chosen (UpscaleFailureList *failures, guint tile_index, gpointer user_data)
{
  UpscaleProgressWindow *self = user_data;

  if (!gtk_widget_get_visible (self->details))
    toggle_details (self);
  upscale_tile_view_choose (UPSCALE_TILE_VIEW (self->tiles), tile_index);
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

/* Closing the window by its frame or by Escape means Cancel while the job runs, and the
 * default answer after its end. */
static void
upscale_progress_window_response (GtkDialog *dialog, int response)
{
  UpscaleProgressWindow *self = UPSCALE_PROGRESS_WINDOW (dialog);

  if (response == RESPONSE_DETAILS)
    toggle_details (self);
  else if (self->is_stopping || self->is_writing)
    return;
  else if (!self->is_asking && response == GTK_RESPONSE_DELETE_EVENT)
    cancel_when_sure (self);
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
stop_refreshing (UpscaleProgressWindow *self)
{
  g_clear_handle_id (&self->refresh, g_source_remove);
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_handle_id (&self->pulse, g_source_remove);
}

static void
forget_job (UpscaleProgressWindow *self)
{
  if (self->job)
    g_signal_handlers_disconnect_by_data (upscale_job_get_scheduler (self->job), self);
  g_clear_object (&self->job);
  g_clear_object (&self->cancellable);
  stop_refreshing (self);
}

static void
upscale_progress_window_dispose (GObject *object)
{
  close_question (UPSCALE_PROGRESS_WINDOW (object));
  forget_job (UPSCALE_PROGRESS_WINDOW (object));
  G_OBJECT_CLASS (upscale_progress_window_parent_class)->dispose (object);
}

static void
upscale_progress_window_finalize (GObject *object)
{
  g_free (UPSCALE_PROGRESS_WINDOW (object)->image_name);
  G_OBJECT_CLASS (upscale_progress_window_parent_class)->finalize (object);
}

static void
upscale_progress_window_class_init (UpscaleProgressWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = upscale_progress_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = upscale_progress_window_finalize;
  GTK_DIALOG_CLASS (klass)->response = upscale_progress_window_response;
  /**
   * UpscaleProgressWindow::answered:
   * @window: the window
   * @choice: the user's #UpscaleChoice
   *
   * Emitted when the user answers upscale_progress_window_ask(),
   * upscale_progress_window_offer_repaint() or upscale_progress_window_say(), or closes
   * the window after upscale_progress_window_show_end().
   */
  signals[SIGNAL_ANSWERED] =
      g_signal_new ("answered", UPSCALE_TYPE_PROGRESS_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

/* Gives the label the height of two lines, of which it shows no more. */
static void
reserve_two_lines (GtkWidget *label)
{
  gtk_widget_set_size_request (label, -1, upscale_control_measure_lines (label, 2));
  gtk_label_set_yalign (GTK_LABEL (label), 0.0F);
  gtk_label_set_lines (GTK_LABEL (label), 2);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
}

static void
upscale_progress_window_init (UpscaleProgressWindow *self)
{
  gtk_window_set_default_size (GTK_WINDOW (self), WIDTH_PX, -1);
  self->status =
      upscale_control_new_line (_ ("Asking the endpoints..."), TEXT_WIDTH_CHARS);
  reserve_two_lines (self->status);
  self->message = upscale_control_new_line (NULL, TEXT_WIDTH_CHARS);
  self->log = gtk_button_new_with_mnemonic (_ ("Show _Log"));
  gtk_widget_set_valign (self->log, GTK_ALIGN_START);
  gtk_widget_set_no_show_all (self->log, TRUE);
  g_signal_connect (self->log, "clicked", G_CALLBACK (on_show_log), self);
  self->failures = upscale_failure_list_new ();
  g_signal_connect (self->failures, "chosen", G_CALLBACK (on_failure_chosen), self);
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
  GtkWidget *outcome = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);

  self->content = content;
  gtk_container_set_border_width (GTK_CONTAINER (content), SPACING_PX);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (self))), content,
                      TRUE, TRUE, 0);
  self->tiles = upscale_tile_view_new (picture);
  gtk_box_pack_start (GTK_BOX (self->details), self->tiles, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self->details), self->endpoints, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), self->bar, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), self->status, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), self->details, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (outcome), self->message, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (outcome), self->log, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), outcome, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), self->failures, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (content), self->close_switch, FALSE, FALSE, 0);
}

/**
 * upscale_progress_window_new:
 * @picture: thumbnail of the source
 * @image_name: name of the image
 * @choices: the user's own file that keeps the user's choices in this window
 *
 * Makes a window that upscale_progress_window_watch() shows. The caller destroys it.
 *
 * Returns: (transfer none): the window
 */
GtkWidget *
upscale_progress_window_new (GdkPixbuf *picture, const char *image_name, GFile *choices)
{
  UpscaleProgressWindow *self;

  g_return_val_if_fail (GDK_IS_PIXBUF (picture), NULL);
  g_return_val_if_fail (image_name != NULL, NULL);
  g_return_val_if_fail (G_IS_FILE (choices), NULL);

  self = g_object_new (UPSCALE_TYPE_PROGRESS_WINDOW, NULL);
  self->image_name = g_strdup (image_name);
  self->close_switch = upscale_close_switch_new (choices);
  show_title (self, NULL);
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
  window->is_stopping = FALSE;
  upscale_failure_list_clear (UPSCALE_FAILURE_LIST (window->failures));
  gtk_widget_hide (window->log);
  show_event (window, "");
  window->tick = g_timeout_add_seconds (TICK_S, on_tick, window);
  upscale_tile_view_watch (UPSCALE_TILE_VIEW (window->tiles), job);
  if (is_first)
    gtk_widget_show_all (gtk_bin_get_child (GTK_BIN (window)));
  remove_buttons (window);
  add_details_button (window);
  add_button (window, _ ("_Cancel"), GTK_RESPONSE_CANCEL);
  show_now (window);
  if (!is_first)
    return;
  fit_height (window);
  gtk_widget_show (GTK_WIDGET (window));
}

/* Closing the window by its frame answers with @answer. */
static void
show_end (UpscaleProgressWindow *window, const char *sentence, UpscaleChoice answer)
{
  g_clear_handle_id (&window->tick, g_source_remove);
  close_question (window);
  window->is_stopping = FALSE;
  window->is_asking = TRUE;
  window->default_answer = answer;
  show_now (window);
  show_sentence (window, sentence);
  upscale_notification_send (GTK_WINDOW (window), sentence);
  gtk_window_present (GTK_WINDOW (window));
}

/**
 * upscale_progress_window_ask:
 * @window: the window
 * @sentence: the number of tiles that failed
 * @can_keep: whether a layer can be made from the painted tiles
 *
 * Asks the user how to go on after a job that ended with failed tiles. The window emits
 * #UpscaleProgressWindow::answered when the user has decided.
 */
void
upscale_progress_window_ask (UpscaleProgressWindow *window,
                             const char            *sentence,
                             gboolean               can_keep)
{
  GtkDialog *dialog = GTK_DIALOG (window);

  g_return_if_fail (UPSCALE_IS_PROGRESS_WINDOW (window));
  g_return_if_fail (sentence != NULL);

  remove_buttons (window);
  add_details_button (window);
  gtk_widget_set_visible (window->log, upscale_job_get_log_path (window->job) != NULL);
  add_button (window, can_keep ? _ ("Di_scard") : _ ("_Close"), RESPONSE_DISCARD);
  if (can_keep)
    add_button (window, _ ("_Keep Finished Tiles"), RESPONSE_KEEP);
  add_button (window, _ ("_Retry Failed Tiles"), RESPONSE_RETRY);
  gtk_dialog_set_default_response (dialog, RESPONSE_RETRY);
  upscale_failure_list_fill (UPSCALE_FAILURE_LIST (window->failures), window->job);
  show_end (window, sentence, can_keep ? UPSCALE_CHOICE_KEEP : UPSCALE_CHOICE_DISCARD);
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

/**
 * upscale_progress_window_show_written:
 * @window: the window
 * @fraction: written part of the new layer, 0 to 1
 *
 * Shows the progress of the last step, which can't be stopped. Handles events, since the
 * writer does not return to the main loop.
 */
void
upscale_progress_window_show_written (UpscaleProgressWindow *window, double fraction)
{
  g_return_if_fail (UPSCALE_IS_PROGRESS_WINDOW (window));

  if (!window->is_writing)
    {
      window->is_writing = TRUE;
      close_question (window);
      stop_refreshing (window);
      gtk_widget_set_sensitive (GTK_WIDGET (get_buttons (window)), FALSE);
      gtk_label_set_text (GTK_LABEL (window->message), _ ("Writing the upscaled layer"));
    }
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (window->bar), fraction);
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (window->bar), NULL);
  while (gtk_events_pending ())
    gtk_main_iteration ();
}

static void
show_comparison (UpscaleProgressWindow *self, const UpscaleProgressWindowEnd *end)
{
  GtkWidget *compare = upscale_compare_new (COMPARE_WIDTH_PX, COMPARE_HEIGHT_PX);

  upscale_compare_show (UPSCALE_COMPARE (compare),
                        (UpscaleComparePicture) { end->before, _ ("Before") },
                        (UpscaleComparePicture) { end->after, _ ("After") });
  gtk_widget_hide (self->bar);
  gtk_widget_hide (self->status);
  gtk_widget_hide (self->details);
  gtk_widget_hide (self->failures);
  gtk_widget_set_visible (self->log, upscale_job_get_log_path (self->job) != NULL);
  show_sentence (self, end->sentence);
  gtk_box_pack_start (GTK_BOX (self->content), compare, TRUE, TRUE, 0);
  gtk_box_reorder_child (GTK_BOX (self->content), compare, 0);
  gtk_widget_show_all (compare);
}

/**
 * upscale_progress_window_show_end:
 * @window: the window
 * @end: the end of the job
 *
 * Shows the picture before and after, when the new layer is in the image. The window
 * emits #UpscaleProgressWindow::answered when the user closes it.
 *
 * Returns: %TRUE, or %FALSE if the user chose that the window closes now
 */
gboolean
upscale_progress_window_show_end (UpscaleProgressWindow          *window,
                                  const UpscaleProgressWindowEnd *end)
{
  g_return_val_if_fail (UPSCALE_IS_PROGRESS_WINDOW (window), FALSE);
  g_return_val_if_fail (end != NULL, FALSE);

  upscale_notification_send (GTK_WINDOW (window), end->sentence);
  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (window->close_switch)))
    return FALSE;
  stop_refreshing (window);
  show_title (window, NULL);
  remove_buttons (window);
  gtk_widget_set_sensitive (GTK_WIDGET (get_buttons (window)), TRUE);
  show_comparison (window, end);
  add_button (window, _ ("_Close"), GTK_RESPONSE_CLOSE);
  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_CLOSE);
  window->is_stopping = FALSE;
  window->is_writing = FALSE;
  window->is_asking = TRUE;
  window->default_answer = UPSCALE_CHOICE_KEEP;
  return TRUE;
}
