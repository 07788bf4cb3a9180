/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-dialog.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_PAINTER_CHOICE (upscale_painter_choice_get_type ())
G_DECLARE_FINAL_TYPE (UpscalePainterChoice,
                      upscale_painter_choice,
                      UPSCALE,
                      PAINTER_CHOICE,
                      GtkGrid)

GtkWidget  *upscale_painter_choice_new (const UpscaleDialogRequest *request);
gboolean    upscale_painter_choice_is_local (UpscalePainterChoice *choice);
const char *upscale_painter_choice_get_problem (UpscalePainterChoice *choice);
const char *upscale_painter_choice_get_sentences (UpscalePainterChoice *choice);
char       *upscale_painter_choice_dup_missing (UpscalePainterChoice *choice);
GPtrArray  *upscale_painter_choice_list_describers (UpscalePainterChoice *choice);

G_END_DECLS
