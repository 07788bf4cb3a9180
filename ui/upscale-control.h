/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

char      *upscale_control_dup_plain (const char *label);
int        upscale_control_measure_lines (GtkWidget *control, guint n_lines);
void       upscale_control_set_name (GtkWidget *control, const char *name);
void       upscale_control_name_after (GtkWidget *control, const char *label);
GtkWidget *upscale_control_new_line (const char *text, int most_chars);
GtkWidget *upscale_control_new_icon_button (const char *icon,
                                            const char *name,
                                            GCallback   on_clicked,
                                            gpointer    user_data);

G_END_DECLS
