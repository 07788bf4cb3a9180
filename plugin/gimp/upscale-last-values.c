/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GIMP keeps the last values of all arguments in a parasite of the image, and takes them
 * from there before it looks at the user's own settings. So an image that somebody else
 * has made would say which address the next layer goes to, and an image that is handed on
 * would tell endpoints and folders of its author. Last values are therefore the user's
 * own, in a file of our own, and GIMP's have no say. */
#include "upscale-last-values.h"

#include "upscale-file.h"
#include "upscale-paths.h"
#include "upscale-settings.h"

#define FILE_NAME "last-values.conf"
#define FILE_MODE 0600
#define GROUP "Last Values"
#define MAX_FILE_BYTES (1024 * 1024)

static gboolean
is_text_number_or_file (const GParamSpec *spec)
{
  GType type = spec->value_type;

  return type == G_TYPE_STRING || type == G_TYPE_BOOLEAN || type == G_TYPE_INT ||
         type == G_TYPE_DOUBLE || type == G_TYPE_FILE;
}

/* The procedure's own arguments: not the image, the layers and the run mode, which every
 * such procedure has. */
static GStrv
dup_names (GimpProcedureConfig *config)
{
  guint                   n;
  g_autofree GParamSpec **specs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (config), &n);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < n; i++)
    if (is_text_number_or_file (specs[i]))
      g_strv_builder_add (names, specs[i]->name);
  return g_strv_builder_end (names);
}

/**
 * upscale_last_values_forget:
 * @config: the procedure's arguments, set to their defaults
 *
 * GIMP writes what is in @config after a run to the image. Afterwards nothing of the
 * user's is in it.
 */
void
upscale_last_values_forget (GimpProcedureConfig *config)
{
  g_auto (GStrv) names = dup_names (config);

  for (char **name = names; *name; name++)
    {
      GParamSpec *spec =
          g_object_class_find_property (G_OBJECT_GET_CLASS (config), *name);

      g_object_set_property (G_OBJECT (config), *name,
                             g_param_spec_get_default_value (spec));
    }
}

/**
 * upscale_last_values_load:
 * @config: the procedure's arguments, set to what the user chose last
 *
 * What never was chosen, or can't be read, has its default, whatever GIMP took from the
 * image.
 */
void
upscale_last_values_load (GimpProcedureConfig *config)
{
  g_autoptr (GFile) file = upscale_paths_find_own (FILE_NAME);
  g_autoptr (GBytes) bytes =
      upscale_file_read (g_file_peek_path (file), MAX_FILE_BYTES, NULL);
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_auto (GStrv) names = dup_names (config);
  UpscaleSettingsKind kind = { GROUP, (const char *const *) names, FALSE };
  g_autoptr (GError) error = NULL;

  upscale_last_values_forget (config);
  if (!bytes || !g_key_file_load_from_bytes (keys, bytes, G_KEY_FILE_NONE, NULL))
    return;
  if (!upscale_settings_read (G_OBJECT (config), keys, &kind, &error))
    g_debug ("last values: %s", error->message);
}

/**
 * upscale_last_values_save:
 * @config: the procedure's arguments, as the user has chosen them
 *
 * It is a comfort only: where it can't be written nothing is said.
 */
void
upscale_last_values_save (GimpProcedureConfig *config)
{
  g_autoptr (GFile) file = upscale_paths_find_own (FILE_NAME);
  g_autofree char *folder = g_path_get_dirname (g_file_peek_path (file));
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_auto (GStrv) names = dup_names (config);
  UpscaleSettingsKind kind = { GROUP, (const char *const *) names, FALSE };
  g_autofree char    *text = NULL;
  g_autoptr (GError) error = NULL;

  upscale_settings_write (G_OBJECT (config), keys, &kind);
  text = g_key_file_to_data (keys, NULL, NULL);
  g_mkdir_with_parents (folder, 0700);
  if (!g_file_set_contents_full (g_file_peek_path (file), text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE, &error))
    g_debug ("last values: %s", error->message);
}
