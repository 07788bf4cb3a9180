/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char  *upscale_paths_dup_endpoint_program (void);
GFile *upscale_paths_find_shipped (const char *name);
GFile *upscale_paths_find_own (const char *name);
GFile *upscale_paths_find_cached (const char *name);

G_END_DECLS
