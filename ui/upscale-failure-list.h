/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-job.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_FAILURE_LIST (upscale_failure_list_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleFailureList,
                      upscale_failure_list,
                      UPSCALE,
                      FAILURE_LIST,
                      GtkScrolledWindow)

GtkWidget *upscale_failure_list_new (void);
void       upscale_failure_list_fill (UpscaleFailureList *list, UpscaleJob *job);
void       upscale_failure_list_clear (UpscaleFailureList *list);

G_END_DECLS
