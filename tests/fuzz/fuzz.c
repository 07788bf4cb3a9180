/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#define MEMORY_FOLDER "/dev/shm"

/* A critical is a broken precondition, so it ends the run like a crash. Other messages
 * of libraries about broken input are expected. */
static GLogWriterOutput
on_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (!(level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)))
    return G_LOG_WRITER_HANDLED;
  g_log_writer_standard_streams (level, fields, n_fields, user_data);
  abort ();
}

static char *
make_folder (void)
{
  const char *parent =
      g_file_test (MEMORY_FOLDER, G_FILE_TEST_IS_DIR) ? MEMORY_FOLDER : g_get_tmp_dir ();
  char *folder = g_build_filename (parent, "tile-upscale-fuzz-XXXXXX", NULL);

  if (!g_mkdtemp (folder))
    g_error ("no folder can be made in %s", parent);
  return folder;
}

/**
 * fuzz_get_folder:
 *
 * Returns: (transfer none): a folder for this process, in memory where the system
 * provides that
 */
const char *
fuzz_get_folder (void)
{
  static char *folder = NULL;

  if (g_once_init_enter_pointer (&folder))
    g_once_init_leave_pointer (&folder, make_folder ());
  return folder;
}

static void
remove_folder (void)
{
  const char *path = fuzz_get_folder ();
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      (void) g_unlink (file);
    }
  (void) g_rmdir (path);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_writer_func (on_log, NULL, NULL);
  atexit (remove_folder);
  return 0;
}

/**
 * fuzz_copy:
 * @data: the input
 * @size: the length of the input
 *
 * Returns: (transfer full): a copy of the input in a block of its exact size, so that
 * reads beyond its end are detected
 */
GBytes *
fuzz_copy (const guint8 *data, gsize size)
{
  return g_bytes_new_take (size > 0 ? g_memdup2 (data, size) : NULL, size);
}

/**
 * fuzz_copy_text:
 * @data: the input
 * @size: the length of the input
 *
 * Returns: (transfer full): the input as the text that GLib and libsoup would pass on:
 * valid UTF-8 up to the first zero
 */
char *
fuzz_copy_text (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  return g_utf8_make_valid (text, -1);
}

/**
 * fuzz_write:
 * @name: the name of the file
 * @data: the input
 * @size: the length of the input
 *
 * Returns: (transfer full): the path of a file with the input
 */
char *
fuzz_write (const char *name, const guint8 *data, gsize size)
{
  char *path = g_build_filename (fuzz_get_folder (), name, NULL);

  if (!g_file_set_contents_full (path, (const char *) data, (gssize) size,
                                 G_FILE_SET_CONTENTS_NONE, 0600, NULL))
    g_error ("%s can't be written", path);
  return path;
}
