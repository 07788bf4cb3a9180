/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-presets.h"

G_BEGIN_DECLS

GtkWidget *
upscale_preset_row_new (UpscalePresets *presets, GObject *config, GtkWidget **combo);

G_END_DECLS
