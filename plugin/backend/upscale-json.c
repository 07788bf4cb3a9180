/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every kind of server's JSON is read and written with. */
#include "upscale-json.h"

#include <string.h>

/* Where a builder keeps its pictures: the generator would look at each of their millions
 * of letters for one that it must escape. */
#define PICTURES "upscale-pictures"
/* What stands in a picture's place, before its number, and how that is written: no text
 * that people write begins with this control character. */
#define MARK_CHAR '\001'
#define MARK "\"\\u0001"
#define BASE64_CHARS(n_bytes) (((n_bytes) / 3 + 1) * 4)

/* Members are read by asking for their type first: json-glib warns and guesses otherwise.
 */
static JsonNode *
get_value (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  if (!node || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != type)
    return NULL;
  return node;
}

/**
 * upscale_json_read_string:
 * @node: (nullable): any node
 *
 * Returns: (transfer none) (nullable): its value, %NULL when it is no string
 */
const char *
upscale_json_read_string (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/**
 * upscale_json_get_string:
 * @object: an object
 * @name: a member
 *
 * Returns: (transfer none) (nullable): its value, %NULL when it is no string
 */
const char *
upscale_json_get_string (JsonObject *object, const char *name)
{
  return upscale_json_read_string (json_object_get_member (object, name));
}

/**
 * upscale_json_get_boolean:
 * @object: an object
 * @name: a member
 * @fallback: what counts when it is no boolean
 *
 * Returns: its value
 */
gboolean
upscale_json_get_boolean (JsonObject *object, const char *name, gboolean fallback)
{
  JsonNode *node = get_value (object, name, G_TYPE_BOOLEAN);

  return node ? json_node_get_boolean (node) : fallback;
}

/**
 * upscale_json_get_int:
 * @object: an object
 * @name: a member
 * @fallback: what counts when it is no whole number from 0 to @highest
 * @highest: the largest number that is believed
 *
 * Returns: its value
 */
gint64
upscale_json_get_int (JsonObject *object,
                      const char *name,
                      gint64      fallback,
                      gint64      highest)
{
  JsonNode *node = get_value (object, name, G_TYPE_INT64);
  gint64    value = node ? json_node_get_int (node) : fallback;

  return value >= 0 && value <= highest ? value : fallback;
}

/**
 * upscale_json_get_array:
 * @object: an object
 * @name: a member
 *
 * Returns: (transfer none) (nullable): the array, %NULL when it is none
 */
JsonArray *
upscale_json_get_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/**
 * upscale_json_get_object:
 * @object: an object
 * @name: a member
 *
 * Returns: (transfer none) (nullable): the object, %NULL when it is none
 */
JsonObject *
upscale_json_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static const char *
get_name (JsonNode *node, const char *member)
{
  if (member && JSON_NODE_HOLDS_OBJECT (node))
    return upscale_json_get_string (json_node_get_object (node), member);
  return upscale_json_read_string (node);
}

/**
 * upscale_json_dup_names:
 * @array: (nullable): strings, or objects that hold them
 * @member: (nullable): where an object has its name
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
      const char *name = get_name (json_array_get_element (array, i), member);

      if (name)
        g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

/**
 * upscale_json_parse:
 * @parser: an immutable parser, which owns what is returned
 * @text: JSON, as it came in
 *
 * Returns: (transfer none) (nullable): its root, %NULL when it is no JSON
 */
JsonNode *
upscale_json_parse (JsonParser *parser, GBytes *text)
{
  gsize       length = 0;
  const char *data = g_bytes_get_data (text, &length);

  if (length == 0 || !json_parser_load_from_data (parser, data, (gssize) length, NULL))
    return NULL;
  return json_parser_get_root (parser);
}

/**
 * upscale_json_add_string:
 * @builder: inside an object
 * @name: a member
 * @value: its value
 */
void
upscale_json_add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

/**
 * upscale_json_add_int:
 * @builder: inside an object
 * @name: a member
 * @value: its value
 */
void
upscale_json_add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

/**
 * upscale_json_add_double:
 * @builder: inside an object
 * @name: a member
 * @value: its value
 */
void
upscale_json_add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

/**
 * upscale_json_add_boolean:
 * @builder: inside an object
 * @name: a member
 * @value: its value
 */
void
upscale_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
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
 * @bytes: what it holds
 *
 * Adds a picture, which is written by upscale_json_end().
 */
void
upscale_json_add_base64 (JsonBuilder *builder, const char *name, GBytes *bytes)
{
  GPtrArray       *pictures = get_pictures (builder);
  g_autofree char *place = g_strdup_printf ("%c%u", MARK_CHAR, pictures->len);

  g_ptr_array_add (pictures, g_bytes_ref (bytes));
  if (name)
    json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, place);
}

static void
append_base64 (GString *text, GBytes *bytes)
{
  gsize         size = 0;
  const guchar *data = g_bytes_get_data (bytes, &size);
  gsize         start = text->len;
  gsize         length;
  int           state = 0;
  int           save = 0;

  g_string_set_size (text, start + BASE64_CHARS (size));
  length = g_base64_encode_step (data, size, FALSE, text->str + start, &state, &save);
  length += g_base64_encode_close (FALSE, text->str + start + length, &state, &save);
  g_string_truncate (text, start + length);
}

static GString *
make_room (const char *text, GPtrArray *pictures)
{
  gsize length = strlen (text);

  for (guint i = 0; i < pictures->len; i++)
    length += BASE64_CHARS (g_bytes_get_size (pictures->pdata[i]));
  return g_string_sized_new (length);
}

/* Puts pictures where their places are. */
static GBytes *
fill_places (const char *text, GPtrArray *pictures)
{
  GString    *whole = make_room (text, pictures);
  const char *mark;

  while ((mark = strstr (text, MARK)))
    {
      char   *end = NULL;
      guint64 number = g_ascii_strtoull (mark + strlen (MARK), &end, 10);

      g_string_append_len (whole, text, mark - text + 1);
      if (number < pictures->len)
        append_base64 (whole, pictures->pdata[number]);
      text = end;
    }
  g_string_append (whole, text);
  return g_string_free_to_bytes (whole);
}

/**
 * upscale_json_begin_object:
 * @builder: inside an object
 * @name: a member that is an object, for the caller to fill and end
 */
void
upscale_json_begin_object (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

/**
 * upscale_json_begin_array:
 * @builder: inside an object
 * @name: a member that is an array, for the caller to fill and end
 */
void
upscale_json_begin_array (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
}

/**
 * upscale_json_end:
 * @builder: inside the outermost object
 *
 * Ends that object.
 *
 * Returns: (transfer full): all of it as text
 */
GBytes *
upscale_json_end (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  return fill_places (text, get_pictures (builder));
}
