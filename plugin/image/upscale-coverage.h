/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gegl.h>

#include "upscale-rect.h"

G_BEGIN_DECLS

typedef struct _UpscaleCoverage UpscaleCoverage;

/** The format of a coverage. Its numbers are no light, so GEGL must not convert them. */
#define UPSCALE_COVERAGE_FORMAT "Y float"

UpscaleCoverage *upscale_coverage_new (GeglBuffer *values, double scale);
UpscaleCoverage *upscale_coverage_ref (UpscaleCoverage *coverage);
void             upscale_coverage_unref (UpscaleCoverage *coverage);

void upscale_coverage_get (UpscaleCoverage *coverage, UpscaleRect target, float *values);
double upscale_coverage_get_share (UpscaleCoverage *coverage, UpscaleRect target);
double upscale_coverage_get_level (UpscaleCoverage *coverage, UpscaleRect target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleCoverage, upscale_coverage_unref)

G_END_DECLS
