/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-progress.h"

G_BEGIN_DECLS

GtkWidget *upscale_stop_question_new (GtkWindow *parent, UpscaleProgress progress);

G_END_DECLS
