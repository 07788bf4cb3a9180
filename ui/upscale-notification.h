/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void upscale_notification_send (GtkWindow *window, const char *sentence);

G_END_DECLS
