/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _UpscaleCompletions UpscaleCompletions;

UpscaleCompletions *upscale_completions_new (void);
void                upscale_completions_free (UpscaleCompletions *completions);
void                upscale_completions_add_models (UpscaleCompletions *completions,
                                                    const char *const  *names);
void                upscale_completions_add_loras (UpscaleCompletions *completions,
                                                   const char *const  *names);
GtkTreeModel       *upscale_completions_get_models (UpscaleCompletions *completions);
GtkTreeModel       *upscale_completions_get_loras (UpscaleCompletions *completions);
void                upscale_completions_attach (GtkTreeModel *names, GtkWidget *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleCompletions, upscale_completions_free)

G_END_DECLS
