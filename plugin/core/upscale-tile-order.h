/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-tile-plan.h"

G_BEGIN_DECLS

GArray *upscale_tile_order_new (const UpscaleTilePlan *plan, UpscaleRect focus);

G_END_DECLS
