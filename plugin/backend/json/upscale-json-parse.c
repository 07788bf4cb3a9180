/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only place where json-glib parses. Its immutable parser aborts on two values in a
 * row, its mutable one returns them as an array, older versions recurse without a limit,
 * and all of them read comments, assignments and single quotes. So the text's shape is
 * checked before it is parsed. */
#include "upscale-json-parse.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"

/* No server nests more than a dozen values. */
#define MOST_DEPTH 128
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/**
 * upscale_json_find_end_of_string:
 * @start: the first character of a string of JSON, behind its quote
 * @end: where the text ends
 *
 * Returns: (transfer none) (nullable): the quote that ends the string, which is one that
 * no odd number of backslashes stands before; %NULL when the text is cut off
 */
const char *
upscale_json_find_end_of_string (const char *start, const char *end)
{
  const char *quote = start;

  while ((quote = memchr (quote, '"', (gsize) (end - quote))))
    {
      const char *before = quote;

      while (before > start && before[-1] == '\\')
        before--;
      if ((quote - before) % 2 == 0)
        return quote;
      quote++;
    }
  return NULL;
}

static gboolean
opens (char c)
{
  return c == '{' || c == '[';
}

static gboolean
closes (char c)
{
  return c == '}' || c == ']';
}

/* Characters of numbers, of the three words, and between values. */
static gboolean
is_plain (char c)
{
  return g_ascii_isalnum (c) || g_ascii_isspace (c) || c == ',' || c == ':' || c == '-' ||
         c == '+' || c == '.';
}

/* Brackets are only counted; the parser finds those that do not match. */
static gboolean
is_one_value (const char *text, const char *end)
{
  int      depth = 0;
  gboolean is_over = FALSE;

  for (const char *at = text; at && at < end; at++)
    {
      if (depth == 0 && !g_ascii_isspace (*at) && (is_over || !opens (*at)))
        return FALSE;
      if (*at == '"')
        at = upscale_json_find_end_of_string (at + 1, end);
      else if (opens (*at))
        depth++;
      else if (closes (*at))
        is_over = --depth == 0;
      else if (!is_plain (*at))
        return FALSE;
      if (!at || depth > MOST_DEPTH)
        return FALSE;
    }
  return is_over;
}

static JsonNode *
parse_text (const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  /* Refuses NUL bytes, too. */
  if (!g_utf8_validate_len (text, length, NULL) || !is_one_value (text, text + length) ||
      !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}

/**
 * upscale_json_parse:
 * @text: JSON, as it came in
 * @error: return location for an error
 *
 * Parses one object or array. Of members with the same name the last counts. May be
 * called from any thread.
 *
 * Returns: (transfer full): the root; %NULL with %UPSCALE_ERROR_PROTOCOL when the text is
 * no JSON, holds more than one value, is nested too deep or larger than
 * %UPSCALE_JSON_MOST_BYTES
 */
JsonNode *
upscale_json_parse (GBytes *text, GError **error)
{
  gsize       length = 0;
  const char *data = g_bytes_get_data (text, &length);
  JsonNode   *root = NULL;

  if (length > UPSCALE_JSON_MOST_BYTES)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                   _ ("it holds more than %d MiB of JSON beside pictures, so it was not "
                      "read; is the address right?"),
                   (int) (UPSCALE_JSON_MOST_BYTES >> 20));
      return NULL;
    }
  if (length >= strlen (BYTE_ORDER_MARK) &&
      memcmp (data, BYTE_ORDER_MARK, strlen (BYTE_ORDER_MARK)) == 0)
    {
      data += strlen (BYTE_ORDER_MARK);
      length -= strlen (BYTE_ORDER_MARK);
    }
  if (length > 0)
    root = parse_text (data, length);
  if (!root)
    g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                         _ ("it is no JSON, or was damaged on its way; is the address "
                            "right?"));
  return root;
}

/**
 * upscale_json_parse_object:
 * @text: JSON, as it came in
 * @error: return location for an error
 *
 * Parses one object, see upscale_json_parse().
 *
 * Returns: (transfer full): the object, or %NULL with %UPSCALE_ERROR_PROTOCOL
 */
JsonObject *
upscale_json_parse_object (GBytes *text, GError **error)
{
  g_autoptr (JsonNode) root = upscale_json_parse (text, error);

  if (!root)
    return NULL;
  if (JSON_NODE_HOLDS_OBJECT (root))
    return json_node_dup_object (root);
  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                       _ ("it is no JSON object; is the address right?"));
  return NULL;
}

/**
 * upscale_json_skim:
 * @text: JSON, as it came in
 * @most_depth: how deep values are nested that are wanted
 *
 * Empties all objects and arrays that lie deeper, unread: servers list LoRAs together
 * with megabytes of training data.
 *
 * Returns: (transfer full): the rest of the text
 */
GBytes *
upscale_json_skim (GBytes *text, int most_depth)
{
  gsize       length = 0;
  const char *data = g_bytes_get_data (text, &length);
  const char *at = data ? data : "";
  const char *end = at + length;
  GString    *rest = g_string_new (NULL);
  int         depth = 0;

  while (at < end)
    {
      const char *close = *at == '"' ? upscale_json_find_end_of_string (at + 1, end) : at;
      const char *next = close ? close + 1 : end;

      depth -= closes (*at);
      if (depth <= most_depth)
        g_string_append_len (rest, at, next - at);
      depth += opens (*at);
      at = next;
    }
  return g_string_free_to_bytes (rest);
}
