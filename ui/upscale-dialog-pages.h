/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-dialog.h"

G_BEGIN_DECLS

/**
 * UpscaleDialogParts:
 * @map: shows the picture with the grid of tiles
 * @size: the label that shows the size of the result
 * @painter: the choice of who paints
 * @trials: paints single tiles; has a page of its own, and a button on the first page
 *
 * Widgets of the first page that follow the arguments. The dialog fills them.
 */
typedef struct
{
  GtkWidget *map;
  GtkWidget *size;
  GtkWidget *painter;
  GtkWidget *trials;
} UpscaleDialogParts;

GtkWidget *upscale_dialog_pages_make_picture (const UpscaleDialogRequest *request,
                                              const UpscaleDialogParts   *parts);
GtkWidget *upscale_dialog_pages_make_advanced (const UpscaleDialogRequest *request,
                                               const UpscaleDialogParts   *parts);

G_END_DECLS
