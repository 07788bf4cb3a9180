/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

G_BEGIN_DECLS

/**
 * UpscaleFormGrid:
 * @grid: a label on the left, a control on the right
 * @config: a procedure's arguments
 * @column: of the labels
 * @row: the next free one
 *
 * A page of controls that is being filled. A value, changed by every row.
 */
typedef struct
{
  GtkGrid *grid;
  GObject *config;
  int      column;
  int      row;
} UpscaleFormGrid;

UpscaleFormGrid upscale_form_grid_new (GObject *config, int column);
GtkWidget      *upscale_form_grid_add (UpscaleFormGrid *rows,
                                       const char      *label,
                                       GtkWidget       *widget,
                                       const char      *tooltip);
GtkWidget      *upscale_form_grid_add_number (UpscaleFormGrid *rows,
                                              const char      *property,
                                              const char      *label,
                                              double           step,
                                              int              digits);
GtkWidget      *upscale_form_grid_add_switch (UpscaleFormGrid *rows,
                                              const char      *property,
                                              const char      *label);
GtkWidget      *upscale_form_grid_add_text (UpscaleFormGrid *rows,
                                            const char      *property,
                                            const char      *label);
GtkWidget      *upscale_form_grid_add_lines (UpscaleFormGrid *rows,
                                             const char      *property,
                                             const char      *label);
GtkWidget      *upscale_form_grid_add_picture (UpscaleFormGrid *rows,
                                               const char      *property,
                                               const char      *label);
void            upscale_form_grid_explain_zero (GtkWidget *spin, const char *word);

G_END_DECLS
