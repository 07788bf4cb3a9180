/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-scheduler.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_PROGRESS_WINDOW (upscale_progress_window_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleProgressWindow,
                      upscale_progress_window,
                      UPSCALE,
                      PROGRESS_WINDOW,
                      GtkDialog)

GtkWidget *upscale_progress_window_new (UpscaleScheduler *scheduler,
                                        GCancellable     *cancellable);

G_END_DECLS
