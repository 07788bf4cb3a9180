/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonObject *upscale_json_read_object (JsonNode *node);
JsonArray  *upscale_json_read_array (JsonNode *node);
const char *upscale_json_read_string (JsonNode *node);
gint64      upscale_json_read_int (JsonNode *node, gint64 fallback);
JsonNode   *upscale_json_get_member (JsonObject *object, const char *name);
JsonNode   *upscale_json_get_element (JsonArray *array, guint index);
const char *upscale_json_get_string (JsonObject *object, const char *name);
gboolean
       upscale_json_get_boolean (JsonObject *object, const char *name, gboolean fallback);
gint64 upscale_json_get_int (JsonObject *object,
                             const char *name,
                             gint64      fallback,
                             gint64      highest);
double upscale_json_get_number (JsonObject *object, const char *name, double fallback);
double upscale_json_get_positive (JsonObject *object, const char *name);
JsonArray  *upscale_json_get_array (JsonObject *object, const char *name);
JsonObject *upscale_json_get_object (JsonObject *object, const char *name);
GStrv       upscale_json_dup_names (JsonArray *array, const char *member);

void upscale_json_add_string (JsonBuilder *builder, const char *name, const char *value);
void upscale_json_add_int (JsonBuilder *builder, const char *name, gint64 value);
void upscale_json_add_double (JsonBuilder *builder, const char *name, double value);
void upscale_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value);
void upscale_json_add_base64 (JsonBuilder *builder, const char *name, GBytes *bytes);
void upscale_json_begin_object (JsonBuilder *builder, const char *name);
void upscale_json_begin_array (JsonBuilder *builder, const char *name);

GBytes *upscale_json_end (JsonBuilder *builder);

G_END_DECLS
