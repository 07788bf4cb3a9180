/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-image-question.h"

#include <glib/gi18n.h>

#define SPACING_PX 12

static GtkWidget *
make_combo (GimpImageConstraintFunc is_offered)
{
  GtkWidget *combo = gimp_image_combo_box_new (is_offered, NULL, NULL);

  atk_object_set_name (gtk_widget_get_accessible (combo), _ ("Image with a recipe"));
  return combo;
}

/**
 * upscale_image_question_ask:
 * @is_offered: decides whether an open image is offered
 * @error: return location for an error
 *
 * Asks whose recipe to repeat, when the user's own image has none.
 *
 * Returns: (transfer none) (nullable): the chosen image; %NULL without an error if no
 * open image is offered, or %NULL with %G_IO_ERROR_CANCELLED
 */
GimpImage *
upscale_image_question_ask (GimpImageConstraintFunc is_offered, GError **error)
{
  GtkWidget *question;
  GtkWidget *combo;
  GtkBox    *content;
  int        id = -1;
  int        response;

  g_return_val_if_fail (is_offered != NULL, NULL);

  combo = make_combo (is_offered);
  if (!gimp_int_combo_box_get_active (GIMP_INT_COMBO_BOX (combo), &id))
    {
      g_object_ref_sink (combo);
      g_object_unref (combo);
      return NULL;
    }
  question = gtk_message_dialog_new (
      NULL, GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, "%s",
      _ ("This image has no recipe. Use that of another open image?"));
  gtk_window_set_title (GTK_WINDOW (question), _ ("Tile Upscale"));
  gtk_dialog_add_buttons (GTK_DIALOG (question), _ ("_Cancel"), GTK_RESPONSE_CANCEL,
                          _ ("_Use Recipe"), GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (question), GTK_RESPONSE_OK);
  content = GTK_BOX (gtk_message_dialog_get_message_area (GTK_MESSAGE_DIALOG (question)));
  gtk_box_set_spacing (content, SPACING_PX);
  gtk_box_pack_start (content, combo, FALSE, FALSE, 0);
  gtk_widget_show (combo);
  response = gtk_dialog_run (GTK_DIALOG (question));
  gimp_int_combo_box_get_active (GIMP_INT_COMBO_BOX (combo), &id);
  gtk_widget_destroy (question);
  if (response == GTK_RESPONSE_OK)
    return gimp_image_get_by_id (id);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  return NULL;
}
