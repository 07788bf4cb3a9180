/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-clock.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_LOCAL_BACKEND (upscale_local_backend_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleLocalBackend,
                      upscale_local_backend,
                      UPSCALE,
                      LOCAL_BACKEND,
                      GObject)

UpscaleLocalBackend *upscale_local_backend_new (const char *program, UpscaleClock *clock);

G_END_DECLS
