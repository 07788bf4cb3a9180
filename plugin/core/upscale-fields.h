/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GStrv upscale_fields_split (const char *line, guint n_least);
char *upscale_fields_join (const char *const *fields);

G_END_DECLS
