/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

void
upscale_local_json_add_string (JsonBuilder *builder, const char *name, const char *value);
void upscale_local_json_add_int (JsonBuilder *builder, const char *name, gint64 value);
void
upscale_local_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value);
char *upscale_local_json_end (JsonBuilder *builder);

G_END_DECLS
