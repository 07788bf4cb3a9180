/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"

G_BEGIN_DECLS

void upscale_pause (UpscaleClock   *clock,
                    gint64          wait_us,
                    GCancellable   *cancellable,
                    GSourceOnceFunc on_over,
                    gpointer        user_data);

G_END_DECLS
