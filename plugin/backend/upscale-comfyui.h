/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-tile-server.h"

G_BEGIN_DECLS

/**
 * UPSCALE_COMFYUI:
 *
 * ComfyUI, with a workflow of ours, or of the user's: the address names its file behind a
 * `#`.
 */
extern const UpscaleTileServer UPSCALE_COMFYUI;

G_END_DECLS
