/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-presets.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stand-in-config.h"

static UpscalePresets *
open_presets (void)
{
  g_autoptr (GFile) shipped =
      g_file_new_build_filename (g_get_user_data_dir (), "shipped", NULL);
  g_autoptr (GFile) own =
      g_file_new_build_filename (g_get_user_config_dir (), "own", NULL);

  return upscale_presets_new (shipped, own);
}

static void
test_presets_are_kept_applied_and_deleted (void)
{
  g_autoptr (UpscalePresets) presets = open_presets ();
  g_autoptr (GObject) config = stand_in_config_new ();
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GPtrArray) rest = NULL;
  const UpscalePreset *preset;
  int                  steps;

  g_object_set (config, "steps", 17, NULL);
  g_assert_true (upscale_presets_save (presets, "my / own: look", config, NULL));
  g_assert_true (upscale_presets_has (presets, "my / own: look"));
  list = upscale_presets_list (presets);
  g_assert_cmpuint (list->len, ==, 1);
  preset = list->pdata[0];
  g_assert_true (preset->is_own);
  g_assert_cmpstr (preset->name, ==, "my / own: look");

  g_object_set (config, "steps", 30, NULL);
  g_assert_true (upscale_presets_apply (preset, config, NULL));
  g_object_get (config, "steps", &steps, NULL);
  g_assert_cmpint (steps, ==, 17);
  g_assert_true (upscale_presets_delete (preset, NULL));
  rest = upscale_presets_list (presets);
  g_assert_cmpuint (rest->len, ==, 0);
}

static void
test_a_broken_preset_is_left_out (void)
{
  g_autoptr (UpscalePresets) presets = open_presets ();
  g_autoptr (GObject) config = stand_in_config_new ();
  g_autofree char *path = NULL;
  g_autoptr (GPtrArray) list = NULL;

  g_assert_true (upscale_presets_save (presets, "good", config, NULL));
  path = g_build_filename (g_get_user_config_dir (), "own", "bad.preset", NULL);
  g_assert_true (g_file_set_contents (path, "nonsense", -1, NULL));
  list = upscale_presets_list (presets);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* A preset as a stranger may send it. */
static void
test_a_preset_names_no_file (void)
{
  static const char text[] = "[Tile Upscale Preset]\nName=theirs\n[Preset]\nsteps=17\n"
                             "ip-adapter-image=file:///etc/passwd\nmodel=/etc/passwd\n"
                             "strength=9\n";
  g_autoptr (UpscalePresets) presets = open_presets ();
  g_autoptr (GObject) config = stand_in_config_new ();
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "shipped", NULL);
  g_autofree char *path = g_build_filename (folder, "theirs.preset", NULL);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *model = NULL;
  int              steps;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  list = upscale_presets_list (presets);
  g_assert_cmpstr (((UpscalePreset *) list->pdata[0])->name, ==, "theirs");
  g_assert_false (upscale_presets_apply (list->pdata[0], config, &error));
  g_assert_nonnull (strstr (error->message, "strength"));
  g_object_get (config, "ip-adapter-image", &file, "model", &model, "steps", &steps,
                NULL);
  g_assert_null (file);
  g_assert_cmpstr (model, ==, "passwd");
  g_assert_cmpint (steps, ==, 17);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* Presets are listed before the dialog shows, so no file may block the reader. */
static void
test_what_is_no_file_is_no_preset (void)
{
  g_autoptr (UpscalePresets) presets = open_presets ();
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "shipped", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo.preset", NULL);
  g_autofree char *zeros = g_build_filename (folder, "zeros.preset", NULL);
  g_autoptr (GPtrArray) list = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink ("/dev/zero", zeros), ==, 0);
  list = upscale_presets_list (presets);
  for (guint i = 0; i < list->len; i++)
    g_assert_true (((UpscalePreset *) list->pdata[i])->is_own);
  g_assert_cmpint (g_unlink (fifo), ==, 0);
  g_assert_cmpint (g_unlink (zeros), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/presets/presets-are-kept-applied-and-deleted",
                   test_presets_are_kept_applied_and_deleted);
  g_test_add_func ("/presets/a-broken-preset-is-left-out",
                   test_a_broken_preset_is_left_out);
  g_test_add_func ("/presets/a-preset-names-no-file", test_a_preset_names_no_file);
  g_test_add_func ("/presets/what-is-no-file-is-no-preset",
                   test_what_is_no_file_is_no_preset);
  return g_test_run ();
}
