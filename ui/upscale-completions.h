/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-capabilities.h"

G_BEGIN_DECLS

/**
 * UpscaleCompletionsKind:
 * @UPSCALE_COMPLETIONS_MODELS: models
 * @UPSCALE_COMPLETIONS_LORAS: LoRAs
 * @UPSCALE_COMPLETIONS_SAMPLERS: samplers
 * @UPSCALE_COMPLETIONS_SCHEDULERS: noise schedules
 *
 * Kinds of names that servers list.
 */
typedef enum
{
  UPSCALE_COMPLETIONS_MODELS,
  UPSCALE_COMPLETIONS_LORAS,
  UPSCALE_COMPLETIONS_SAMPLERS,
  UPSCALE_COMPLETIONS_SCHEDULERS,
} UpscaleCompletionsKind;

#define UPSCALE_N_COMPLETIONS 4

typedef struct _UpscaleCompletions UpscaleCompletions;

UpscaleCompletions *upscale_completions_new (void);
void                upscale_completions_free (UpscaleCompletions *completions);
void                upscale_completions_add (UpscaleCompletions    *completions,
                                             UpscaleCompletionsKind kind,
                                             const char *const     *names);
void                upscale_completions_add_capabilities (UpscaleCompletions        *completions,
                                                          const char                *endpoint,
                                                          const UpscaleCapabilities *capabilities);
void          upscale_completions_set_model_defaults (UpscaleCompletions *completions,
                                                      const char         *endpoint,
                                                      GPtrArray          *defaults);
GPtrArray    *upscale_completions_get_model_defaults (UpscaleCompletions *completions,
                                                      const char         *endpoint);
GtkTreeModel *upscale_completions_get (UpscaleCompletions    *completions,
                                       UpscaleCompletionsKind kind);
void          upscale_completions_attach (GtkTreeModel *names, GtkWidget *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleCompletions, upscale_completions_free)

G_END_DECLS
