/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-plane.h"

G_BEGIN_DECLS

void upscale_local_ringing_limit (UpscaleLocalPlane       *large,
                                  const UpscaleLocalPlane *small,
                                  int                      factor);

G_END_DECLS
