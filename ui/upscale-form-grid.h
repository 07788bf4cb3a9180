/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

#include "upscale-argument-table.h"

G_BEGIN_DECLS

/**
 * UpscaleFormGrid:
 * @grid: the page: labels on the left, controls on the right
 * @config: an object with the arguments of the table as properties
 * @column: column of the labels
 * @row: the next free row
 * @numbers: gives all number entries of the page one width
 * @captions: (nullable): gives the labels one width where groups stand below each other
 *
 * A page of controls while it is being filled. A value on the stack of its maker.
 */
typedef struct
{
  GtkGrid *grid;
  GObject *config;
  int      column;
  int      row;

  GtkSizeGroup *numbers;
  GtkSizeGroup *captions;
} UpscaleFormGrid;

UpscaleFormGrid upscale_form_grid_new (GObject *config, int column);
GtkWidget      *upscale_form_grid_add_argument (UpscaleFormGrid       *rows,
                                                const UpscaleArgument *argument);
GtkWidget      *upscale_form_grid_add_row (UpscaleFormGrid *rows,
                                           const char      *label,
                                           GtkWidget       *control,
                                           GtkWidget       *widget);

G_END_DECLS
