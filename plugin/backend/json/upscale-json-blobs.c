/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-json-blobs.h"

#include <string.h>

#include "upscale-json-parse.h"
#include "upscale-json-text.h"
#include "upscale-json.h"

/* Strings of more characters may be pictures. */
#define LONG_CHARS 4096
/* So many characters at the start tell whether a string is base64. */
#define TOLD_CHARS 64
/* Stands in a peeled string's place, before its number. A server that writes one itself
 * gains nothing: each leads to a picture of its own, and only once. */
#define MARK "\\u0001"
#define MARK_CHAR '\001'
/* How a string begins that is a picture with its type before it. */
#define DATA_URL "data:"

/**
 * UpscaleJsonBlobs:
 *
 * A JSON text whose long strings, which are pictures, were taken out before the parser
 * saw it. The parser would copy tens of megabytes several times to find their ends; they
 * stay where they came in, and are decoded from there.
 */
struct _UpscaleJsonBlobs
{
  GBytes   *text;
  GArray   *spans; /* of Span */
  JsonNode *root;
};

typedef struct
{
  const char *start;
  gsize       length;
} Span;

static gboolean
is_base64 (char c)
{
  return g_ascii_isalnum (c) || c == '+' || c == '/' || c == '=';
}

/* A long text that people read stays in the JSON. */
static gboolean
is_picture (const char *start, const char *end)
{
  gsize length = (gsize) (end - start);

  if (length <= LONG_CHARS || memchr (start, '\\', length))
    return FALSE;
  if (memcmp (start, DATA_URL, strlen (DATA_URL)) == 0)
    return TRUE;
  for (int i = 0; i < TOLD_CHARS; i++)
    if (!is_base64 (start[i]))
      return FALSE;
  return TRUE;
}

/* Copies all but the long strings. A text that is cut off is copied as it is, for the
 * parser to complain of. */
static GString *
peel_off (UpscaleJsonBlobs *blobs, const char *text, gsize length)
{
  GString    *rest = g_string_new (NULL);
  const char *end = text + length;
  const char *copied = text;
  const char *quote = text;

  while ((quote = memchr (quote, '"', (gsize) (end - quote))))
    {
      const char *start = quote + 1;
      const char *close = upscale_json_text_find_string_end (start, end);

      if (!close)
        break;
      if (is_picture (start, close))
        {
          Span span = { start, (gsize) (close - start) };

          g_string_append_len (rest, copied, start - copied);
          g_string_append_printf (rest, MARK "%u", blobs->spans->len);
          g_array_append_val (blobs->spans, span);
          copied = close;
        }
      quote = close + 1;
    }
  g_string_append_len (rest, copied, end - copied);
  return rest;
}

/**
 * upscale_json_blobs_new:
 * @text: JSON, as it came in
 * @error: return location for an error
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the text as an object; %NULL with %UPSCALE_ERROR_PROTOCOL
 * when it is none, see upscale_json_parse(), which reads what is left without pictures
 */
UpscaleJsonBlobs *
upscale_json_blobs_new (GBytes *text, GError **error)
{
  g_autoptr (UpscaleJsonBlobs) blobs = g_new0 (UpscaleJsonBlobs, 1);
  g_autoptr (GBytes) rest = NULL;
  g_autoptr (JsonObject) object = NULL;
  gsize       length = 0;
  const char *start = g_bytes_get_data (text, &length);

  blobs->text = g_bytes_ref (text);
  blobs->spans = g_array_new (FALSE, FALSE, sizeof (Span));
  rest = g_string_free_to_bytes (peel_off (blobs, start ? start : "", length));
  object = upscale_json_parse_object (rest, error);
  if (!object)
    return NULL;
  blobs->root = json_node_init_object (json_node_alloc (), object);
  return g_steal_pointer (&blobs);
}

/**
 * upscale_json_blobs_free:
 * @blobs: (transfer full): a peeled text
 */
