/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of fields with bars between, as scripts and people write them:
 *
 *     Sky | soft clouds | birds | 0.2
 *
 * A backslash before a bar or a backslash makes it part of the text, and `\n` stands for
 * a line break. Spaces around fields do not count. */
#include "upscale-fields.h"

#include <string.h>

#include "upscale-error.h"
#include "upscale-limits.h"

#define BAR '|'
#define ESCAPE '\\'
#define SHOWN_CHARS 40

static void
append_escaped (GString *field, char escaped)
{
  if (escaped != BAR && escaped != ESCAPE && escaped != 'n')
    g_string_append_c (field, ESCAPE);
  g_string_append_c (field, escaped == 'n' ? '\n' : escaped);
}

static void
end_field (GPtrArray *fields, GString **field)
{
  g_ptr_array_add (fields, g_strstrip (g_string_free_and_steal (*field)));
  *field = g_string_new (NULL);
}

/**
 * upscale_fields_split:
 * @line: a line
 * @n_least: number of fields to fill up to with empty ones
 *
 * Returns: (transfer full): the fields of the line
 */
GStrv
upscale_fields_split (const char *line, guint n_least)
{
  g_autoptr (GPtrArray) fields = NULL;
  g_autoptr (GString) field = g_string_new (NULL);

  g_return_val_if_fail (line != NULL, NULL);

  fields = g_ptr_array_new ();
  for (const char *c = line; *c; c++)
    {
      if (*c == BAR)
        end_field (fields, &field);
      else if (*c == ESCAPE && c[1])
        append_escaped (field, *++c);
      else
        g_string_append_c (field, *c);
    }
  end_field (fields, &field);
  while (fields->len < n_least)
    g_ptr_array_add (fields, g_strdup (""));
  g_ptr_array_add (fields, NULL);
  return (GStrv) g_ptr_array_steal (fields, NULL);
}

static void
append_field (GString *line, const char *field)
{
  for (const char *c = field; *c; c++)
    {
      if (*c == BAR || *c == ESCAPE || *c == '\n')
        g_string_append_c (line, ESCAPE);
      g_string_append_c (line, *c == '\n' ? 'n' : *c);
    }
}

/**
 * upscale_fields_join:
 * @fields: (array zero-terminated=1): fields; empty ones at the end are left out
 *
 * Returns: (transfer full): a line that upscale_fields_split() splits into @fields
 */
char *
upscale_fields_join (const char *const *fields)
{
  g_autoptr (GString) line = g_string_new (NULL);
  guint n = 0;

  g_return_val_if_fail (fields != NULL, NULL);

  for (guint i = 0; fields[i]; i++)
    if (*fields[i])
      n = i + 1;
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append (line, " | ");
      append_field (line, fields[i]);
    }
  return g_string_free_and_steal (g_steal_pointer (&line));
}

/**
 * upscale_fields_read_lines:
 * @text: lines; empty ones do not count
 * @read: reads a line into @list
 * @list: gets what the lines say
 * @error: return location for an error
 *
 * Stops at the first line that can't be read.
 *
 * Returns: %TRUE if all lines were read, or %FALSE with the error of @read
 */
gboolean
upscale_fields_read_lines (const char         *text,
                           UpscaleFieldsReader read,
                           GPtrArray          *list,
                           GError            **error)
{
  g_auto (GStrv) lines = NULL;

  g_return_val_if_fail (text != NULL && read != NULL && list != NULL, FALSE);

  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line; line++)
    {
      g_strstrip (*line);
      if (**line != '\0' && !read (list, *line, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * upscale_fields_refuse:
 * @line: a line that can't be read
 * @sentence: the reason, and advice
 * @error: return location for an error
 *
 * Returns: %FALSE with %UPSCALE_ERROR_ARGUMENT, which shows the start of @line
 */
gboolean
upscale_fields_refuse (const char *line, const char *sentence, GError **error)
{
  g_autofree char *start = NULL;

  g_return_val_if_fail (line != NULL && sentence != NULL, FALSE);

  start = g_utf8_substring (line, 0, MIN (g_utf8_strlen (line, -1), SHOWN_CHARS));
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT, "%s: %s", start, sentence);
  return FALSE;
}

/**
 * upscale_fields_is_short:
 * @text: the text of a region or tile
 *
 * Returns: %TRUE if @text is short enough to be sent with a tile
 */
gboolean
upscale_fields_is_short (const char *text)
{
  g_return_val_if_fail (text != NULL, FALSE);

  return g_utf8_strlen (text, -1) <= UPSCALE_MAX_TILE_TEXT_CHARS;
}
