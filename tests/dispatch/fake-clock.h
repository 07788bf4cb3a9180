/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"

G_BEGIN_DECLS

#define FAKE_TYPE_CLOCK (fake_clock_get_type ())
G_DECLARE_FINAL_TYPE (FakeClock, fake_clock, FAKE, CLOCK, UpscaleClock)

FakeClock *fake_clock_new (void);
gboolean   fake_clock_jump (FakeClock *clock);

G_END_DECLS
