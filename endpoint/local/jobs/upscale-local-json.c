/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-json.h"

#include "upscale-local-problem.h"

#define MOST_DEPTH 32
/* json-glib takes fifty times the size of its input. */
#define MOST_BYTES ((gsize) 4 << 20)
/* A longer string is a picture, or belongs to a member that is not read. */
#define LONG_CHARS 4096
/* Replaces a picture, followed by its number. A client that sends this mark gains
 * nothing: each number leads to one of its own pictures, and only once. */
#define MARK "\"\\u0001"
#define MARK_CHAR '\001'

#define BAD_REQUEST 400
#define CONTENT_TOO_LARGE 413

/* State of copying a text for the parser. */
typedef struct
{
  GBytes     *text;
  const char *start;
  const char *at;
  const char *end;
  int         depth;
  GString    *rest;
  GPtrArray  *pictures;
} Reader;

static gboolean
copy_string (Reader *reader)
{
  const char *start = reader->at + 1;
  const char *close = start;
  gboolean    has_escapes = FALSE;

  for (; close < reader->end && *close != '"'; close++)
    if (*close == '\\')
      {
        has_escapes = TRUE;
        close++;
      }
  if (close >= reader->end)
    return FALSE;
  if (close - start > LONG_CHARS && !has_escapes)
    {
      g_string_append_printf (reader->rest, MARK "%u\"", reader->pictures->len);
      g_ptr_array_add (reader->pictures,
                       g_bytes_new_from_bytes (reader->text,
                                               (gsize) (start - reader->start),
                                               (gsize) (close - start)));
    }
  else
    g_string_append_len (reader->rest, reader->at, close + 1 - reader->at);
  reader->at = close + 1;
  return TRUE;
}

/* Accept only one value of standard JSON: json-glib's immutable parser aborts on two
 * values in a row, its mutable one makes an array of them, and both accept comments,
 * assignments and single quotes. */
static gboolean
copy_value (Reader *reader)
{
  while (reader->at < reader->end && reader->rest->len <= MOST_BYTES)
    {
      char c = *reader->at;

      if (c == '"')
        {
          if (reader->depth == 0 || !copy_string (reader))
            return FALSE;
          continue;
        }
      if (!g_ascii_isalnum (c) && !g_ascii_isspace (c) && !strchr ("{}[],:+-.", c))
        return FALSE;
      if (reader->depth == 0 && !g_ascii_isspace (c) && (c != '{' || reader->rest->len))
        return FALSE;
      reader->depth += (c == '{' || c == '[') - (c == '}' || c == ']');
      if (reader->depth < 0 || reader->depth > MOST_DEPTH)
        return FALSE;
      if (reader->depth > 0 || !g_ascii_isspace (c))
        g_string_append_c (reader->rest, c);
      reader->at++;
    }
  return reader->depth == 0 || reader->rest->len > MOST_BYTES;
}

static gboolean
parse_rest (UpscaleLocalJson *json, const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root = NULL;

  if (g_utf8_validate_len (text, length, NULL) &&
      json_parser_load_from_data (parser, text, (gssize) length, NULL))
    root = json_parser_get_root (parser);
  if (root && JSON_NODE_HOLDS_OBJECT (root))
    json->root = json_node_dup_object (root);
  return json->root != NULL;
}

/**
 * upscale_local_json_parse:
 * @json: (out): the request
 * @text: JSON, not trusted
 * @problem: return location for a problem
 *
 * Sets the pictures aside and parses the rest. May be called from any thread.
 *
 * Returns: %TRUE if the text is one object
 */
gboolean
upscale_local_json_parse (UpscaleLocalJson *json, GBytes *text, GError **problem)
{
  g_autoptr (GString) rest = g_string_new (NULL);
  gsize       length = 0;
  const char *data = g_bytes_get_data (text, &length);
  const char *start = data ? data : "";
  Reader      reader = { text, start, start, start + length, 0, rest, NULL };

  g_return_val_if_fail (json != NULL, FALSE);

  json->pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  reader.pictures = json->pictures;
  if (!copy_value (&reader))
    upscale_local_problem_set (problem, BAD_REQUEST, "the body is not a JSON object");
  else if (rest->len > MOST_BYTES)
    upscale_local_problem_set (problem, CONTENT_TOO_LARGE,
                               "the body holds more than %d MiB beside pictures: shorten "
                               "its texts and lists",
                               (int) (MOST_BYTES >> 20));
  else if (!parse_rest (json, rest->str, rest->len))
    upscale_local_problem_set (problem, BAD_REQUEST, "the body is not a JSON object");
  return json->root != NULL;
}

/**
 * upscale_local_json_clear:
 * @json: a request
 */
void
upscale_local_json_clear (UpscaleLocalJson *json)
{
  g_return_if_fail (json != NULL);

  g_clear_pointer (&json->root, json_object_unref);
  g_clear_pointer (&json->pictures, g_ptr_array_unref);
}

/**
 * upscale_local_json_take_base64:
 * @json: a request
 * @string: a string of @json
 *
 * Decodes base64. The picture behind a placeholder can be taken once.
 *
 * Returns: (transfer full): the decoded bytes
 */
GBytes *
upscale_local_json_take_base64 (UpscaleLocalJson *json, const char *string)
{
  g_autoptr (GBytes) picture = NULL;
  gsize       length = strlen (string);
  const char *text = string;
  guint64     number = 0;
  guchar     *bytes;
  int         state = 0;
  guint       save = 0;

  g_return_val_if_fail (json != NULL, NULL);

  if (*string == MARK_CHAR &&
      g_ascii_string_to_unsigned (string + 1, 10, 0, G_MAXUINT, &number, NULL) &&
      number < json->pictures->len)
    {
      picture = g_steal_pointer (&json->pictures->pdata[number]);
      text = picture ? g_bytes_get_data (picture, &length) : "";
      length = picture ? length : 0;
    }
  bytes = g_malloc (length / 4 * 3 + 3);
  return g_bytes_new_take (bytes,
                           g_base64_decode_step (text, length, bytes, &state, &save));
}

/**
 * upscale_local_json_add_string:
 * @builder: a builder within an object
 * @name: a member's name
 * @value: its value
 */
void
upscale_local_json_add_string (JsonBuilder *builder, const char *name, const char *value)
{
  g_return_if_fail (JSON_IS_BUILDER (builder));
  g_return_if_fail (name != NULL);
  g_return_if_fail (value != NULL);

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
  g_return_if_fail (JSON_IS_BUILDER (builder));
  g_return_if_fail (name != NULL);

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
  g_return_if_fail (JSON_IS_BUILDER (builder));
  g_return_if_fail (name != NULL);

  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

/**
 * upscale_local_json_end:
 * @builder: a builder in its outermost object
 *
 * Returns: (transfer full): the object as text
 */
char *
upscale_local_json_end (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = NULL;

  g_return_val_if_fail (JSON_IS_BUILDER (builder), NULL);

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
