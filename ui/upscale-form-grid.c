/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-form-grid.h"

#include <glib/gi18n.h>

#include "upscale-arguments.h"
#include "upscale-control.h"
#include "upscale-number-entry.h"
#include "upscale-picture-file.h"

#define COLUMN_SPACING_PX 12
#define ROW_SPACING_PX 6
#define LINES_HEIGHT_PX 40
#define TEXT_WIDTH_CHARS 24
#define THUMBNAIL_PX 64
#define NAME_KEY "upscale-name"
#define NUMBERS_KEY "upscale-numbers"
#define CONFIG_KEY "upscale-config"

/* The types that servers accept and upscale_picture_file_decode_small() decodes. */
static const char *const picture_types[] = { "image/png", "image/jpeg", "image/webp" };

/**
 * upscale_form_grid_new:
 * @config: an object with the arguments of the table as properties
 * @column: column of the labels; the controls are in the column right of it
 *
 * Returns: an empty page
 */
UpscaleFormGrid
upscale_form_grid_new (GObject *config, int column)
{
  GtkWidget    *grid = gtk_grid_new ();
  GtkSizeGroup *numbers = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);

  gtk_grid_set_column_spacing (GTK_GRID (grid), COLUMN_SPACING_PX);
  gtk_grid_set_row_spacing (GTK_GRID (grid), ROW_SPACING_PX);
  g_object_set_data_full (G_OBJECT (grid), NUMBERS_KEY, numbers, g_object_unref);
  return (UpscaleFormGrid) { GTK_GRID (grid), config, column, 0, numbers, NULL };
}

/**
 * upscale_form_grid_add_row:
 * @rows: a page
 * @label: text of the label, with or without a mnemonic
 * @control: (nullable): the control that the mnemonic activates
 * @widget: the widget right of the label: @control, or a box that holds it
 *
 * Adds a row.
 *
 * Returns: (transfer none): the label
 */
GtkWidget *
upscale_form_grid_add_row (UpscaleFormGrid *rows,
                           const char      *label,
                           GtkWidget       *control,
                           GtkWidget       *widget)
{
  GtkWidget *caption = gtk_label_new_with_mnemonic (label);

  gtk_label_set_xalign (GTK_LABEL (caption), 0.0F);
  if (rows->captions)
    gtk_size_group_add_widget (rows->captions, caption);
  if (control)
    gtk_label_set_mnemonic_widget (GTK_LABEL (caption), control);
  gtk_grid_attach (rows->grid, caption, rows->column, rows->row, 1, 1);
  gtk_grid_attach (rows->grid, widget, rows->column + 1, rows->row, 1, 1);
  rows->row++;
  return caption;
}

static void
add_labeled (UpscaleFormGrid       *rows,
             const UpscaleArgument *argument,
             GtkWidget             *control,
             GtkWidget             *widget)
{
  const char *label = _ (argument->label);
  const char *blurb = _ (argument->blurb);
  GtkWidget  *caption = upscale_form_grid_add_row (rows, label, control, widget);

  gtk_widget_set_tooltip_text (caption, blurb);
  gtk_widget_set_tooltip_text (control, blurb);
  upscale_control_name_after (control, label);
}

static GtkWidget *
add_number (UpscaleFormGrid *rows, const UpscaleArgument *argument)
{
  GtkWidget *entry = upscale_number_entry_new (argument->least, argument->most,
                                               argument->step, argument->digits);

  g_object_bind_property (rows->config, argument->name, entry, "value",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  gtk_size_group_add_widget (rows->numbers, entry);
  /* A long switch in both columns must not widen the labels alone. */
  gtk_widget_set_hexpand (entry, rows->captions != NULL);
  add_labeled (rows, argument, entry, entry);
  if (argument->zero)
    upscale_number_entry_explain_zero (UPSCALE_NUMBER_ENTRY (entry), _ (argument->zero));
  return entry;
}

/* The check button stands in both columns. */
static GtkWidget *
add_switch (UpscaleFormGrid *rows, const UpscaleArgument *argument)
{
  GtkWidget *check =
      gimp_prop_check_button_new (rows->config, argument->name, _ (argument->label));

  gtk_widget_set_tooltip_text (check, _ (argument->blurb));
  gtk_grid_attach (rows->grid, check, rows->column, rows->row, 2, 1);
  rows->row++;
  return check;
}

static GtkWidget *
add_line (UpscaleFormGrid *rows, const UpscaleArgument *argument)
{
  GtkWidget *entry = gimp_prop_entry_new (rows->config, argument->name, -1);

  gtk_entry_set_width_chars (GTK_ENTRY (entry), TEXT_WIDTH_CHARS);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_widget_set_hexpand (entry, TRUE);
  add_labeled (rows, argument, entry, entry);
  return entry;
}

/* The caller sets the list of names, and may change the placeholder. The text is written
 * by signals, since an entry refuses NULL, which GIMP's reset gives an empty text. */
static void
on_name_typed (GtkEditable *editable, gpointer user_data)
{
  g_object_set (user_data, g_object_get_data (G_OBJECT (editable), NAME_KEY),
                gtk_entry_get_text (GTK_ENTRY (editable)), NULL);
}

static void
on_name_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  g_autofree char *text = NULL;

  g_object_get (config, spec->name, &text, NULL);
  if (g_strcmp0 (text, gtk_entry_get_text (user_data)) != 0)
    gtk_entry_set_text (user_data, text ? text : "");
}

