/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-engine.h"

G_BEGIN_DECLS

extern const UpscaleLocalEngine upscale_local_resampler;

G_END_DECLS
