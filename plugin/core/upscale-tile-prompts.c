/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of single tiles, a line each: `row,column | prompt | negative prompt`. Rows and
 * columns count from 1, as people count. */
#include "upscale-tile-prompts.h"

#include <glib/gi18n-lib.h>

#include <string.h>

#include "upscale-error.h"
#include "upscale-fields.h"
#include "upscale-limits.h"

#define N_FIELDS 3

static void
prompt_free (gpointer data)
{
  UpscaleTilePrompt *prompt = data;

  g_free (prompt->prompt);
  g_free (prompt->negative_prompt);
  g_free (prompt);
}

/* Lines keep no spaces around texts. */
static UpscaleTilePrompt *
prompt_copy_stripped (const UpscaleTilePrompt *prompt)
{
  UpscaleTilePrompt *copy = g_memdup2 (prompt, sizeof *prompt);

  copy->prompt = g_strstrip (g_strdup (prompt->prompt));
  copy->negative_prompt = g_strstrip (g_strdup (prompt->negative_prompt));
  return copy;
}

/* Reads a number from 1 on. */
static gboolean
read_number (const char *text, int *number)
{
  gint64 value = 0;

  if (!g_ascii_string_to_signed (text, 10, 1, UPSCALE_MAX_TILES, &value, NULL))
    return FALSE;
  *number = (int) value;
  return TRUE;
}

static gboolean
read_place (const char *text, int *row, int *col)
{
  g_auto (GStrv) numbers = g_strsplit (text, ",", 3);

  return g_strv_length (numbers) == 2 && read_number (g_strstrip (numbers[0]), row) &&
         read_number (g_strstrip (numbers[1]), col);
}

static gboolean
parse_line (GPtrArray *prompts, const char *line, GError **error)
{
  g_auto (GStrv) fields = upscale_fields_split (line, N_FIELDS);
  UpscaleTilePrompt prompt = { 0, 0, fields[1], fields[2] };

  if (g_strv_length (fields) > N_FIELDS ||
      !read_place (fields[0], &prompt.row, &prompt.col) ||
      (*prompt.prompt == '\0' && *prompt.negative_prompt == '\0'))
    return upscale_fields_refuse (
        line,
        _ ("write the text of a tile as row,column | prompt | negative prompt, "
           "for example 2,3 | a red door."),
        error);
  prompt.row--;
  prompt.col--;
  if (!upscale_fields_is_short (prompt.prompt) ||
      !upscale_fields_is_short (prompt.negative_prompt))
    return upscale_fields_refuse (line,
                                  _ ("the text of this tile is too long: shorten it."),
                                  error);
  if (upscale_tile_prompts_find (prompts, prompt.row, prompt.col))
    return upscale_fields_refuse (line, _ ("this tile has two lines: join them to one."),
                                  error);
  if (prompts->len == UPSCALE_MAX_TILE_PROMPTS)
    return upscale_fields_refuse (line,
                                  _ ("too many tiles have a text: remove this one."),
                                  error);
  upscale_tile_prompts_set (prompts, &prompt);
  return TRUE;
}

/**
 * upscale_tile_prompts_parse:
 * @text: lines; empty ones do not count
 * @error: return location for an error
 *
 * Returns: (transfer full) (element-type UpscaleTilePrompt): the texts of tiles, or %NULL
 * with %UPSCALE_ERROR_ARGUMENT
 */
GPtrArray *
upscale_tile_prompts_parse (const char *text, GError **error)
{
  g_autoptr (GPtrArray) prompts = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  prompts = g_ptr_array_new_with_free_func (prompt_free);
  if (strlen (text) > UPSCALE_MAX_WHERE_BYTES)
    {
      g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                           _ ("The texts of the tiles are too long: shorten them."));
      return NULL;
    }
  if (!upscale_fields_read_lines (text, parse_line, prompts, error))
    return NULL;
  return g_steal_pointer (&prompts);
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const UpscaleTilePrompt *first = *(UpscaleTilePrompt *const *) a;
  const UpscaleTilePrompt *second = *(UpscaleTilePrompt *const *) b;

  return first->row != second->row ? first->row - second->row : first->col - second->col;
}

/**
 * upscale_tile_prompts_join:
 * @prompts: (element-type UpscaleTilePrompt): the texts of tiles
 *
 * Returns: (transfer full): the lines of upscale_tile_prompts_parse(), by row and column
 */
char *
upscale_tile_prompts_join (GPtrArray *prompts)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) sorted = NULL;

  g_return_val_if_fail (prompts != NULL, NULL);

  sorted = g_ptr_array_copy (prompts, NULL, NULL);
  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort (sorted, compare_places);
  for (guint i = 0; i < sorted->len; i++)
    {
      const UpscaleTilePrompt *prompt = sorted->pdata[i];
      g_autofree char         *place =
          g_strdup_printf ("%d,%d", prompt->row + 1, prompt->col + 1);
      const char *fields[] = { place, prompt->prompt, prompt->negative_prompt, NULL };
      g_autofree char *line = upscale_fields_join (fields);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", line);
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static gboolean
find_index (GPtrArray *prompts, int row, int col, guint *index)
{
  for (guint i = 0; i < prompts->len; i++)
    {
      const UpscaleTilePrompt *prompt = prompts->pdata[i];

      if (prompt->row == row && prompt->col == col)
        {
          *index = i;
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * upscale_tile_prompts_find:
 * @prompts: (element-type UpscaleTilePrompt): the texts of tiles
 * @row: a row, from 0 on
 * @col: a column, from 0 on
 *
 * Returns: (transfer none) (nullable): the text of the tile; %NULL if it has none
 */
const UpscaleTilePrompt *
upscale_tile_prompts_find (GPtrArray *prompts, int row, int col)
{
  guint index;

  g_return_val_if_fail (prompts != NULL, NULL);

  return find_index (prompts, row, col, &index) ? prompts->pdata[index] : NULL;
}

/**
 * upscale_tile_prompts_set:
 * @prompts: (element-type UpscaleTilePrompt): the texts of tiles, changed
 * @prompt: the text of one tile; with empty texts, or texts of spaces, the tile has none
 * any more
 */
void
upscale_tile_prompts_set (GPtrArray *prompts, const UpscaleTilePrompt *prompt)
{
  guint              index;
  UpscaleTilePrompt *copy;

  g_return_if_fail (prompts != NULL && prompt != NULL);

  copy = prompt_copy_stripped (prompt);
  if (find_index (prompts, prompt->row, prompt->col, &index))
    g_ptr_array_remove_index (prompts, index);
  if (*copy->prompt || *copy->negative_prompt)
    g_ptr_array_add (prompts, copy);
  else
    prompt_free (copy);
}
