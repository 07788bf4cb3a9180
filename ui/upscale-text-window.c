/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-text-window.h"

#include <glib/gi18n.h>

#include "upscale-file.h"

#define WIDTH_PX 860
#define HEIGHT_PX 560
#define SPACING_PX 12
#define MAX_TEXT_BYTES (8 * 1024 * 1024)

/* Servers write parts of the log, and GTK takes valid UTF-8 only. */
static char *
read_text (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = upscale_file_read (path, MAX_TEXT_BYTES, &error);
  gsize       size = 0;
  const char *text;

  if (!bytes)
    return g_strdup (error->message);
  text = g_bytes_get_data (bytes, &size);
  return g_utf8_make_valid (text, (gssize) size);
}

/* One line an event: wrapped lines would get hyphens that are not in the log. */
static GtkWidget *
make_text (const char *title, const char *path)
{
  GtkWidget       *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget       *view = gtk_text_view_new ();
  g_autofree char *text = read_text (path);

  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), text, -1);
  atk_object_set_name (gtk_widget_get_accessible (view), title);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scroller), GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (scroller), view);
  return scroller;
}

static GtkWidget *
make_path (const char *path)
{
  g_autofree char *name = g_filename_display_name (path);
  GtkWidget       *label = gtk_label_new (name);

  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_START);
  gtk_widget_set_tooltip_text (label, name);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0F);
  return label;
}

/**
 * upscale_text_window_show:
 * @parent: the window below
 * @title: title of the window
 * @path: the path of a text file
 *
 * Shows a file as it is now, in a window of its own, since few desktops have a program
 * for logs and Markdown.
 */
void
upscale_text_window_show (GtkWindow *parent, const char *title, const char *path)
{
  GtkWidget *window;
  GtkWidget *box;

  g_return_if_fail (GTK_IS_WINDOW (parent));
  g_return_if_fail (title != NULL);
  g_return_if_fail (path != NULL);

  window = gtk_dialog_new_with_buttons (title, parent, GTK_DIALOG_DESTROY_WITH_PARENT,
                                        _ ("_Close"), GTK_RESPONSE_CLOSE, NULL);
  box = gtk_dialog_get_content_area (GTK_DIALOG (window));
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH_PX, HEIGHT_PX);
  gtk_container_set_border_width (GTK_CONTAINER (box), SPACING_PX);
  gtk_box_set_spacing (GTK_BOX (box), SPACING_PX);
  gtk_box_pack_start (GTK_BOX (box), make_text (title, path), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), make_path (path), FALSE, FALSE, 0);
  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_CLOSE);
  g_signal_connect (window, "response", G_CALLBACK (gtk_widget_destroy), NULL);
  gtk_widget_show_all (window);
}
