/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-request.h"

G_BEGIN_DECLS

GBytes *upscale_local_painter_paint (const UpscaleLocalRequest *request, guint tile);

G_END_DECLS
