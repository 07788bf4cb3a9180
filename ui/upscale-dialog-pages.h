/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-dialog.h"

G_BEGIN_DECLS

GtkWidget *upscale_dialog_make_main_page (const UpscaleDialogRequest *request,
                                          GtkWidget                  *map,
                                          GtkWidget                  *size);
GtkWidget *upscale_dialog_make_model_page (const UpscaleDialogRequest *request);
GtkWidget *upscale_dialog_make_tiles_page (const UpscaleDialogRequest *request);

G_END_DECLS
