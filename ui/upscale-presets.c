/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-presets.h"

#include "upscale-file.h"
#include "upscale-settings.h"

#define GROUP "Preset"
#define NAME_GROUP "Tile Upscale Preset"
#define NAME_KEY "Name"
#define SUFFIX ".preset"
#define MAX_FILE_BYTES (1024 * 1024)

/* What makes a look. Size, endpoints and dispatch are the picture's and the user's own.
 */
static const char *const names[] = { "prompt",
                                     "negative-prompt",
                                     "strength",
                                     "steps",
                                     "cfg-scale",
                                     "model",
                                     "loras",
                                     "controlnet-enabled",
                                     "conditioning-scale",
                                     "ip-adapter-scale",
                                     "color-correction",
                                     NULL };

/* Presets are handed from user to user. */
static const UpscaleSettingsKind kind = { GROUP, names, TRUE };

/**
 * UpscalePresets:
 *
 * Named sets of arguments: some come with the plug-in, others are the user's own. Each is
 * a key file. No key and no address is ever in one.
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
 * @shipped: folder of those that come with the plug-in
 * @own: folder of the user's own; it need not be there
 *
 * Returns: (transfer full): the presets
 */
UpscalePresets *
upscale_presets_new (GFile *shipped, GFile *own)
{
  UpscalePresets *presets = g_new (UpscalePresets, 1);

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
  g_object_unref (presets->shipped);
  g_object_unref (presets->own);
  g_free (presets);
}

/* One that can't be read is left out of the list and stays where it is. */
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
  *preset = (UpscalePreset) { g_steal_pointer (&name), g_object_ref (file), is_own,
                              g_steal_pointer (&keys) };
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
 * Returns: (transfer full) (element-type UpscalePreset): all of them as they are now, the
 * user's own last
 */
GPtrArray *
upscale_presets_list (UpscalePresets *presets)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (preset_free);

  list_folder (list, presets->shipped, FALSE);
  list_folder (list, presets->own, TRUE);
  g_ptr_array_sort (list, compare);
  return list;
}

/**
 * upscale_preset_apply:
 * @preset: a preset
 * @config: a procedure's arguments, changed
 * @error: return location for an error
 *
 * Sets what the preset names; a value that is impossible is left out.
 *
 * Returns: %TRUE, or %FALSE with %UPSCALE_ERROR_ARGUMENT when something was left out
 */
gboolean
upscale_preset_apply (const UpscalePreset *preset, GObject *config, GError **error)
{
  return upscale_settings_read (config, preset->keys, &kind, error);
}

/* Any name will do; what can't be in a file's name is written in hexadecimal. */
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
 * Returns: whether the user has a preset of that name
 */
gboolean
upscale_presets_has (UpscalePresets *presets, const char *name)
{
  g_autoptr (GFile) file = find_file (presets, name);

  return g_file_query_exists (file, NULL);
}

/**
 * upscale_presets_save:
 * @presets: the presets
 * @name: what the user calls it
 * @config: a procedure's arguments
 * @error: return location for an error
 *
 * Keeps how the arguments are now. One of that name is replaced.
 *
 * Returns: whether it is written
 */
gboolean
upscale_presets_save (UpscalePresets *presets,
                      const char     *name,
                      GObject        *config,
                      GError        **error)
{
  g_autoptr (GFile) file = find_file (presets, name);
  g_autoptr (GKeyFile) keys = g_key_file_new ();

  g_mkdir_with_parents (g_file_peek_path (presets->own), 0700);
  g_key_file_set_string (keys, NAME_GROUP, NAME_KEY, name);
  upscale_settings_write (config, keys, &kind);
  return g_key_file_save_to_file (keys, g_file_peek_path (file), error);
}

/**
 * upscale_presets_delete:
 * @preset: one of the user's own
 * @error: return location for an error
 *
 * Returns: whether it is gone
 */
gboolean
upscale_presets_delete (const UpscalePreset *preset, GError **error)
{
  return g_file_delete (preset->file, NULL, error);
}
