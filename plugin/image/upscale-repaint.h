/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-coverage.h"
#include "upscale-source.h"
#include "upscale-tile-plan.h"

G_BEGIN_DECLS

void upscale_repaint_keep_outside (UpscaleSource   *source,
                                   UpscaleTilePlan *plan,
                                   const gboolean  *is_kept,
                                   UpscaleCoverage *strength_map,
                                   GeglBuffer      *previous,
                                   GeglBuffer      *result);

G_END_DECLS
