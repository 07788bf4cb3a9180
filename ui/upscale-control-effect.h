/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-argument-table.h"
#include "upscale-painter-choice.h"

G_BEGIN_DECLS

void upscale_control_effect_watch (GtkWidget                  *control,
                                   const UpscaleArgument      *argument,
                                   const UpscaleDialogRequest *request,
                                   UpscalePainterChoice       *painter);

G_END_DECLS
