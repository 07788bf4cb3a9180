/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-tile-server.h"

G_BEGIN_DECLS

/**
 * UPSCALE_SDAPI:
 *
 * AUTOMATIC1111's web API under `/sdapi/v1`, which Forge, SD.Next and
 * stable-diffusion.cpp speak too, each in its own way.
 */
extern const UpscaleTileServer UPSCALE_SDAPI;

G_END_DECLS
