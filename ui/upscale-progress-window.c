/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-progress-window.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>

#define WIDTH_PX 420
#define SPACING_PX 12

/**
 * UpscaleProgressWindow:
 *
 * Shows how far the job is, and has our own Cancel: the one of GIMP's progress bar kills
 * the plug-in. Not modal, so GIMP stays usable. Cancelling keeps every finished tile,
 * which the window says.
 */
struct _UpscaleProgressWindow
{
  GtkDialog parent_instance;

  UpscaleScheduler *scheduler;
  GCancellable     *cancellable;
  GtkWidget        *bar;
  GtkWidget        *label;
};

G_DEFINE_FINAL_TYPE (UpscaleProgressWindow, upscale_progress_window, GTK_TYPE_DIALOG)

static void
on_progress (UpscaleScheduler *scheduler, gpointer user_data)
{
  UpscaleProgressWindow *self = user_data;
  UpscaleProgress        progress = upscale_scheduler_get_progress (scheduler);
  g_autofree char       *status = upscale_progress_describe (progress);

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar),
                                 (double) upscale_progress_count_settled (progress) /
                                     MAX (progress.n_tiles, 1));
  gtk_label_set_text (GTK_LABEL (self->label), status);
}

/* Closing the window by its frame means the same as Cancel. */
static void
upscale_progress_window_response (GtkDialog *dialog, int response)
{
  UpscaleProgressWindow *self = UPSCALE_PROGRESS_WINDOW (dialog);

  gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
  gtk_label_set_text (GTK_LABEL (self->label),
                      _ ("Stopping. Finished tiles are kept: run again to go on."));
  g_cancellable_cancel (self->cancellable);
}

static gboolean
on_delete_event (GtkWidget *widget, GdkEvent *event, gpointer user_data)
{
  /* The run closes the window when the job has ended. */
  return GDK_EVENT_STOP;
}

static void
upscale_progress_window_dispose (GObject *object)
{
  UpscaleProgressWindow *self = UPSCALE_PROGRESS_WINDOW (object);

  if (self->scheduler)
    g_signal_handlers_disconnect_by_data (self->scheduler, self);
  g_clear_object (&self->scheduler);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (upscale_progress_window_parent_class)->dispose (object);
}

static void
upscale_progress_window_class_init (UpscaleProgressWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = upscale_progress_window_dispose;
  GTK_DIALOG_CLASS (klass)->response = upscale_progress_window_response;
}

static void
upscale_progress_window_init (UpscaleProgressWindow *self)
{
  GtkWidget *content = gtk_dialog_get_content_area (GTK_DIALOG (self));

  gtk_window_set_title (GTK_WINDOW (self), _ ("Tile Upscale"));
  gtk_window_set_default_size (GTK_WINDOW (self), WIDTH_PX, -1);
  gtk_container_set_border_width (GTK_CONTAINER (self), SPACING_PX);
  gtk_box_set_spacing (GTK_BOX (content), SPACING_PX);
  gtk_dialog_add_button (GTK_DIALOG (self), _ ("_Cancel"), GTK_RESPONSE_CANCEL);

  self->label = gtk_label_new (_ ("Asking the endpoints..."));
  gtk_label_set_xalign (GTK_LABEL (self->label), 0.0F);
  gtk_label_set_line_wrap (GTK_LABEL (self->label), TRUE);
  self->bar = gtk_progress_bar_new ();
  atk_object_set_name (gtk_widget_get_accessible (self->bar), _ ("Finished tiles"));
  gtk_box_pack_start (GTK_BOX (content), self->label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), self->bar, FALSE, FALSE, 0);
  g_signal_connect (self, "delete-event", G_CALLBACK (on_delete_event), NULL);
}

/**
 * upscale_progress_window_new:
 * @scheduler: whose progress is shown
 * @cancellable: cancelled when the user presses Cancel
 *
 * Shows the window, beside GIMP's. The caller destroys it when the job has ended.
 *
 * Returns: (transfer none): the window
 */
GtkWidget *
upscale_progress_window_new (UpscaleScheduler *scheduler, GCancellable *cancellable)
{
  UpscaleProgressWindow *self = g_object_new (UPSCALE_TYPE_PROGRESS_WINDOW, NULL);

  self->scheduler = g_object_ref (scheduler);
  self->cancellable = g_object_ref (cancellable);
  g_signal_connect (scheduler, "progress", G_CALLBACK (on_progress), self);
  gtk_widget_show_all (GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
