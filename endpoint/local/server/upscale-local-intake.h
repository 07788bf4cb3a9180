/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-memory.h"

G_BEGIN_DECLS

typedef struct _UpscaleLocalIntake UpscaleLocalIntake;

UpscaleLocalIntake *upscale_local_intake_new (UpscaleLocalMemory *memory,
                                              gsize               max_body_bytes);
void                upscale_local_intake_free (UpscaleLocalIntake *intake);
gboolean            upscale_local_intake_open (UpscaleLocalIntake *intake,
                                               guint64             announced_bytes,
                                               GError            **error);
gboolean
upscale_local_intake_add (UpscaleLocalIntake *intake, GBytes *chunk, GError **error);
gboolean upscale_local_intake_is_worn_out (UpscaleLocalIntake *intake);
GBytes  *upscale_local_intake_steal_body (UpscaleLocalIntake *intake);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLocalIntake, upscale_local_intake_free)

G_END_DECLS
