/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void upscale_text_window_show (GtkWindow *parent, const char *title, const char *path);

G_END_DECLS
