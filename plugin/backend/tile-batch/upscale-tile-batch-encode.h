/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-batch.h"

G_BEGIN_DECLS

GBytes *upscale_tile_batch_encode (const UpscaleBatch *batch, int lease_s);

G_END_DECLS
