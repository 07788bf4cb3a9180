/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *upscale_file_name_resolve (const char *const *names, const char *wanted);

G_END_DECLS
