/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *
upscale_lora_list_new (GObject *config, const char *property, GtkTreeModel *names);

G_END_DECLS