void
upscale_json_blobs_free (UpscaleJsonBlobs *blobs)
{
  g_clear_pointer (&blobs->root, json_node_unref);
  g_array_unref (blobs->spans);
  g_bytes_unref (blobs->text);
  g_free (blobs);
}

/**
 * upscale_json_blobs_get_root:
 * @blobs: a peeled text
 *
 * Returns: (transfer none): the object that it is; long strings in it are placeholders
 */
JsonObject *
upscale_json_blobs_get_root (UpscaleJsonBlobs *blobs)
{
  return json_node_get_object (blobs->root);
}

static JsonNode *
enter (JsonNode *node, const char *name)
{
  JsonArray *array = upscale_json_read_array (node);
  guint64    index = 0;

  if (!array)
    return upscale_json_get_member (upscale_json_read_object (node), name);
  if (!g_ascii_string_to_unsigned (name, 10, 0, G_MAXUINT, &index, NULL))
    return NULL;
  return upscale_json_get_element (array, (guint) index);
}

/**
 * upscale_json_blobs_find:
 * @blobs: a peeled text
 * @path: (array zero-terminated=1): members, and indices of arrays, from the outermost in
 *
 * Returns: (transfer none) (nullable): what is there, %NULL when nothing is
 */
JsonNode *
upscale_json_blobs_find (UpscaleJsonBlobs *blobs, const char *const *path)
{
  JsonNode *node = blobs->root;

  for (; node && *path; path++)
    node = enter (node, *path);
  return node;
}

/**
 * upscale_json_blobs_find_string:
 * @blobs: a peeled text
 * @path: (array zero-terminated=1): as for upscale_json_blobs_find()
 *
 * Returns: (transfer none) (nullable): the string there, %NULL when it is none
 */
const char *
upscale_json_blobs_find_string (UpscaleJsonBlobs *blobs, const char *const *path)
{
  return upscale_json_read_string (upscale_json_blobs_find (blobs, path));
}

/* Leaves the part behind the comma of a data URL; any other text stays. */
static Span
skip_head (Span span)
{
  const char *comma = NULL;

  if (span.length < strlen (DATA_URL) ||
      memcmp (span.start, DATA_URL, strlen (DATA_URL)) != 0)
    return span;
  comma = memchr (span.start, ',', span.length);
  return comma ? (Span) { comma, span.length - (gsize) (comma - span.start) }
               : (Span) { span.start, 0 };
}

/* Takes a peeled string, so that one picture can't be answered for every tile. */
static Span
take_span (UpscaleJsonBlobs *blobs, const char *text)
{
  Span    span = { NULL, 0 };
  guint64 number = 0;

  if (*text != MARK_CHAR)
    return (Span) { text, strlen (text) };
  if (g_ascii_string_to_unsigned (text + 1, 10, 0, G_MAXUINT, &number, NULL) &&
      number < blobs->spans->len)
    {
      span = g_array_index (blobs->spans, Span, number);
      g_array_index (blobs->spans, Span, number) = (Span) { NULL, 0 };
    }
  return span;
}

/**
 * upscale_json_blobs_decode_base64:
 * @blobs: a peeled text
 * @node: (nullable): a member or element of it
 *
 * A string can be decoded once.
 *
 * Returns: (transfer full) (nullable): the bytes that a string stands for, with or
 * without the head of a data URL; %NULL when it is none, or stands for nothing
 */
GBytes *
upscale_json_blobs_decode_base64 (UpscaleJsonBlobs *blobs, JsonNode *node)
{
  const char        *text = upscale_json_read_string (node);
  Span               span;
  g_autofree guchar *bytes = NULL;
  gsize              size;
  int                state = 0;
  guint              save = 0;

  if (!text)
    return NULL;
  span = skip_head (take_span (blobs, text));
  bytes = g_malloc (span.length / 4 * 3 + 3);
  size = g_base64_decode_step (span.start, span.length, bytes, &state, &save);
  return size > 0 ? g_bytes_new_take (g_steal_pointer (&bytes), size) : NULL;
}
