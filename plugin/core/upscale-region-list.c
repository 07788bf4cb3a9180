/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regions, a line each: `name | prompt | negative prompt | strength`. */
#include "upscale-region-list.h"

#include <glib/gi18n-lib.h>

#include <string.h>

#include "upscale-error.h"
#include "upscale-fields.h"
#include "upscale-limits.h"
#include "upscale-tile-settings.h"

#define N_FIELDS 4

static void
entry_free (gpointer data)
{
  UpscaleRegionEntry *entry = data;

  g_free (entry->name);
  g_free (entry->prompt);
  g_free (entry->negative_prompt);
  g_free (entry);
}

static gboolean
read_strength (const char *text, double *strength)
{
  char *end = NULL;

  *strength = UPSCALE_TILE_SETTINGS_NO_STRENGTH;
  if (*text == '\0')
    return TRUE;
  *strength = g_ascii_strtod (text, &end);
  return *end == '\0' && *strength >= 0.0 && *strength <= 1.0;
}

static gboolean
parse_line (GPtrArray *entries, const char *line, GError **error)
{
  g_auto (GStrv) fields = upscale_fields_split (line, N_FIELDS);
  UpscaleRegionEntry entry = { fields[0], fields[1], fields[2], 0.0 };

  if (*entry.name == '\0' || g_strv_length (fields) > N_FIELDS ||
      !read_strength (fields[3], &entry.strength))
    return upscale_fields_refuse (
        line,
        _ ("write a region as channel or layer | prompt | negative prompt | "
           "strength from 0 to 1, for example Sky | soft clouds."),
        error);
  if (!upscale_fields_is_short (entry.prompt) ||
      !upscale_fields_is_short (entry.negative_prompt))
    return upscale_fields_refuse (line,
                                  _ ("the text of this region is too long: shorten it."),
                                  error);
  if (entries->len == UPSCALE_MAX_REGIONS)
    return upscale_fields_refuse (line,
                                  _ ("there are too many regions: remove this one."),
                                  error);
  upscale_region_list_add (entries, &entry);
  return TRUE;
}

/**
 * upscale_region_list_new:
 *
 * Returns: (transfer full) (element-type UpscaleRegionEntry): no regions
 */
GPtrArray *
upscale_region_list_new (void)
{
  return g_ptr_array_new_with_free_func (entry_free);
}

/**
 * upscale_region_list_add:
 * @entries: (element-type UpscaleRegionEntry): regions, changed
 * @entry: a region, which is copied
 */
void
upscale_region_list_add (GPtrArray *entries, const UpscaleRegionEntry *entry)
{
  UpscaleRegionEntry *copy;

  g_return_if_fail (entries != NULL && entry != NULL);

  copy = g_memdup2 (entry, sizeof *entry);
  copy->name = g_strdup (entry->name);
  copy->prompt = g_strdup (entry->prompt);
  copy->negative_prompt = g_strdup (entry->negative_prompt);
  g_ptr_array_add (entries, copy);
}

/**
 * upscale_region_list_parse:
 * @text: lines; empty ones do not count
 * @error: return location for an error
 *
 * Returns: (transfer full) (element-type UpscaleRegionEntry): the regions, or %NULL with
 * %UPSCALE_ERROR_ARGUMENT
 */
GPtrArray *
upscale_region_list_parse (const char *text, GError **error)
{
  g_autoptr (GPtrArray) entries = upscale_region_list_new ();

  g_return_val_if_fail (text != NULL, NULL);

  if (strlen (text) > UPSCALE_MAX_WHERE_BYTES)
    {
      g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                           _ ("The texts of the regions are too long: shorten them."));
      return NULL;
    }
  if (!upscale_fields_read_lines (text, parse_line, entries, error))
    return NULL;
  return g_steal_pointer (&entries);
}

static char *
join_entry (const UpscaleRegionEntry *entry)
{
  char        strength[G_ASCII_DTOSTR_BUF_SIZE] = "";
  const char *fields[] = { entry->name, entry->prompt, entry->negative_prompt, strength,
                           NULL };

  if (entry->strength >= 0.0)
    g_ascii_dtostr (strength, sizeof strength, entry->strength);
  return upscale_fields_join (fields);
}

/**
 * upscale_region_list_join:
 * @entries: (element-type UpscaleRegionEntry): regions
 *
 * Returns: (transfer full): the lines of upscale_region_list_parse()
 */
char *
upscale_region_list_join (GPtrArray *entries)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (entries != NULL, NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      g_autofree char *line = join_entry (entries->pdata[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", line);
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}
