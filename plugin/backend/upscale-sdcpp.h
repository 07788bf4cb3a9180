/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-tile-server.h"

G_BEGIN_DECLS

/**
 * UPSCALE_SDCPP:
 *
 * stable-diffusion.cpp's sd-server, by its own jobs under `/sdcpp/v1`.
 */
extern const UpscaleTileServer UPSCALE_SDCPP;

G_END_DECLS
