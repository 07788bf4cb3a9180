/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-event.h"

G_BEGIN_DECLS

char *upscale_event_text_describe (const UpscaleEvent *event);

G_END_DECLS
