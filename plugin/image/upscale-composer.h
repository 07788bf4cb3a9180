/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-coverage.h"
#include "upscale-source.h"
#include "upscale-tile-plan.h"

G_BEGIN_DECLS

typedef struct _UpscaleComposer UpscaleComposer;

/**
 * UpscaleBorder:
 * @first: the left or upper one of two neighbors
 * @second: the other one
 * @score: how much they disagree, see upscale_border_score_get()
 *
 * The border of two painted tiles. A value.
 */
typedef struct
{
  guint  first;
  guint  second;
  double score;
} UpscaleBorder;

UpscaleComposer *upscale_composer_new (UpscaleSource   *source,
                                       UpscaleTilePlan *plan,
                                       double           color_correction,
                                       UpscaleCoverage *strength_map);
UpscaleComposer *upscale_composer_ref (UpscaleComposer *composer);
void             upscale_composer_unref (UpscaleComposer *composer);

void        upscale_composer_leave_out (UpscaleComposer *composer, guint tile_index);
void        upscale_composer_settle (UpscaleComposer *composer,
                                     guint            tile_index,
                                     UpscalePixels   *painted,
                                     UpscalePixels   *seen);
gboolean    upscale_composer_is_complete (UpscaleComposer *composer);
GeglBuffer *upscale_composer_get_result (UpscaleComposer *composer);
GArray     *upscale_composer_dup_bad_borders (UpscaleComposer *composer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleComposer, upscale_composer_unref)

G_END_DECLS
