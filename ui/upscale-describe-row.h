/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

#include "upscale-describer.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_DESCRIBE_ROW (upscale_describe_row_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleDescribeRow,
                      upscale_describe_row,
                      UPSCALE,
                      DESCRIBE_ROW,
                      GtkBox)

/**
 * UpscaleDescriberMaker:
 * @make_describer: makes the describer of some tiles of the job that the arguments stand
 * for; returns %NULL with an error if that is not possible
 * @wait_until: runs the main loop until its first argument, called with the second,
 * returns %TRUE
 * @user_data: data for @make_describer
 *
 * The caller's part of describing tiles. A value.
 */
typedef struct
{
  UpscaleDescriber *(*make_describer) (GimpProcedureConfig *config,
                                       GArray              *tiles,
                                       gpointer             user_data,
                                       GError             **error);
  void (*wait_until) (GSourceFunc is_done, gpointer data);
  gpointer user_data;
} UpscaleDescriberMaker;

GtkWidget *upscale_describe_row_new (GimpProcedureConfig  *config,
                                     UpscaleDescriberMaker maker);
void       upscale_describe_row_set_tiles (UpscaleDescribeRow *row,
                                           GArray             *tiles,
                                           GPtrArray          *describers);
gboolean   upscale_describe_row_is_busy (UpscaleDescribeRow *row);
void       upscale_describe_row_stop (UpscaleDescribeRow *row, const char *reason);
void       upscale_describe_row_finish (UpscaleDescribeRow *row);

G_END_DECLS
