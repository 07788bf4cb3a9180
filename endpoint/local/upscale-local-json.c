/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-json.h"

/**
 * upscale_local_json_add_string:
 * @builder: a builder within an object
 * @name: a member's name
 * @value: its value
 */
void
upscale_local_json_add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

/**
 * upscale_local_json_add_int:
 * @builder: a builder within an object
 * @name: a member's name
 * @value: its value
 */
void
upscale_local_json_add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

/**
 * upscale_local_json_add_boolean:
 * @builder: a builder within an object
 * @name: a member's name
 * @value: its value
 */
void
upscale_local_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

/**
 * upscale_local_json_end:
 * @builder: a builder within its outermost object
 *
 * Returns: (transfer full): the object as text
 */
char *
upscale_local_json_end (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
