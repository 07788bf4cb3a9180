/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-close-switch.h"

#include <glib/gi18n.h>

#include "upscale-file.h"

#define FILE_MODE 0600
#define MAX_FILE_BYTES 4096
#define GROUP "Progress Window"
#define KEY "close-when-done"
#define LABEL N_ ("Close this _window when the job is done")

static gboolean
load (GFile *file)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GBytes) bytes =
      upscale_file_read (g_file_peek_path (file), MAX_FILE_BYTES, NULL);

  return bytes && g_key_file_load_from_bytes (keys, bytes, G_KEY_FILE_NONE, NULL) &&
         g_key_file_get_boolean (keys, GROUP, KEY, NULL);
}

/* A failure costs only the comfort of not choosing again, so it is logged and not
 * reported. */
static void
on_toggled (GtkToggleButton *button, gpointer user_data)
{
  const char      *path = g_file_peek_path (user_data);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_key_file_set_boolean (keys, GROUP, KEY, gtk_toggle_button_get_active (button));
  text = g_key_file_to_data (keys, NULL, NULL);
  g_mkdir_with_parents (folder, 0700);
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                 FILE_MODE, &error))
    g_debug ("progress window: %s", error->message);
}

/**
 * upscale_close_switch_new:
 * @file: the user's own file that keeps the choice for the next job
 *
 * Returns: (transfer floating): a check button for whether the progress window closes
 * when the job is done; off at first
 */
GtkWidget *
upscale_close_switch_new (GFile *file)
{
  GtkWidget *button;

  g_return_val_if_fail (G_IS_FILE (file), NULL);

  button = gtk_check_button_new_with_mnemonic (_ (LABEL));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), load (file));
  g_signal_connect_data (button, "toggled", G_CALLBACK (on_toggled), g_object_ref (file),
                         (GClosureNotify) (void (*) (void)) g_object_unref, 0);
  return button;
}
