/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gegl.h>

#include "upscale-border-score.h"
#include "upscale-boundary-store.h"
#include "upscale-tile-plan.h"

G_BEGIN_DECLS

/** The format of painted tiles, after the correction of colors. */
#define UPSCALE_SEAM_PAINTED_FORMAT "R'G'B' u16"

typedef struct _UpscaleSeam UpscaleSeam;

UpscaleSeam *upscale_seam_new (const UpscaleTilePlan *plan,
                               UpscaleBoundaryStore  *store,
                               const UpscaleCell     *cell,
                               GeglBuffer           **painted);
void         upscale_seam_free (UpscaleSeam *seam);

void upscale_seam_get_shares (const UpscaleSeam *seam,
                              guint              slot,
                              UpscaleRect        rect,
                              float             *shares);

UpscaleBorderScore upscale_seam_score (const UpscaleTilePlan *plan,
                                       const UpscaleCell     *cell,
                                       GeglBuffer           **painted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleSeam, upscale_seam_free)

G_END_DECLS
