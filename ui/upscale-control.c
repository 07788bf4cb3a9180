/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-control.h"

#include <string.h>

/**
 * upscale_control_set_name:
 * @control: a control without a text of its own
 * @name: the purpose of the control
 *
 * Sets the tooltip and the accessible name.
 */
void
upscale_control_set_name (GtkWidget *control, const char *name)
{
  g_return_if_fail (GTK_IS_WIDGET (control));
  g_return_if_fail (name != NULL);

  gtk_widget_set_tooltip_text (control, name);
  atk_object_set_name (gtk_widget_get_accessible (control), name);
}

/**
 * upscale_control_dup_plain:
 * @label: text of a label, with a mnemonic
 *
 * Labels in scripts without Latin letters end with the mnemonic in parentheses, which is
 * no part of the name.
 *
 * Returns: (transfer full): the text without the mnemonic
 */
char *
upscale_control_dup_plain (const char *label)
{
  g_auto (GStrv) parts = NULL;

  g_return_val_if_fail (label != NULL, NULL);

  parts = g_strsplit (label, "_", 2);
  return parts[0] && g_str_has_suffix (parts[0], "(")
             ? g_strndup (parts[0], strlen (parts[0]) - 1)
             : g_strjoinv ("", parts);
}

/**
 * upscale_control_name_after:
 * @control: a control
 * @label: text of the label beside the control, with a mnemonic
 *
 * Gives the control the label's text as its accessible name.
 */
void
upscale_control_name_after (GtkWidget *control, const char *label)
{
  g_autofree char *name = NULL;

  g_return_if_fail (GTK_IS_WIDGET (control));
  g_return_if_fail (label != NULL);

  name = upscale_control_dup_plain (label);
  atk_object_set_name (gtk_widget_get_accessible (control), name);
}

/**
 * upscale_control_measure_lines:
 * @control: a control with text
 * @n_lines: number of lines
 *
 * Returns: the height of @n_lines in the font of @control, in px
 */
int
upscale_control_measure_lines (GtkWidget *control, guint n_lines)
{
  g_autoptr (PangoLayout) layout = NULL;
  int height_px;

  g_return_val_if_fail (GTK_IS_WIDGET (control), 0);

  layout = gtk_widget_create_pango_layout (control, "");
  pango_layout_get_pixel_size (layout, NULL, &height_px);
  return height_px * (int) n_lines;
}

/**
 * upscale_control_new_line:
 * @text: (nullable): a sentence
 * @most_chars: number of characters after which the text goes on in another line
 *
 * Returns: (transfer floating): a label that breaks its lines
 */
GtkWidget *
upscale_control_new_line (const char *text, int most_chars)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0F);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), most_chars);
  return label;
}

/**
 * upscale_control_new_icon_button:
 * @icon: name of an icon
 * @name: the purpose of the button, for the tooltip and the accessible name
 * @on_clicked: handler of the button's "clicked" signal
 * @user_data: data for @on_clicked
 *
 * Returns: (transfer floating): a button that shows only an icon
 */
GtkWidget *
upscale_control_new_icon_button (const char *icon,
                                 const char *name,
                                 GCallback   on_clicked,
                                 gpointer    user_data)
{
  GtkWidget *button;

  g_return_val_if_fail (icon != NULL, NULL);
  g_return_val_if_fail (on_clicked != NULL, NULL);

  button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);
  upscale_control_set_name (button, name);
  g_signal_connect (button, "clicked", on_clicked, user_data);
  return button;
}
