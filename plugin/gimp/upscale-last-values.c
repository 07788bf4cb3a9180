/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GIMP keeps the last values of all arguments in a parasite of the image, and prefers
 * them to the user's own settings. So an image of a stranger would decide which address
 * the next layer is sent to, and an image that is handed on would disclose endpoints and
 * folders of its author. The plug-in therefore keeps last values in a file of the user's
 * own and ignores those of GIMP. */
#include "upscale-last-values.h"

#include "upscale-file.h"
#include "upscale-paths.h"
#include "upscale-settings.h"

#define FILE_NAME "last-values.conf"
#define FILE_MODE 0600
#define GROUP "Last Values"
#define MAX_FILE_BYTES (1024 * 1024)

static const UpscaleSettingsKind kind = {
  .group = GROUP,
  .flags = UPSCALE_ARGUMENT_ANY,
  .is_document = FALSE,
};

/**
 * upscale_last_values_forget:
 * @config: the procedure's arguments, set to their defaults
 *
 * Removes the user's values from @config. GIMP writes @config to the image after a run.
 */
void
upscale_last_values_forget (GimpProcedureConfig *config)
{
  const UpscaleArgument *argument = NULL;

  g_return_if_fail (GIMP_IS_PROCEDURE_CONFIG (config));

  while ((argument = upscale_argument_table_next (argument, kind.flags)))
    {
      GParamSpec *spec =
          g_object_class_find_property (G_OBJECT_GET_CLASS (config), argument->name);

      g_object_set_property (G_OBJECT (config), argument->name,
                             g_param_spec_get_default_value (spec));
    }
}

/**
 * upscale_last_values_load:
 * @config: the procedure's arguments, set to the values that the user chose last
 *
 * Replaces the values that GIMP took from the image. An argument that the user never
 * chose, or that cannot be read, gets its default.
 */
void
upscale_last_values_load (GimpProcedureConfig *config)
{
  g_autoptr (GFile) file = upscale_paths_find_own (FILE_NAME);
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (GIMP_IS_PROCEDURE_CONFIG (config));

  upscale_last_values_forget (config);
  bytes = upscale_file_read (g_file_peek_path (file), MAX_FILE_BYTES, NULL);
  if (!bytes || !g_key_file_load_from_bytes (keys, bytes, G_KEY_FILE_NONE, NULL))
    return;
  if (!upscale_settings_read (G_OBJECT (config), keys, &kind, &error))
    g_debug ("last values: %s", error->message);
}

/**
 * upscale_last_values_save:
 * @config: the procedure's arguments, as the user has chosen them
 *
 * Writes the user's own file. A failure costs only the comfort of finding the values
 * again, so it is logged and not reported.
 */
void
upscale_last_values_save (GimpProcedureConfig *config)
{
  g_autoptr (GFile) file = upscale_paths_find_own (FILE_NAME);
  g_autofree char *folder = g_path_get_dirname (g_file_peek_path (file));
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (GIMP_IS_PROCEDURE_CONFIG (config));

  upscale_settings_write (G_OBJECT (config), keys, &kind);
  text = g_key_file_to_data (keys, NULL, NULL);
  g_mkdir_with_parents (folder, 0700);
  if (!g_file_set_contents_full (g_file_peek_path (file), text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE, &error))
    g_debug ("last values: %s", error->message);
}
