/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-form-grid.h"

#include <glib/gi18n.h>

#include "upscale-control.h"
#include "upscale-file.h"
#include "upscale-picture-file.h"

#define COLUMN_SPACING_PX 12
#define ROW_SPACING_PX 6
#define BORDER_PX 12
#define LINES_HEIGHT_PX 54
#define TEXT_WIDTH_CHARS 24
#define THUMBNAIL_PX 64
#define MAX_PICTURE_BYTES (32 * 1024 * 1024)
#define STEPS_A_PAGE 10.0
#define ZERO_WIDTH_CHARS 11
#define ZERO_KEY "upscale-zero"

/* Services read these, and a thumbnail is made of no other. */
static const char *const picture_types[] = { "image/png", "image/jpeg", "image/webp" };

/**
 * upscale_form_grid_new:
 * @config: a procedure's arguments
 * @column: where labels stand; the controls stand right of them
 *
 * Returns: an empty page
 */
UpscaleFormGrid
upscale_form_grid_new (GObject *config, int column)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), COLUMN_SPACING_PX);
  gtk_grid_set_row_spacing (GTK_GRID (grid), ROW_SPACING_PX);
  gtk_container_set_border_width (GTK_CONTAINER (grid), BORDER_PX);
  return (UpscaleFormGrid) { GTK_GRID (grid), config, column, 0 };
}

static const char *
get_blurb (const UpscaleFormGrid *rows, const char *property)
{
  return g_param_spec_get_blurb (
      g_object_class_find_property (G_OBJECT_GET_CLASS (rows->config), property));
}

/**
 * upscale_form_grid_add:
 * @rows: a page
 * @label: with a mnemonic
 * @widget: the control that gets the focus
 * @tooltip: (nullable): a short explanation
 *
 * Adds a row.
 *
 * Returns: (transfer none): @widget
 */
GtkWidget *
upscale_form_grid_add (UpscaleFormGrid *rows,
                       const char      *label,
                       GtkWidget       *widget,
                       const char      *tooltip)
{
  GtkWidget *caption = gtk_label_new_with_mnemonic (label);

  gtk_label_set_xalign (GTK_LABEL (caption), 0.0F);
  gtk_label_set_mnemonic_widget (GTK_LABEL (caption), widget);
  gtk_widget_set_tooltip_text (caption, tooltip);
  gtk_widget_set_tooltip_text (widget, tooltip);
  upscale_control_name_after (widget, label);
  gtk_grid_attach (rows->grid, caption, rows->column, rows->row, 1, 1);
  gtk_grid_attach (rows->grid, widget, rows->column + 1, rows->row, 1, 1);
  rows->row++;
  return widget;
}

/**
 * upscale_form_grid_add_number:
 * @rows: a page
 * @property: an argument
 * @label: with a mnemonic
 * @step: by which the arrows change it
 * @digits: decimals
 *
 * Returns: (transfer none): the control
 */
GtkWidget *
upscale_form_grid_add_number (UpscaleFormGrid *rows,
                              const char      *property,
                              const char      *label,
                              double           step,
                              int              digits)
{
  GtkWidget *spin = gimp_prop_spin_button_new (rows->config, property, step,
                                               step * STEPS_A_PAGE, digits);

  gtk_widget_set_halign (spin, GTK_ALIGN_START);
  return upscale_form_grid_add (rows, label, spin, get_blurb (rows, property));
}

/**
 * upscale_form_grid_add_switch:
 * @rows: a page
 * @property: an argument
 * @label: with a mnemonic
 *
 * Returns: (transfer none): the control, over both columns
 */
GtkWidget *
upscale_form_grid_add_switch (UpscaleFormGrid *rows,
                              const char      *property,
                              const char      *label)
{
  GtkWidget *check = gimp_prop_check_button_new (rows->config, property, label);

  gtk_widget_set_tooltip_text (check, get_blurb (rows, property));
  gtk_grid_attach (rows->grid, check, rows->column, rows->row, 2, 1);
  rows->row++;
  return check;
}

