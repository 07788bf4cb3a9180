/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void upscale_guard_start (int argc, char *argv[]);
void upscale_guard_begin (const char *sentence);
void upscale_guard_end (void);

G_END_DECLS
