/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void upscale_alpha_bleed (float *rgba, int width_px, int height_px);

G_END_DECLS
