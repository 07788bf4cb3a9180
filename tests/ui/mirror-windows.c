/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A module that GTK loads by GTK_MODULES: windows read from right to left. GTK would do
 * so by itself in a language of that direction that the plug-in has a catalog for. */
#include <gtk/gtk.h>

G_MODULE_EXPORT void gtk_module_init (int *argc, char ***argv);

void
gtk_module_init (int *argc, char ***argv)
{
  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
}
