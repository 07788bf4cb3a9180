/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-stop-question.h"

#include <glib/gi18n.h>

/* Returns the consequences of stopping now. */
static char *
describe_loss (UpscaleProgress progress)
{
  guint n_kept = progress.n_painted + progress.n_stored;
  g_autoptr (GString) text = g_string_new (NULL);

  if (progress.n_in_flight > 0)
    g_string_printf (text,
                     ngettext ("%u tile is being painted, and its work would be lost.\n",
                               "%u tiles are being painted, and their work would be "
                               "lost.\n",
                               progress.n_in_flight),
                     progress.n_in_flight);
  g_string_append_printf (text,
                          ngettext ("%u of %u tiles is finished and will be kept.",
                                    "%u of %u tiles are finished and will be kept.",
                                    n_kept),
                          n_kept, progress.n_tiles);
  if (progress.cost > 0.0)
    g_string_append_printf (text, _ ("\nThe job has cost $%.2f so far."), progress.cost);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/**
 * upscale_stop_question_new:
 * @parent: the window of the job
 * @progress: the progress of the job
 *
 * Makes the question whether to stop a job that endpoints work on. The question
 * responds with %GTK_RESPONSE_ACCEPT to stop the job.
 *
 * Returns: (transfer none): the question, which is not shown yet
 */
GtkWidget *
upscale_stop_question_new (GtkWindow *parent, UpscaleProgress progress)
{
  g_autofree char *loss = NULL;
  GtkWidget       *question;

  g_return_val_if_fail (GTK_IS_WINDOW (parent), NULL);

  loss = describe_loss (progress);
  question =
      gtk_message_dialog_new (parent, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
                              GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, "%s",
                              _ ("Stop the job?"));
  gtk_window_set_title (GTK_WINDOW (question), _ ("Tile Upscale"));
  gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (question), "%s", loss);
  gtk_dialog_add_buttons (GTK_DIALOG (question), _ ("_Stop the Job"), GTK_RESPONSE_ACCEPT,
                          _ ("_Go On"), GTK_RESPONSE_CANCEL, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (question), GTK_RESPONSE_CANCEL);
  return question;
}
