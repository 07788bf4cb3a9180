/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-coverage.h"

G_BEGIN_DECLS

/**
 * UpscaleRegion:
 * @coverage: the part of the layer that the region covers
 * @prompt: text for the tiles of the region, "" for none
 * @negative_prompt: likewise for the negative prompt
 * @strength: denoising strength, or %UPSCALE_TILE_SETTINGS_NO_STRENGTH
 *
 * A part of the layer that is painted in its own way.
 */
typedef struct
{
  UpscaleCoverage *coverage;
  char            *prompt;
  char            *negative_prompt;
  double           strength;
} UpscaleRegion;

UpscaleRegion *upscale_region_new (UpscaleCoverage *coverage,
                                   const char      *prompt,
                                   const char      *negative_prompt,
                                   double           strength);
void           upscale_region_free (UpscaleRegion *region);

G_END_DECLS
