/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-source.h"
#include "upscale-tile-plan.h"

G_BEGIN_DECLS

typedef struct _UpscaleComposer UpscaleComposer;

UpscaleComposer *upscale_composer_new (UpscaleSource   *source,
                                       UpscaleTilePlan *plan,
                                       double           color_correction);
UpscaleComposer *upscale_composer_ref (UpscaleComposer *composer);
void             upscale_composer_unref (UpscaleComposer *composer);

void        upscale_composer_settle (UpscaleComposer *composer,
                                     guint            tile_index,
                                     UpscalePixels   *painted,
                                     UpscalePixels   *seen);
gboolean    upscale_composer_is_complete (UpscaleComposer *composer);
GeglBuffer *upscale_composer_get_result (UpscaleComposer *composer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleComposer, upscale_composer_unref)

G_END_DECLS
