/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-presets.h"

#include "upscale-file.h"
#include "upscale-settings.h"

#define GROUP "Preset"
#define NAME_GROUP "Tile Upscale Preset"
#define NAME_KEY "Name"
#define SUFFIX ".preset"
#define MAX_FILE_BYTES (1024 * 1024)

/* Presets are documents that users hand on. */
static const UpscaleSettingsKind kind = {
  .group = GROUP,
  .flags = UPSCALE_ARGUMENT_IN_PRESET,
  .is_document = TRUE,
};

/**
 * UpscalePresets:
 *
 * Named sets of arguments, each in a key file. Some are shipped with the plug-in, the
 * others are the user's own. A preset never holds a key or an address.
 */
struct _UpscalePresets
{
  GFile *shipped;
  GFile *own;
};

static void
preset_free (gpointer data)
{
  UpscalePreset *preset = data;

  g_free (preset->name);
  g_object_unref (preset->file);
  g_key_file_unref (preset->keys);
  g_free (preset);
}

/**
 * upscale_presets_new:
 * @shipped: folder of the presets that are shipped with the plug-in
 * @own: folder of the user's own presets; upscale_presets_save() makes it when needed
 *
 * Returns: (transfer full): the presets
 */
UpscalePresets *
upscale_presets_new (GFile *shipped, GFile *own)
{
  UpscalePresets *presets;

  g_return_val_if_fail (G_IS_FILE (shipped), NULL);
  g_return_val_if_fail (G_IS_FILE (own), NULL);

  presets = g_new (UpscalePresets, 1);
  presets->shipped = g_object_ref (shipped);
  presets->own = g_object_ref (own);
  return presets;
}

/**
 * upscale_presets_free:
 * @presets: (transfer full): the presets
 */
void
upscale_presets_free (UpscalePresets *presets)
{
  g_return_if_fail (presets != NULL);

  g_object_unref (presets->shipped);
  g_object_unref (presets->own);
  g_free (presets);
}

/* Returns %NULL for a file that is not a preset. The list skips such a file. */
static UpscalePreset *
load (GFile *file, gboolean is_own)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GBytes) bytes =
      upscale_file_read (g_file_peek_path (file), MAX_FILE_BYTES, NULL);
  g_autofree char *name = NULL;
  UpscalePreset   *preset;

  if (!bytes ||
      !g_key_file_load_from_bytes (keys, bytes, G_KEY_FILE_KEEP_TRANSLATIONS, NULL))
    return NULL;
  name = g_key_file_get_locale_string (keys, NAME_GROUP, NAME_KEY, NULL, NULL);
  if (!name || !g_key_file_has_group (keys, GROUP))
    return NULL;
  preset = g_new (UpscalePreset, 1);
  *preset = (UpscalePreset) {
    .name = g_steal_pointer (&name),
    .file = g_object_ref (file),
    .is_own = is_own,
    .keys = g_steal_pointer (&keys),
  };
  return preset;
}

static void
list_folder (GPtrArray *list, GFile *folder, gboolean is_own)
{
  g_autoptr (GFileEnumerator) children =
      g_file_enumerate_children (folder, G_FILE_ATTRIBUTE_STANDARD_NAME,
                                 G_FILE_QUERY_INFO_NONE, NULL, NULL);
  GFileInfo *info = NULL;
  GFile     *file = NULL;

  while (children && g_file_enumerator_iterate (children, &info, &file, NULL, NULL) &&
         info)
    {
      UpscalePreset *preset = g_str_has_suffix (g_file_info_get_name (info), SUFFIX)
                                  ? load (file, is_own)
                                  : NULL;

      if (preset)
        g_ptr_array_add (list, preset);
    }
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const UpscalePreset *first = *(const UpscalePreset *const *) a;
  const UpscalePreset *second = *(const UpscalePreset *const *) b;

  if (first->is_own != second->is_own)
    return first->is_own ? 1 : -1;
  return g_utf8_collate (first->name, second->name);
}

/**
 * upscale_presets_list:
 * @presets: the presets
 *
 * Reads both folders.
 *
 * Returns: (transfer full) (element-type UpscalePreset): all presets in alphabetical
 * order, the shipped ones first
 */
GPtrArray *
upscale_presets_list (UpscalePresets *presets)
{
  GPtrArray *list;

  g_return_val_if_fail (presets != NULL, NULL);

  list = g_ptr_array_new_with_free_func (preset_free);
  list_folder (list, presets->shipped, FALSE);
  list_folder (list, presets->own, TRUE);
  g_ptr_array_sort (list, compare);
  return list;
}

/**
 * upscale_presets_apply:
 * @preset: a preset
 * @config: an object with the arguments of the table as properties, changed
 * @error: return location for an error
 *
 * Sets the arguments that the preset holds, except those with an impossible value.
 *
 * Returns: %TRUE if all values are possible, %FALSE with %UPSCALE_ERROR_ARGUMENT
 * otherwise
 */
gboolean
upscale_presets_apply (const UpscalePreset *preset, GObject *config, GError **error)
{
  g_return_val_if_fail (preset != NULL, FALSE);

  return upscale_settings_read (config, preset->keys, &kind, error);
}

/* A preset may have any name: characters that a file name cannot hold are escaped. */
static GFile *
find_file (UpscalePresets *presets, const char *name)
{
  g_autofree char *escaped = g_uri_escape_string (name, " ", TRUE);
  g_autofree char *base = g_strconcat (escaped, SUFFIX, NULL);

  return g_file_get_child (presets->own, base);
}

/**
 * upscale_presets_has:
 * @presets: the presets
 * @name: a name
 *
 * Returns: %TRUE if the user has a preset of that name
 */
gboolean
upscale_presets_has (UpscalePresets *presets, const char *name)
{
  g_autoptr (GFile) file = NULL;

  g_return_val_if_fail (presets != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  file = find_file (presets, name);
  return g_file_query_exists (file, NULL);
}

/**
 * upscale_presets_save:
 * @presets: the presets
 * @name: name of the preset, as the user typed it
 * @config: an object with the arguments of the table as properties
 * @error: return location for an error
 *
 * Saves the arguments as a preset of the user's own, replacing the one of that name.
 *
 * Returns: %TRUE if the file was written
 */
gboolean
upscale_presets_save (UpscalePresets *presets,
                      const char     *name,
                      GObject        *config,
                      GError        **error)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GKeyFile) keys = NULL;

  g_return_val_if_fail (presets != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  file = find_file (presets, name);
  keys = g_key_file_new ();
  g_mkdir_with_parents (g_file_peek_path (presets->own), 0700);
  g_key_file_set_string (keys, NAME_GROUP, NAME_KEY, name);
  upscale_settings_write (config, keys, &kind);
  return g_key_file_save_to_file (keys, g_file_peek_path (file), error);
}

/**
 * upscale_presets_delete:
 * @preset: a preset of the user's own
 * @error: return location for an error
 *
 * Returns: %TRUE if the file was deleted
 */
gboolean
upscale_presets_delete (const UpscalePreset *preset, GError **error)
{
  g_return_val_if_fail (preset != NULL, FALSE);
  g_return_val_if_fail (preset->is_own, FALSE);

  return g_file_delete (preset->file, NULL, error);
}
