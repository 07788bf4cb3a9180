/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-json-blobs.h"

#include <string.h>

#include "upscale-base64.h"
#include "upscale-json-parse.h"
#include "upscale-json-text.h"
#include "upscale-json.h"

/* Strings of more characters may be pictures. */
#define LONG_CHARS 4096
/* Characters at the start of a string that are checked for base64. */
#define CHECKED_CHARS 64
/* Start of the placeholder of a blob; the number of the blob follows. A server that
 * writes a placeholder itself gets a blob of its own answer, and each blob only once. */
#define MARK "\\u0001"
#define MARK_CHAR '\001'
/* Start of a data URL, which has the type of a picture before its base64. */
#define DATA_URL "data:"

/**
 * UpscaleJsonBlobs:
 *
 * A parsed JSON text without its blobs: long strings, which are pictures in base64.
 * Placeholders replace the blobs before json-glib parses the text, since its parser
 * copies each string several times, and a batch has tens of megabytes of them. Blobs are
 * decoded from the original text.
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

/* Long strings that are no base64, such as descriptions, stay in the JSON. */
static gboolean
is_blob (const char *start, const char *end)
{
  gsize length = (gsize) (end - start);

  if (length <= LONG_CHARS || memchr (start, '\\', length))
    return FALSE;
  if (memcmp (start, DATA_URL, strlen (DATA_URL)) == 0)
    return TRUE;
  for (int i = 0; i < CHECKED_CHARS; i++)
    if (!is_base64 (start[i]))
      return FALSE;
  return TRUE;
}

/* Copies the text with placeholders for blobs. A text that is cut off inside a string is
 * copied to its end, and the parser reports the error. */
static GString *
extract_blobs (UpscaleJsonBlobs *blobs, const char *text, gsize length)
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
      if (is_blob (start, close))
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
 * Parses one object, see upscale_json_parse(), whose limit of size does not count blobs.
 * May be called from any thread.
 *
 * Returns: (transfer full): the parsed text, or %NULL with %UPSCALE_ERROR_PROTOCOL
 */
UpscaleJsonBlobs *
upscale_json_blobs_new (GBytes *text, GError **error)
{
  g_autoptr (UpscaleJsonBlobs) blobs = NULL;
  g_autoptr (GBytes) rest = NULL;
  g_autoptr (JsonObject) object = NULL;
  gsize       length = 0;
  const char *start;

  g_return_val_if_fail (text, NULL);

  start = g_bytes_get_data (text, &length);
  blobs = g_new0 (UpscaleJsonBlobs, 1);
  blobs->text = g_bytes_ref (text);
  blobs->spans = g_array_new (FALSE, FALSE, sizeof (Span));
  rest = g_string_free_to_bytes (extract_blobs (blobs, start ? start : "", length));
  object = upscale_json_parse_object (rest, error);
  if (!object)
    return NULL;
  blobs->root = json_node_init_object (json_node_alloc (), object);
  return g_steal_pointer (&blobs);
}

/**
 * upscale_json_blobs_free:
 * @blobs: (transfer full): a parsed text
 */
void
upscale_json_blobs_free (UpscaleJsonBlobs *blobs)
{
  g_return_if_fail (blobs != NULL);

  g_clear_pointer (&blobs->root, json_node_unref);
  g_array_unref (blobs->spans);
  g_bytes_unref (blobs->text);
  g_free (blobs);
}

/**
 * upscale_json_blobs_get_root:
 * @blobs: a parsed text
 *
 * Returns: (transfer none): the object, with placeholders for blobs
 */
JsonObject *
upscale_json_blobs_get_root (UpscaleJsonBlobs *blobs)
{
  g_return_val_if_fail (blobs, NULL);

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
 * @blobs: a parsed text
 * @path: (array zero-terminated=1): members, and indices of arrays, from the outermost in
 *
 * Returns: (transfer none) (nullable): the node at @path, %NULL if there is none
 */
JsonNode *
upscale_json_blobs_find (UpscaleJsonBlobs *blobs, const char *const *path)
{
  JsonNode *node;

  g_return_val_if_fail (blobs && path, NULL);

  node = blobs->root;
  for (; node && *path; path++)
    node = enter (node, *path);
  return node;
}

/**
 * upscale_json_blobs_find_string:
 * @blobs: a parsed text
 * @path: (array zero-terminated=1): as for upscale_json_blobs_find()
 *
 * Returns: (transfer none) (nullable): the string at @path, %NULL if there is none
 */
const char *
upscale_json_blobs_find_string (UpscaleJsonBlobs *blobs, const char *const *path)
{
  return upscale_json_read_string (upscale_json_blobs_find (blobs, path));
}

/* Skips a data URL's head, which ends at a comma. Other texts have none. */
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

/* Finds the text that @text stands for. A blob is taken out of the list, so that a server
 * can't answer one picture for every tile. */
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
 * @blobs: a parsed text
 * @node: (nullable): a member or element of @blobs
 *
 * Decodes a string of base64, with or without the head of a data URL. Each blob can be
 * decoded once.
 *
 * Returns: (transfer full) (nullable): the bytes; %NULL if @node is no string, or has no
 * bytes
 */
GBytes *
upscale_json_blobs_decode_base64 (UpscaleJsonBlobs *blobs, JsonNode *node)
{
  const char        *text = upscale_json_read_string (node);
  Span               span;
  g_autofree guchar *bytes = NULL;
  gsize              size;

  g_return_val_if_fail (blobs, NULL);

  if (!text)
    return NULL;
  span = skip_head (take_span (blobs, text));
  bytes = g_malloc (span.length / 4 * 3 + 3);
  size = upscale_base64_decode (span.start, span.length, bytes);
  return size > 0 ? g_bytes_new_take (g_steal_pointer (&bytes), size) : NULL;
}
