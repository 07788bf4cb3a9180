/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * UpscaleLocalJson:
 * @root: (nullable): the object, with placeholders for long strings
 * @pictures: (element-type GBytes): the long strings, in base64
 *
 * A request with its pictures set aside, so that the parser does not copy them.
 * Initialize with zeros.
 */
typedef struct
{
  JsonObject *root;
  GPtrArray  *pictures;
} UpscaleLocalJson;

gboolean
        upscale_local_json_parse (UpscaleLocalJson *json, GBytes *text, GError **problem);
void    upscale_local_json_clear (UpscaleLocalJson *json);
GBytes *upscale_local_json_take_base64 (UpscaleLocalJson *json, const char *string);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UpscaleLocalJson, upscale_local_json_clear)

void
upscale_local_json_add_string (JsonBuilder *builder, const char *name, const char *value);
void upscale_local_json_add_int (JsonBuilder *builder, const char *name, gint64 value);
void
upscale_local_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value);
char *upscale_local_json_end (JsonBuilder *builder);

G_END_DECLS
