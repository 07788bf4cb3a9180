/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

G_BEGIN_DECLS

/**
 * UpscaleRows:
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
} UpscaleRows;

UpscaleRows upscale_rows_new (GObject *config, int column);
GtkWidget  *upscale_rows_add (UpscaleRows *rows,
                              const char  *label,
                              GtkWidget   *widget,
                              const char  *tooltip);
GtkWidget  *upscale_rows_add_number (UpscaleRows *rows,
                                     const char  *property,
                                     const char  *label,
                                     double       step,
                                     int          digits);
GtkWidget *
upscale_rows_add_switch (UpscaleRows *rows, const char *property, const char *label);
GtkWidget *
upscale_rows_add_text (UpscaleRows *rows, const char *property, const char *label);
GtkWidget *
upscale_rows_add_lines (UpscaleRows *rows, const char *property, const char *label);
GtkWidget *
upscale_rows_add_picture (UpscaleRows *rows, const char *property, const char *label);
void upscale_rows_explain_zero (GtkWidget *spin, const char *word);

G_END_DECLS
