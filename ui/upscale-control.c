/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-control.h"

/**
 * upscale_control_set_name:
 * @control: a control that shows no words
 * @name: what it is for
 *
 * Says it to those who point at it, and to those who can't see it.
 */
void
upscale_control_set_name (GtkWidget *control, const char *name)
{
  gtk_widget_set_tooltip_text (control, name);
  atk_object_set_name (gtk_widget_get_accessible (control), name);
}

/**
 * upscale_control_name_after:
 * @control: a control
 * @label: the words beside it, with a mnemonic
 *
 * What a label says to those who see it, the accessible name says to others.
 */
void
upscale_control_name_after (GtkWidget *control, const char *label)
{
  g_auto (GStrv) parts = g_strsplit (label, "_", 2);
  g_autofree char *name = g_strjoinv ("", parts);

  atk_object_set_name (gtk_widget_get_accessible (control), name);
}

/**
 * upscale_control_new_icon_button:
 * @icon: name of an icon
 * @name: what the button is for
 * @on_clicked: told when it is clicked
 * @user_data: for @on_clicked
 *
 * Returns: (transfer floating): a button that shows an icon only
 */
GtkWidget *
upscale_control_new_icon_button (const char *icon,
                                 const char *name,
                                 GCallback   on_clicked,
                                 gpointer    user_data)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);

  upscale_control_set_name (button, name);
  g_signal_connect (button, "clicked", on_clicked, user_data);
  return button;
}
