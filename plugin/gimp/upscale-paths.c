/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-paths.h"

#include <libgimp/gimp.h>

#define FOLDER "tile-upscale"
#define ENDPOINT_PROGRAM "tile-upscale-endpoint"

static char *
dup_program_folder (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);

  return self ? g_path_get_dirname (self) : g_strdup (".");
}

/**
 * upscale_paths_dup_endpoint_program:
 *
 * Returns: (transfer full): path of the local endpoint, which is installed in the folder
 * of the plug-in's own program
 */
char *
upscale_paths_dup_endpoint_program (void)
{
  g_autofree char *folder = dup_program_folder ();

  return g_build_filename (folder, ENDPOINT_PROGRAM, NULL);
}

/**
 * upscale_paths_find_shipped:
 * @name: a file or folder that is shipped with the plug-in
 *
 * Returns: (transfer full): the file in the folder of the plug-in
 */
GFile *
upscale_paths_find_shipped (const char *name)
{
  g_autofree char *folder = NULL;

  g_return_val_if_fail (name != NULL, NULL);

  folder = dup_program_folder ();
  return g_file_new_build_filename (folder, name, NULL);
}

/**
 * upscale_paths_find_own:
 * @name: a file or folder of the user's own
 *
 * Returns: (transfer full): the file in GIMP's configuration folder
 */
GFile *
upscale_paths_find_own (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  return gimp_directory_file (FOLDER, name, NULL);
}

/**
 * upscale_paths_find_cached:
 * @name: a file or folder that can be made again
 *
 * Returns: (transfer full): the file in the user's cache folder
 */
GFile *
upscale_paths_find_cached (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  return g_file_new_build_filename (g_get_user_cache_dir (), FOLDER, name, NULL);
}
