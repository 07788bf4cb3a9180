/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads members by type, with a fallback, and writes objects. Readers accept %NULL and
 * nodes of any type, since they read JSON from outside. */
#include "upscale-json.h"

#include <math.h>
#include <string.h>

#include "upscale-base64.h"
#include "upscale-json-text.h"

/* Key of a builder's pictures. json-glib's generator would check each of their millions
 * of characters for escapes, so upscale_json_end() writes pictures itself. */
#define PICTURES "upscale-pictures"
/* Placeholder of a picture. A null is no string, so no text of a user looks like it. A
 * builder with pictures has no other nulls. */
#define PLACE "null"

/**
 * upscale_json_read_object:
 * @node: (nullable): any node
 *
 * Returns: (transfer none) (nullable): the object, %NULL if @node is none
 */
JsonObject *
upscale_json_read_object (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/**
 * upscale_json_read_array:
 * @node: (nullable): any node
 *
 * Returns: (transfer none) (nullable): the array, %NULL if @node is none
 */
JsonArray *
upscale_json_read_array (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/* json-glib converts values of other types, and warns about them. */
static JsonNode *
check_type (JsonNode *node, GType type)
{
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type
             ? node
             : NULL;
}

/**
 * upscale_json_read_string:
 * @node: (nullable): any node
 *
 * Returns: (transfer none) (nullable): the string, %NULL if @node is none
 */
const char *
upscale_json_read_string (JsonNode *node)
{
  return check_type (node, G_TYPE_STRING) ? json_node_get_string (node) : NULL;
}

/**
 * upscale_json_read_int:
 * @node: (nullable): any node
 * @fallback: value if @node is no whole number
 *
 * Returns: the number, or @fallback
 */
gint64
upscale_json_read_int (JsonNode *node, gint64 fallback)
{
  return check_type (node, G_TYPE_INT64) ? json_node_get_int (node) : fallback;
}

/**
 * upscale_json_get_member:
 * @object: (nullable): an object
 * @name: a member
 *
 * Returns: (transfer none) (nullable): the member, %NULL if there is none
 */
JsonNode *
upscale_json_get_member (JsonObject *object, const char *name)
{
  return object ? json_object_get_member (object, name) : NULL;
}

/**
 * upscale_json_get_element:
 * @array: (nullable): an array
 * @index: position of the element
 *
 * Returns: (transfer none) (nullable): the element, %NULL if there is none
 */
JsonNode *
upscale_json_get_element (JsonArray *array, guint index)
{
  return array && index < json_array_get_length (array)
             ? json_array_get_element (array, index)
             : NULL;
}

/**
 * upscale_json_get_string:
 * @object: (nullable): an object
 * @name: a member
 *
 * Returns: (transfer none) (nullable): the string, %NULL if the member is none
 */
const char *
upscale_json_get_string (JsonObject *object, const char *name)
{
  return upscale_json_read_string (upscale_json_get_member (object, name));
}

/**
 * upscale_json_get_boolean:
 * @object: (nullable): an object
 * @name: a member
 * @fallback: value if the member is no boolean
 *
 * Returns: the boolean, or @fallback
 */
gboolean
upscale_json_get_boolean (JsonObject *object, const char *name, gboolean fallback)
{
  JsonNode *node = check_type (upscale_json_get_member (object, name), G_TYPE_BOOLEAN);

  return node ? json_node_get_boolean (node) : fallback;
}

/**
 * upscale_json_get_int:
 * @object: (nullable): an object
 * @name: a member
 * @fallback: value if the member is no whole number from 0 to @highest
 * @highest: the largest valid number
 *
 * Returns: the number, or @fallback
 */
gint64
upscale_json_get_int (JsonObject *object,
                      const char *name,
                      gint64      fallback,
                      gint64      highest)
{
  gint64 value = upscale_json_read_int (upscale_json_get_member (object, name), fallback);

  return value >= 0 && value <= highest ? value : fallback;
}

/**
 * upscale_json_get_number:
 * @object: (nullable): an object
 * @name: a member
 * @fallback: the value if the member is no finite number
 *
 * Returns: the number
 */
double
upscale_json_get_number (JsonObject *object, const char *name, double fallback)
{
  JsonNode *node = upscale_json_get_member (object, name);
  double    value = check_type (node, G_TYPE_INT64) || check_type (node, G_TYPE_DOUBLE)
                        ? json_node_get_double (node)
                        : fallback;

  return isfinite (value) ? value : fallback;
}

/**
 * upscale_json_get_positive:
 * @object: (nullable): an object
 * @name: a member
 *
 * Returns: the number, 0 if the member is no finite number above 0
 */
double
upscale_json_get_positive (JsonObject *object, const char *name)
{
  return MAX (upscale_json_get_number (object, name, 0.0), 0.0);
}

/**
 * upscale_json_get_array:
 * @object: (nullable): an object
 * @name: a member
 *
 * Returns: (transfer none) (nullable): the array, %NULL if the member is none
 */
JsonArray *
upscale_json_get_array (JsonObject *object, const char *name)
{
  return upscale_json_read_array (upscale_json_get_member (object, name));
}

/**
 * upscale_json_get_object:
 * @object: (nullable): an object
 * @name: a member
 *
 * Returns: (transfer none) (nullable): the object, %NULL if the member is none
 */
JsonObject *
upscale_json_get_object (JsonObject *object, const char *name)
{
  return upscale_json_read_object (upscale_json_get_member (object, name));
}

/**
 * upscale_json_dup_names:
 * @array: (nullable): strings, or objects with a name
 * @member: (nullable): the member with an object's name
 *
 * Returns: (transfer full) (nullable): the names; %NULL without an array
 */
GStrv
upscale_json_dup_names (JsonArray *array, const char *member)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  if (!array)
    return NULL;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode   *node = json_array_get_element (array, i);
      JsonObject *object = member ? upscale_json_read_object (node) : NULL;
      const char *name = object ? upscale_json_get_string (object, member)
                                : upscale_json_read_string (node);

      if (name)
        g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

/**
 * upscale_json_add_string:
 * @builder: inside an object
 * @name: a member
 * @value: its value
 *
 * Adds a member.
 */
void
upscale_json_add_string (JsonBuilder *builder, const char *name, const char *value)
{
  g_return_if_fail (JSON_IS_BUILDER (builder));
  g_return_if_fail (name);

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

/**
 * upscale_json_add_int:
 * @builder: inside an object
 * @name: a member
 * @value: its value
 *
 * Adds a member.
 */
void
upscale_json_add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  g_return_if_fail (JSON_IS_BUILDER (builder));
  g_return_if_fail (name);

  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

/**
 * upscale_json_add_double:
 * @builder: inside an object
 * @name: a member
 * @value: its value
 *
 * Adds a member.
 */
void
upscale_json_add_double (JsonBuilder *builder, const char *name, double value)
{
  g_return_if_fail (JSON_IS_BUILDER (builder));
  g_return_if_fail (name);

  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

/**
 * upscale_json_add_boolean:
 * @builder: inside an object
 * @name: a member
 * @value: its value
 *
 * Adds a member.
 */
void
upscale_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  g_return_if_fail (JSON_IS_BUILDER (builder));
  g_return_if_fail (name);

  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static GPtrArray *
get_pictures (JsonBuilder *builder)
{
  GPtrArray *pictures = g_object_get_data (G_OBJECT (builder), PICTURES);

  if (pictures)
    return pictures;
  pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_object_set_data_full (G_OBJECT (builder), PICTURES, pictures,
                          (GDestroyNotify) g_ptr_array_unref);
  return pictures;
}

/**
 * upscale_json_add_base64:
 * @builder: inside an object, or with @name %NULL inside an array
 * @name: (nullable): a member
 * @bytes: the picture
 *
 * Adds a picture, which upscale_json_end() writes as base64. The builder must not get a
 * null of its own.
 */
void
upscale_json_add_base64 (JsonBuilder *builder, const char *name, GBytes *bytes)
{
  g_return_if_fail (JSON_IS_BUILDER (builder));
  g_return_if_fail (bytes);

  g_ptr_array_add (get_pictures (builder), g_bytes_ref (bytes));
  if (name)
    json_builder_set_member_name (builder, name);
  json_builder_add_null_value (builder);
}

static void
append_base64 (GString *text, GBytes *bytes)
{
  gsize         size = 0;
  const guchar *data = g_bytes_get_data (bytes, &size);
  gsize         start = text->len;

  g_string_set_size (text, start + UPSCALE_BASE64_CHARS (size));
  upscale_base64_encode (data, size, text->str + start);
}

static GString *
make_room (const char *text, GPtrArray *pictures)
{
  gsize length = strlen (text);

  for (guint i = 0; i < pictures->len; i++)
    length += UPSCALE_BASE64_CHARS (g_bytes_get_size (pictures->pdata[i]));
  return g_string_sized_new (length);
}

/* Skips strings, since their text may contain a placeholder. */
static const char *
find_place (const char *text, const char *end)
{
  while (text < end && !g_str_has_prefix (text, PLACE))
    text =
        *text == '"' ? upscale_json_text_find_string_end (text + 1, end) + 1 : text + 1;
  return text;
}

/* Writes pictures in place of their placeholders. */
static GBytes *
fill_places (const char *text, GPtrArray *pictures)
{
  GString    *whole = make_room (text, pictures);
  const char *end = text + strlen (text);

  for (guint i = 0; i < pictures->len; i++)
    {
      const char *place = find_place (text, end);

      g_assert (place < end);
      g_string_append_len (whole, text, place - text);
      g_string_append_c (whole, '"');
      append_base64 (whole, pictures->pdata[i]);
      g_string_append_c (whole, '"');
      text = place + strlen (PLACE);
    }
  g_string_append (whole, text);
  return g_string_free_to_bytes (whole);
}

/**
 * upscale_json_begin_object:
 * @builder: inside an object
 * @name: a member
 *
 * Begins an object, which the caller ends with json_builder_end_object().
 */
void
upscale_json_begin_object (JsonBuilder *builder, const char *name)
{
  g_return_if_fail (JSON_IS_BUILDER (builder));
  g_return_if_fail (name);

  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

/**
 * upscale_json_begin_array:
 * @builder: inside an object
 * @name: a member
 *
 * Begins an array, which the caller ends with json_builder_end_array().
 */
void
upscale_json_begin_array (JsonBuilder *builder, const char *name)
{
  g_return_if_fail (JSON_IS_BUILDER (builder));
  g_return_if_fail (name);

  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
}

/**
 * upscale_json_end:
 * @builder: inside the outermost object
 *
 * Ends the outermost object.
 *
 * Returns: (transfer full): the object as text, with its pictures
 */
GBytes *
upscale_json_end (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (JSON_IS_BUILDER (builder), NULL);

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  return fill_places (text, get_pictures (builder));
}