/**
 * upscale_form_grid_add_text:
 * @rows: a page
 * @property: an argument
 * @label: with a mnemonic
 *
 * Returns: (transfer none): the control
 */
GtkWidget *
upscale_form_grid_add_text (UpscaleFormGrid *rows,
                            const char      *property,
                            const char      *label)
{
  GtkWidget *entry = gimp_prop_entry_new (rows->config, property, -1);

  gtk_entry_set_width_chars (GTK_ENTRY (entry), TEXT_WIDTH_CHARS);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_widget_set_hexpand (entry, TRUE);
  return upscale_form_grid_add (rows, label, entry, get_blurb (rows, property));
}

/**
 * upscale_form_grid_add_lines:
 * @rows: a page
 * @property: an argument
 * @label: with a mnemonic
 *
 * Returns: (transfer none): a control for several lines, over both columns
 */
GtkWidget *
upscale_form_grid_add_lines (UpscaleFormGrid *rows,
                             const char      *property,
                             const char      *label)
{
  GtkTextBuffer *buffer = gimp_prop_text_buffer_new (rows->config, property, -1);
  GtkWidget     *view = gtk_text_view_new_with_buffer (buffer);
  GtkWidget     *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget     *caption = gtk_label_new_with_mnemonic (label);

  g_object_unref (buffer);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_widget_set_tooltip_text (view, get_blurb (rows, property));
  upscale_control_name_after (view, label);
  gtk_label_set_mnemonic_widget (GTK_LABEL (caption), view);
  gtk_label_set_xalign (GTK_LABEL (caption), 0.0F);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scroller), GTK_SHADOW_IN);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller),
                                              LINES_HEIGHT_PX);
  gtk_widget_set_hexpand (scroller, TRUE);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_container_add (GTK_CONTAINER (scroller), view);
  gtk_grid_attach (rows->grid, caption, rows->column, rows->row, 2, 1);
  gtk_grid_attach (rows->grid, scroller, rows->column, rows->row + 1, 2, 1);
  rows->row += 2;
  return view;
}

static void
on_thumbnail_freed (guchar *data, gpointer user_data)
{
  upscale_pixels_unref (user_data);
}

static GdkPixbuf *
make_thumbnail (GBytes *file)
{
  UpscalePixels *small = upscale_picture_file_decode_small (file, THUMBNAIL_PX, NULL);

  return small ? gdk_pixbuf_new_from_data (small->data, GDK_COLORSPACE_RGB, FALSE, 8,
                                           small->width_px, small->height_px,
                                           (int) upscale_pixels_get_row_bytes (small),
                                           on_thumbnail_freed, small)
               : NULL;
}

/* Files that are not pictures get no thumbnail. The forecast reports whether they can be
 * used. */
static void
on_picture_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkPixbuf) thumbnail = NULL;

  g_object_get (config, spec->name, &file, NULL);
  if (file && g_file_is_native (file))
    bytes = upscale_file_read (g_file_peek_path (file), MAX_PICTURE_BYTES, NULL);
  if (bytes)
    thumbnail = make_thumbnail (bytes);
  gtk_image_set_from_pixbuf (GTK_IMAGE (user_data), thumbnail);
  gtk_widget_set_visible (GTK_WIDGET (user_data), thumbnail != NULL);
}

static void
on_forget_clicked (GtkButton *button, gpointer user_data)
{
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (user_data);

  gtk_file_chooser_unselect_all (chooser);
  g_object_set (g_object_get_data (G_OBJECT (chooser), "config"),
                g_object_get_data (G_OBJECT (chooser), "property"), NULL, NULL);
}

static void
on_picture_chosen (GtkFileChooserButton *button, gpointer user_data)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (button));

  g_object_set (user_data, g_object_get_data (G_OBJECT (button), "property"), file, NULL);
}