static GtkWidget *
add_name (UpscaleFormGrid *rows, const UpscaleArgument *argument)
{
  GtkWidget       *combo = gtk_combo_box_new_with_entry ();
  GtkWidget       *entry = gtk_bin_get_child (GTK_BIN (combo));
  g_autofree char *signal = g_strconcat ("notify::", argument->name, NULL);

  gtk_entry_set_width_chars (GTK_ENTRY (entry), TEXT_WIDTH_CHARS);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_widget_set_hexpand (combo, TRUE);
  upscale_control_set_name (combo, _ ("Names that the servers have listed"));
  add_labeled (rows, argument, entry, combo);
  g_object_set_data (G_OBJECT (entry), NAME_KEY, (gpointer) argument->name);
  g_signal_connect (entry, "changed", G_CALLBACK (on_name_typed), rows->config);
  g_signal_connect_object (rows->config, signal, G_CALLBACK (on_name_changed), entry, 0);
  g_object_notify (rows->config, argument->name);
  return entry;
}

/* The text takes two rows in both columns: the label, and the view below it. */
static GtkWidget *
add_paragraph (UpscaleFormGrid *rows, const UpscaleArgument *argument)
{
  g_autoptr (GtkTextBuffer) buffer =
      gimp_prop_text_buffer_new (rows->config, argument->name, -1);
  GtkWidget *view = gtk_text_view_new_with_buffer (buffer);
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *caption = gtk_label_new_with_mnemonic (_ (argument->label));

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_widget_set_tooltip_text (view, _ (argument->blurb));
  upscale_control_name_after (view, _ (argument->label));
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
  if (file)
    bytes = upscale_arguments_read_reference (file, NULL);
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
  g_object_set (g_object_get_data (G_OBJECT (chooser), CONFIG_KEY),
                g_object_get_data (G_OBJECT (chooser), NAME_KEY), NULL, NULL);
}

static void
on_picture_chosen (GtkFileChooserButton *button, gpointer user_data)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (button));

  g_object_set (user_data, g_object_get_data (G_OBJECT (button), NAME_KEY), file, NULL);
}

static GtkWidget *
make_chooser (UpscaleFormGrid *rows, const UpscaleArgument *argument)
{
  GtkWidget *chooser =
      gtk_file_chooser_button_new (_ (argument->blurb), GTK_FILE_CHOOSER_ACTION_OPEN);
  GtkFileFilter *filter = gtk_file_filter_new ();
  g_autoptr (GFile) file = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (picture_types); i++)
    gtk_file_filter_add_mime_type (filter, picture_types[i]);
  gtk_file_chooser_set_filter (GTK_FILE_CHOOSER (chooser), filter);
  g_object_get (rows->config, argument->name, &file, NULL);
  if (file)
    gtk_file_chooser_set_file (GTK_FILE_CHOOSER (chooser), file, NULL);
  g_object_set_data (G_OBJECT (chooser), NAME_KEY, (gpointer) argument->name);
  g_object_set_data (G_OBJECT (chooser), CONFIG_KEY, rows->config);
  g_signal_connect (chooser, "file-set", G_CALLBACK (on_picture_chosen), rows->config);
  gtk_widget_set_hexpand (chooser, TRUE);
  gtk_widget_set_valign (chooser, GTK_ALIGN_CENTER);
  return chooser;
}

/* The row holds a file chooser, a button that forgets the file, and a thumbnail. */
static GtkWidget *
add_picture (UpscaleFormGrid *rows, const UpscaleArgument *argument)
{
  GtkWidget *chooser = make_chooser (rows, argument);
  GtkWidget *thumbnail = gtk_image_new ();
  GtkWidget *none =
      upscale_control_new_icon_button ("edit-clear", _ ("No picture"),
                                       G_CALLBACK (on_forget_clicked), chooser);
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, ROW_SPACING_PX);
  g_autofree char *signal = g_strconcat ("notify::", argument->name, NULL);

  gtk_box_pack_start (GTK_BOX (box), chooser, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), none, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), thumbnail, FALSE, FALSE, 0);
  gtk_widget_set_valign (none, GTK_ALIGN_CENTER);
  gtk_widget_set_no_show_all (thumbnail, TRUE);
  add_labeled (rows, argument, chooser, box);
  g_signal_connect_object (rows->config, signal, G_CALLBACK (on_picture_changed),
                           thumbnail, 0);
  g_object_notify (rows->config, argument->name);
  return chooser;
}

/**
 * upscale_form_grid_add_argument:
 * @rows: a page
 * @argument: an argument of any type but %UPSCALE_ARGUMENT_LORAS, which #UpscaleLoraList
 * shows
 *
 * Adds a row with the argument's label and a control that is bound to its value.
 *
 * Returns: (transfer none): the control
 */
GtkWidget *
upscale_form_grid_add_argument (UpscaleFormGrid *rows, const UpscaleArgument *argument)
{
  g_return_val_if_fail (rows != NULL, NULL);
  g_return_val_if_fail (argument != NULL, NULL);

  switch (argument->type)
    {
    case UPSCALE_ARGUMENT_SWITCH:
      return add_switch (rows, argument);
    case UPSCALE_ARGUMENT_INTEGER:
    case UPSCALE_ARGUMENT_NUMBER:
      return add_number (rows, argument);
    case UPSCALE_ARGUMENT_LINE:
      return add_line (rows, argument);
    case UPSCALE_ARGUMENT_MODEL:
    case UPSCALE_ARGUMENT_NAME:
      return add_name (rows, argument);
    case UPSCALE_ARGUMENT_PARAGRAPH:
      return add_paragraph (rows, argument);
    case UPSCALE_ARGUMENT_PICTURE:
      return add_picture (rows, argument);
    case UPSCALE_ARGUMENT_DRAWABLE:
    case UPSCALE_ARGUMENT_LORAS:
      break;
    }
  g_return_val_if_reached (NULL);
}
