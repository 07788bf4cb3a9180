/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void upscale_image_forbid_tables (void);
void upscale_image_limit_memory (void);

G_END_DECLS
