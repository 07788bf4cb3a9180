/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-scheduler.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_CONSOLE_PROGRESS (upscale_console_progress_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleConsoleProgress,
                      upscale_console_progress,
                      UPSCALE,
                      CONSOLE_PROGRESS,
                      GObject)

UpscaleConsoleProgress *upscale_console_progress_new (UpscaleScheduler *scheduler,
                                                      UpscaleGenParams *gen_params);

G_END_DECLS
