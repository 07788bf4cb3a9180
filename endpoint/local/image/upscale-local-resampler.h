/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-engine.h"
#include "upscale-local-plane.h"

G_BEGIN_DECLS

#define UPSCALE_LOCAL_RESAMPLER_IDENTITY "resample-spline36-2"

extern const UpscaleLocalEngine upscale_local_resampler_engine;

UpscaleLocalPlane *upscale_local_resampler_resample (const UpscaleLocalPlane *plane,
                                                     int                      width_px,
                                                     int                      height_px,
                                                     GError                 **error);

G_END_DECLS
