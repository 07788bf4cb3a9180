/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

G_BEGIN_DECLS

#define UPSCALE_TYPE_NUMBER_ENTRY (upscale_number_entry_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleNumberEntry,
                      upscale_number_entry,
                      UPSCALE,
                      NUMBER_ENTRY,
                      GimpSpinButton)

/**
 * UpscaleNumberEntryFunc:
 * @problem: (nullable): a sentence about the text that the user has typed, if it is no
 * number that the entry takes
 * @is_pending: %TRUE while the text stands in the entry; %FALSE after the entry has
 * returned to its number
 * @user_data: the function's own data
 *
 * Says whether the text in an entry is a number.
 */
typedef void (*UpscaleNumberEntryFunc) (const char *problem,
                                        gboolean    is_pending,
                                        gpointer    user_data);

GtkWidget *upscale_number_entry_new (double least, double most, double step, int digits);
void upscale_number_entry_explain_zero (UpscaleNumberEntry *entry, const char *word);
void upscale_number_entry_round (UpscaleNumberEntry *entry);
void upscale_number_entry_watch (GtkWidget             *window,
                                 UpscaleNumberEntryFunc func,
                                 gpointer               user_data);

G_END_DECLS
