/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

G_BEGIN_DECLS

GtkWidget *
upscale_region_rows_new (GObject *config, const char *property, GimpImage *image);

G_END_DECLS
