/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-dialog.h"

G_BEGIN_DECLS

GtkWidget *upscale_dialog_pages_make_picture (const UpscaleDialogRequest *request,
                                              GtkWidget                  *map,
                                              GtkWidget                  *size);
GtkWidget *upscale_dialog_pages_make_model (const UpscaleDialogRequest *request);
GtkWidget *upscale_dialog_pages_make_tiles (const UpscaleDialogRequest *request);

G_END_DECLS
