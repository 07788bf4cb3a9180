/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only file that calls json-glib's parser. The immutable parser of json-glib 1.10.6
 * aborts on two values in a row, the mutable one returns them as an array, older versions
 * recurse without a limit, and all accept comments, assignments and single quotes. So the
 * shape of the text is checked before it is parsed. */
#include "upscale-json-parse.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-json-text.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static JsonNode *
parse_text (const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  /* g_utf8_validate_len() refuses NUL bytes too. */
  if (!g_utf8_validate_len (text, length, NULL) ||
      !upscale_json_text_is_one_value (text, text + length) ||
      !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}

/**
 * upscale_json_parse:
 * @text: JSON, as it came in
 * @error: return location for an error
 *
 * Parses one object or array. The last of several members with the same name counts. May
 * be called from any thread.
 *
 * Returns: (transfer full): the root; %NULL with %UPSCALE_ERROR_PROTOCOL if the text is
 * no JSON, has more than one value, is nested too deep or larger than
 * %UPSCALE_JSON_MOST_BYTES
 */
JsonNode *
upscale_json_parse (GBytes *text, GError **error)
{
  gsize       length = 0;
  const char *data;
  JsonNode   *root = NULL;

  g_return_val_if_fail (text, NULL);

  data = g_bytes_get_data (text, &length);
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
