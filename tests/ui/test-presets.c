/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stand-in-config.h"
#include "upscale-error.h"
#include "upscale-presets.h"
#include "upscale-settings.h"

static void
test_settings_come_back_whatever_the_language (void)
{
  static const char *const names[] = {
    "prompt", "strength", "steps", "controlnet-enabled", "ip-adapter-image", NULL
  };
  static const UpscaleSettingsKind kind = { "G", names, FALSE };
  g_autoptr (GObject) config = stand_in_config_new ();
  g_autoptr (GObject) again = stand_in_config_new ();
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GFile) file = g_file_new_for_path ("/a b/c.png");
  g_autoptr (GFile) found = NULL;
  g_autofree char *prompt = NULL;
  double           strength;
  int              steps;
  gboolean         is_enabled;

  setlocale (LC_ALL, "de_DE.UTF-8");
  g_object_set (config, "prompt", "two\nlines; and = signs", "strength", 0.35, "steps",
                42, "controlnet-enabled", TRUE, "ip-adapter-image", file, NULL);
  upscale_settings_write (config, keys, &kind);
  g_assert_true (upscale_settings_read (again, keys, &kind, NULL));
  setlocale (LC_ALL, "C");
  g_object_get (again, "prompt", &prompt, "strength", &strength, "steps", &steps,
                "controlnet-enabled", &is_enabled, "ip-adapter-image", &found, NULL);
  g_assert_cmpstr (prompt, ==, "two\nlines; and = signs");
  g_assert_cmpfloat (strength, ==, 0.35);
  g_assert_cmpint (steps, ==, 42);
  g_assert_true (is_enabled);
  g_assert_true (g_file_equal (file, found));
}

static const struct
{
  const char *name;
  const char *text;
} impossible[] = {
  { "steps", "many" },
  { "steps", "" },
  { "steps", "0" },
  { "steps", "151" },
  { "steps", "30.5" },
  { "steps", "-30" },
  { "steps", "4294967326" },
  { "strength", "7.5" },
  { "strength", "-0.1" },
  { "strength", "nan" },
  { "strength", "inf" },
  { "strength", "0.3 or so" },
  { "strength", "1e999" },
  { "controlnet-enabled", "perhaps" },
  { "controlnet-enabled", "" },
};

static void
test_what_an_argument_can_not_be_changes_nothing (void)
{
  static const char *const names[] = { "steps", "strength", "controlnet-enabled", NULL };
  static const UpscaleSettingsKind kind = { "G", names, FALSE };

  for (gsize i = 0; i < G_N_ELEMENTS (impossible); i++)
    {
      g_autoptr (GObject) config = stand_in_config_new ();
      g_autoptr (GKeyFile) keys = g_key_file_new ();
      g_autoptr (GError) error = NULL;
      int      steps;
      double   strength;
      gboolean is_enabled;

      g_object_set (config, "steps", 30, "strength", 0.3, "controlnet-enabled", TRUE,
                    NULL);
      g_key_file_set_string (keys, "G", impossible[i].name, impossible[i].text);
      g_test_message ("%s=%s", impossible[i].name, impossible[i].text);
      g_assert_false (upscale_settings_read (config, keys, &kind, &error));
      g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
      g_assert_nonnull (strstr (error->message, impossible[i].name));
      g_object_get (config, "steps", &steps, "strength", &strength, "controlnet-enabled",
                    &is_enabled, NULL);
      g_assert_cmpint (steps, ==, 30);
      g_assert_cmpfloat (strength, ==, 0.3);
      g_assert_true (is_enabled);
    }
}

