/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scans of JSON text that no parser has read yet. */
#include "upscale-json-text.h"

#include <string.h>

/* No server nests more than a dozen values. */
#define MOST_DEPTH 128

/**
 * upscale_json_text_find_string_end:
 * @start: first character of a JSON string, after its opening quote
 * @end: end of the text
 *
 * Returns: (transfer none) (nullable): the closing quote, which is the first quote after
 * an even number of backslashes; %NULL if the text is cut off
 */
const char *
upscale_json_text_find_string_end (const char *start, const char *end)
{
  const char *quote = start;

  g_return_val_if_fail (start && end, NULL);

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

/* Characters of numbers, of `true`, `false` and `null`, and between values. */
static gboolean
is_plain (char c)
{
  return g_ascii_isalnum (c) || g_ascii_isspace (c) || c == ',' || c == ':' || c == '-' ||
         c == '+' || c == '.';
}

/**
 * upscale_json_text_is_one_value:
 * @text: JSON, as it came in
 * @end: end of @text
 *
 * Counts brackets only; the parser finds those that do not match.
 *
 * Returns: %TRUE if @text is one object or array, nested at most 128 deep and without
 * comments
 */
gboolean
upscale_json_text_is_one_value (const char *text, const char *end)
{
  int      depth = 0;
  gboolean is_over = FALSE;

  g_return_val_if_fail (text && end, FALSE);

  for (const char *at = text; at && at < end; at++)
    {
      if (depth == 0 && !g_ascii_isspace (*at) && (is_over || !opens (*at)))
        return FALSE;
      if (*at == '"')
        at = upscale_json_text_find_string_end (at + 1, end);
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

/**
 * upscale_json_text_prune:
 * @text: JSON, as it came in
 * @most_depth: depth down to which values are kept
 *
 * Empties all objects and arrays below @most_depth without parsing them. Servers list
 * LoRAs together with megabytes of training data.
 *
 * Returns: (transfer full): the shorter text
 */
GBytes *
upscale_json_text_prune (GBytes *text, int most_depth)
{
  gsize       length = 0;
  const char *at;
  const char *end;
  GString    *rest;
  int         depth = 0;

  g_return_val_if_fail (text, NULL);

  at = g_bytes_get_data (text, &length);
  at = at ? at : "";
  end = at + length;
  rest = g_string_new (NULL);
  while (at < end)
    {
      const char *close =
          *at == '"' ? upscale_json_text_find_string_end (at + 1, end) : at;
      const char *next = close ? close + 1 : end;

      depth -= closes (*at);
      if (depth <= most_depth)
        g_string_append_len (rest, at, next - at);
      depth += opens (*at);
      at = next;
    }
  return g_string_free_to_bytes (rest);
}
