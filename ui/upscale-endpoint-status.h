/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-job.h"

G_BEGIN_DECLS

GtkWidget *upscale_endpoint_status_new (void);
void
upscale_endpoint_status_refresh (GtkWidget *status, UpscaleJob *job, gboolean is_over);

G_END_DECLS
