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
#include "upscale-where-reader.h"

#define FILE_NAME "last-values.conf"
#define FILE_MODE 0600
#define GROUP "Last Values"
#define PICTURE_KEY "picture"
#define FOLLOWED_KEY "follows-model"
#define MAX_FILE_BYTES (1024 * 1024)

static const UpscaleSettingsKind kind = {
  .group = GROUP,
  .flags = UPSCALE_ARGUMENT_ANY,
  .is_document = FALSE,
};

static void
reset (GimpProcedureConfig *config, const UpscaleArgument *argument)
{
  GParamSpec *spec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (config), argument->name);

  g_object_set_property (G_OBJECT (config), argument->name,
                         g_param_spec_get_default_value (spec));
}

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
    reset (config, argument);
}

/* Identifies the picture without naming its file. All images without a file have one
 * name, so these are told apart by their numbers in this run of GIMP. */
static char *
dup_picture (GimpImage *image)
{
  GFile           *file = gimp_image_get_file (image);
  g_autofree char *text =
      file ? g_file_get_uri (file)
           : g_strdup_printf ("%d %d", gimp_getpid (), gimp_image_get_id (image));

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

/* Regions and texts of tiles of another picture would paint nonsense into this one. */
static void
forget_other_picture (GimpProcedureConfig *config, GKeyFile *keys, GimpImage *image)
{
  g_autofree char       *last = g_key_file_get_string (keys, GROUP, PICTURE_KEY, NULL);
  g_autofree char       *picture = dup_picture (image);
  const UpscaleArgument *argument = NULL;

  if (g_strcmp0 (last, picture) == 0 &&
      upscale_where_reader_read_map (G_OBJECT (config), keys, GROUP, image, NULL))
    return;
  while ((argument = upscale_argument_table_next (argument, UPSCALE_ARGUMENT_OF_PICTURE)))
    reset (config, argument);
}

static GKeyFile *
load_file (void)
{
  g_autoptr (GFile) file = upscale_paths_find_own (FILE_NAME);
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GBytes) bytes =
      upscale_file_read (g_file_peek_path (file), MAX_FILE_BYTES, NULL);

  return bytes && g_key_file_load_from_bytes (keys, bytes, G_KEY_FILE_NONE, NULL)
             ? g_steal_pointer (&keys)
             : NULL;
}

/**
 * upscale_last_values_load:
 * @config: the procedure's arguments, set to the values that the user chose last
 * @image: the image; values that belong to another one are not loaded
 *
 * Replaces the values that GIMP took from the image. An argument that the user never
 * chose, or that cannot be read, gets its default.
 */
void
upscale_last_values_load (GimpProcedureConfig *config, GimpImage *image)
{
  g_autoptr (GKeyFile) keys = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (GIMP_IS_PROCEDURE_CONFIG (config));

  upscale_last_values_forget (config);
  keys = load_file ();
  if (!keys)
    return;
  if (!upscale_settings_read (G_OBJECT (config), keys, &kind, &error))
    g_debug ("last values: %s", error->message);
  forget_other_picture (config, keys, image);
}

/**
 * upscale_last_values_load_followed:
 *
 * Returns: (transfer full) (nullable): names of the arguments that followed the model
 * when the user chose the last values; %NULL if the user never chose any
 */
GStrv
upscale_last_values_load_followed (void)
{
  g_autoptr (GKeyFile) keys = load_file ();

  return keys ? g_key_file_get_string_list (keys, GROUP, FOLLOWED_KEY, NULL, NULL) : NULL;
}

/**
 * upscale_last_values_save:
 * @config: the procedure's arguments, as the user has chosen them
 * @image: the image that the user has chosen them for
 * @followed: (array zero-terminated=1): names of the arguments that follow the model
 *
 * Writes the user's own file. A failure costs only the comfort of finding the values
 * again, so it is logged and not reported.
 */
void
upscale_last_values_save (GimpProcedureConfig *config,
                          GimpImage           *image,
                          const char *const   *followed)
{
  g_autoptr (GFile) file = upscale_paths_find_own (FILE_NAME);
  g_autofree char *folder = g_path_get_dirname (g_file_peek_path (file));
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *text = NULL;
  g_autofree char *picture = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (GIMP_IS_PROCEDURE_CONFIG (config));
  g_return_if_fail (GIMP_IS_IMAGE (image));
  g_return_if_fail (followed != NULL);

  upscale_settings_write (G_OBJECT (config), keys, &kind);
  upscale_where_reader_write_map (G_OBJECT (config), keys, GROUP);
  picture = dup_picture (image);
  g_key_file_set_string (keys, GROUP, PICTURE_KEY, picture);
  g_key_file_set_string_list (keys, GROUP, FOLLOWED_KEY, followed,
                              g_strv_length ((GStrv) followed));
  text = g_key_file_to_data (keys, NULL, NULL);
  g_mkdir_with_parents (folder, 0700);
  if (!g_file_set_contents_full (g_file_peek_path (file), text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE, &error))
    g_debug ("last values: %s", error->message);
}
