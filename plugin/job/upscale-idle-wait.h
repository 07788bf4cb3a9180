/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-scheduler.h"

G_BEGIN_DECLS

void upscale_idle_wait_async (UpscaleScheduler   *scheduler,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);
void upscale_idle_wait_finish (UpscaleScheduler *scheduler, GAsyncResult *result);

G_END_DECLS
