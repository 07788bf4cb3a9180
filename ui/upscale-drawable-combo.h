/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

G_BEGIN_DECLS

GtkWidget    *upscale_drawable_combo_new (GimpImage *image, const char *none);
void          upscale_drawable_combo_choose (GtkWidget *combo, GimpDrawable *drawable);
void          upscale_drawable_combo_choose_name (GtkWidget *combo, const char *name);
GimpDrawable *upscale_drawable_combo_get_drawable (GtkWidget *combo);
char         *upscale_drawable_combo_dup_name (GtkWidget *combo);

G_END_DECLS