static GtkWidget *
make_chooser (UpscaleFormGrid *rows, const char *property)
{
  GtkWidget     *chooser = gtk_file_chooser_button_new (get_blurb (rows, property),
                                                        GTK_FILE_CHOOSER_ACTION_OPEN);
  GtkFileFilter *filter = gtk_file_filter_new ();
  g_autoptr (GFile) file = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (picture_types); i++)
    gtk_file_filter_add_mime_type (filter, picture_types[i]);
  gtk_file_chooser_set_filter (GTK_FILE_CHOOSER (chooser), filter);
  g_object_get (rows->config, property, &file, NULL);
  if (file)
    gtk_file_chooser_set_file (GTK_FILE_CHOOSER (chooser), file, NULL);
  g_object_set_data_full (G_OBJECT (chooser), "property", g_strdup (property), g_free);
  g_object_set_data (G_OBJECT (chooser), "config", rows->config);
  g_signal_connect (chooser, "file-set", G_CALLBACK (on_picture_chosen), rows->config);
  gtk_widget_set_hexpand (chooser, TRUE);
  gtk_widget_set_valign (chooser, GTK_ALIGN_CENTER);
  return chooser;
}

/**
 * upscale_form_grid_add_picture:
 * @rows: a page
 * @property: an argument that is a file
 * @label: with a mnemonic
 *
 * Returns: (transfer none): the control: chooses a picture and shows a thumbnail of it
 */
GtkWidget *
upscale_form_grid_add_picture (UpscaleFormGrid *rows,
                               const char      *property,
                               const char      *label)
{
  GtkWidget *chooser = make_chooser (rows, property);
  GtkWidget *thumbnail = gtk_image_new ();
  GtkWidget *none =
      upscale_control_new_icon_button ("edit-clear", _ ("No picture"),
                                       G_CALLBACK (on_forget_clicked), chooser);
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ROW_SPACING_PX);
  g_autofree char *signal = g_strconcat ("notify::", property, NULL);
  g_autoptr (GtkWidget) held = NULL;

  upscale_form_grid_add (rows, label, chooser, get_blurb (rows, property));
  /* Without a reference of its own the control dies when its old parent lets it go. */
  held = g_object_ref (chooser);
  gtk_container_remove (GTK_CONTAINER (rows->grid), chooser);
  gtk_box_pack_start (GTK_BOX (box), chooser, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), none, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), thumbnail, FALSE, FALSE, 0);
  gtk_grid_attach (rows->grid, box, rows->column + 1, rows->row - 1, 1, 1);
  gtk_widget_set_valign (none, GTK_ALIGN_CENTER);
  gtk_widget_set_no_show_all (thumbnail, TRUE);
  g_signal_connect_object (rows->config, signal, G_CALLBACK (on_picture_changed),
                           thumbnail, 0);
  g_object_notify (rows->config, property);
  return chooser;
}

static gboolean
on_number_shown (GtkSpinButton *spin, gpointer user_data)
{
  if (gtk_spin_button_get_value_as_int (spin) != 0)
    return FALSE;
  gtk_entry_set_text (GTK_ENTRY (spin), g_object_get_data (G_OBJECT (spin), ZERO_KEY));
  return TRUE;
}

/**
 * upscale_form_grid_explain_zero:
 * @spin: a spin button
 * @word: what 0 means
 *
 * Shows a word for 0. What is typed is read as a number all the same, anything else as 0.
 */
void
upscale_form_grid_explain_zero (GtkWidget *spin, const char *word)
{
  g_object_set_data_full (G_OBJECT (spin), ZERO_KEY, g_strdup (word), g_free);
  g_signal_connect (spin, "output", G_CALLBACK (on_number_shown), NULL);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), FALSE);
  gtk_entry_set_width_chars (GTK_ENTRY (spin),
                             MAX (ZERO_WIDTH_CHARS, (int) g_utf8_strlen (word, -1) + 1));
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
}
