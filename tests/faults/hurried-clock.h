/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"

G_BEGIN_DECLS

#define HURRIED_TYPE_CLOCK (hurried_clock_get_type ())
G_DECLARE_FINAL_TYPE (HurriedClock, hurried_clock, HURRIED, CLOCK, UpscaleClock)

HurriedClock *hurried_clock_new (double speed);
void          hurried_clock_leap (HurriedClock *clock, double seconds);

G_END_DECLS