/* Whatever a file says of an argument that is not named has no effect. */
static void
test_only_what_is_named_is_read (void)
{
  static const char *const         names[] = { "steps", NULL };
  static const UpscaleSettingsKind kind = { "G", names, TRUE };
  g_autoptr (GObject) config = stand_in_config_new ();
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GFile) file = NULL;
  g_autofree char *prompt = NULL;
  int              steps;

  g_object_set (config, "prompt", "mine", NULL);
  g_key_file_set_string (keys, "G", "steps", "42");
  g_key_file_set_string (keys, "G", "prompt", "theirs");
  g_key_file_set_string (keys, "G", "ip-adapter-image", "file:///etc/passwd");
  g_key_file_set_string (keys, "G", "unheard-of", "1");
  g_assert_true (upscale_settings_read (config, keys, &kind, NULL));
  g_object_get (config, "prompt", &prompt, "ip-adapter-image", &file, "steps", &steps,
                NULL);
  g_assert_cmpstr (prompt, ==, "mine");
  g_assert_null (file);
  g_assert_cmpint (steps, ==, 42);
}

static const struct
{
  const char *name;
  const char *given;
  const char *bare;
} paths[] = {
  { "model", "fine", "fine" },
  { "model", "sdxl/juggernaut, second.safetensors",
    "sdxl/juggernaut, second.safetensors" },
  { "model", "/home/me, too/models/sharp.onnx", "sharp.onnx" },
  { "model", "C:\\Users\\me\\sharp.onnx", "sharp.onnx" },
  { "model", "/home/me/", "" },
  { "loras", "detail:0.5", "detail:0.5" },
  { "loras", "sdxl/detail:0.5, b:1", "sdxl/detail:0.5, b:1" },
  { "loras", "/home/me/detail:0.5, ../b:1", "detail:0.5, b:1" },
};

/* Both ways, since others write documents, too. */
static void
test_no_path_is_in_a_document (void)
{
  static const char *const         names[] = { "model", "loras", NULL };
  static const UpscaleSettingsKind document = { "G", names, TRUE };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GObject) config = stand_in_config_new ();
      g_autoptr (GKeyFile) written = g_key_file_new ();
      g_autoptr (GKeyFile) theirs = g_key_file_new ();
      g_autofree char *kept = NULL;
      g_autofree char *found = NULL;

      g_test_message ("%s=%s", paths[i].name, paths[i].given);
      g_object_set (config, paths[i].name, paths[i].given, NULL);
      upscale_settings_write (config, written, &document);
      kept = g_key_file_get_string (written, "G", paths[i].name, NULL);
      g_assert_cmpstr (kept, ==, paths[i].bare);
      g_key_file_set_string (theirs, "G", paths[i].name, paths[i].given);
      g_assert_true (upscale_settings_read (config, theirs, &document, NULL));
      g_object_get (config, paths[i].name, &found, NULL);
      g_assert_cmpstr (found, ==, paths[i].bare);
    }
}

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
  g_assert_true (upscale_preset_apply (preset, config, NULL));
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

/* As a stranger may hand it on. */
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
  g_assert_false (upscale_preset_apply (list->pdata[0], config, &error));
  g_assert_nonnull (strstr (error->message, "strength"));
  g_object_get (config, "ip-adapter-image", &file, "model", &model, "steps", &steps,
                NULL);
  g_assert_null (file);
  g_assert_cmpstr (model, ==, "passwd");
  g_assert_cmpint (steps, ==, 17);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* Listing presets happens before the dialog is there: nothing may be waited for. */
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
  g_test_add_func ("/presets/settings-come-back-whatever-the-language",
                   test_settings_come_back_whatever_the_language);
  g_test_add_func ("/presets/what-an-argument-can-not-be-changes-nothing",
                   test_what_an_argument_can_not_be_changes_nothing);
  g_test_add_func ("/presets/only-what-is-named-is-read",
                   test_only_what_is_named_is_read);
  g_test_add_func ("/presets/no-path-is-in-a-document", test_no_path_is_in_a_document);
  g_test_add_func ("/presets/presets-are-kept-applied-and-deleted",
                   test_presets_are_kept_applied_and_deleted);
  g_test_add_func ("/presets/a-broken-preset-is-left-out",
                   test_a_broken_preset_is_left_out);
  g_test_add_func ("/presets/a-preset-names-no-file", test_a_preset_names_no_file);
  g_test_add_func ("/presets/what-is-no-file-is-no-preset",
                   test_what_is_no_file_is_no_preset);
  return g_test_run ();
}
