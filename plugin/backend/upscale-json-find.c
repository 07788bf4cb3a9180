/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds one value in a large JSON text without making a tree of the rest: servers send
 * the request back with the answer, pictures and all. */
#include "upscale-json.h"

#include <string.h>

/* How a string begins that holds one. */
#define DATA_URL "\"data:"

typedef struct
{
  const char *at;
  const char *end;
} Cursor;

static char
peek (Cursor *cursor)
{
  while (cursor->at < cursor->end && g_ascii_isspace (*cursor->at))
    cursor->at++;
  return cursor->at < cursor->end ? *cursor->at : '\0';
}

static gboolean
accept (Cursor *cursor, char wanted)
{
  if (peek (cursor) != wanted)
    return FALSE;
  cursor->at++;
  return TRUE;
}

static gboolean
skip_string (Cursor *cursor)
{
  if (!accept (cursor, '"'))
    return FALSE;
  while (cursor->at < cursor->end && *cursor->at != '"')
    cursor->at += *cursor->at == '\\' ? 2 : 1;
  return accept (cursor, '"');
}

static gboolean
skip_literal (Cursor *cursor)
{
  const char *start = cursor->at;

  while (cursor->at < cursor->end &&
         (g_ascii_isalnum (*cursor->at) || strchr ("+-.", *cursor->at)))
    cursor->at++;
  return cursor->at > start;
}

/* Whether brackets match in kind is not looked at: what is skipped is not used. */
static gboolean
skip_value (Cursor *cursor)
{
  guint depth = 0;

  do
    {
      char next = peek (cursor);

      if (next == '{' || next == '[')
        depth++;
      else if (next == '}' || next == ']')
        depth -= depth > 0;
      else if (next == '"' ? !skip_string (cursor)
                           : next != ',' && next != ':' && !skip_literal (cursor))
        return FALSE;
      if (next != '\0' && strchr ("{}[],:", next))
        cursor->at++;
    }
  while (depth > 0);
  return TRUE;
}

static gboolean
enter_member (Cursor *cursor, const char *name)
{
  gsize length = strlen (name);

  while (peek (cursor) == '"')
    {
      const char *key = cursor->at + 1;

      if (!skip_string (cursor) || !accept (cursor, ':'))
        return FALSE;
      if (cursor->at > key + length && key[length] == '"' &&
          memcmp (key, name, length) == 0)
        return TRUE;
      if (!skip_value (cursor) || !accept (cursor, ','))
        return FALSE;
    }
  return FALSE;
}

static gboolean
enter_element (Cursor *cursor, const char *index)
{
  guint64 n = g_ascii_strtoull (index, NULL, 10);

  for (guint64 i = 0; i < n; i++)
    if (!skip_value (cursor) || !accept (cursor, ','))
      return FALSE;
  return peek (cursor) != ']';
}

/**
 * upscale_json_find:
 * @text: JSON, as it came in
 * @path: (array zero-terminated=1): members, and indices of arrays, from the outermost in
 * @start: (out): where the value begins
 * @size: (out): its length, bytes
 *
 * Looks for a value. What lies before it is passed over, not checked; what lies behind it
 * is not even read.
 *
 * Returns: whether it is there
 */
gboolean
upscale_json_find (GBytes *text, const char *const *path, const char **start, gsize *size)
{
  gsize       length = 0;
  const char *data = g_bytes_get_data (text, &length);
  Cursor      cursor = { data, data + length };

  for (; *path; path++)
    {
      gboolean is_there = accept (&cursor, '{')   ? enter_member (&cursor, *path)
                          : accept (&cursor, '[') ? enter_element (&cursor, *path)
                                                  : FALSE;

      if (!is_there)
        return FALSE;
    }
  if (peek (&cursor) == '\0')
    return FALSE;
  data = cursor.at;
  if (!skip_value (&cursor))
    return FALSE;
  *start = data;
  *size = (gsize) (cursor.at - data);
  return TRUE;
}

/**
 * upscale_json_dup_string_at:
 * @text: JSON, as it came in
 * @path: (array zero-terminated=1): see upscale_json_find()
 *
 * Returns: (transfer full) (nullable): the string there, %NULL when there is none
 */
char *
upscale_json_dup_string_at (GBytes *text, const char *const *path)
{
  const char      *start = NULL;
  gsize            size = 0;
  g_autofree char *value = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!upscale_json_find (text, path, &start, &size) || *start != '"')
    return NULL;
  value = g_strndup (start, size);
  node = json_from_string (value, NULL);
  return node ? g_strdup (json_node_get_string (node)) : NULL;
}

/* Leaves what stands behind the comma of a data URL; a string that is none stays. */
static gboolean
skip_head (const char **start, gsize *size)
{
  const char *comma;

  if (*size <= strlen (DATA_URL) || memcmp (*start, DATA_URL, strlen (DATA_URL)) != 0)
    return TRUE;
  comma = memchr (*start, ',', *size);
  if (!comma)
    return FALSE;
  *size -= (gsize) (comma - *start);
  *start = comma;
  return TRUE;
}

/**
 * upscale_json_decode_base64_at:
 * @text: JSON, as it came in
 * @path: (array zero-terminated=1): see upscale_json_find()
 *
 * Returns: (transfer full) (nullable): what the string there holds in base64, with or
 * without the head of a data URL; %NULL when there is nothing
 */
GBytes *
upscale_json_decode_base64_at (GBytes *text, const char *const *path)
{
  const char *start = NULL;
  gsize       size = 0;
  guchar     *data;
  int         state = 0;
  guint       save = 0;

  if (!upscale_json_find (text, path, &start, &size) || *start != '"' ||
      !skip_head (&start, &size))
    return NULL;
  /* What is no letter of the alphabet, as the quotes and an escaped slash, is passed
   * over. */
  data = g_malloc (size / 4 * 3 + 3);
  size = g_base64_decode_step (start, size, data, &state, &save);
  if (size > 0)
    return g_bytes_new_take (data, size);
  g_free (data);
  return NULL;
}
