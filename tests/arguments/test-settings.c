/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-settings.h"

#include <gio/gio.h>
#include <locale.h>
#include <string.h>

#include "stand-in-config.h"
#include "upscale-error.h"

static const UpscaleSettingsKind own = {
  .group = "G",
  .flags = UPSCALE_ARGUMENT_ANY,
  .is_document = FALSE,
};

static const UpscaleSettingsKind document = {
  .group = "G",
  .flags = UPSCALE_ARGUMENT_IN_PRESET,
  .is_document = TRUE,
};

static void
test_settings_come_back_whatever_the_language (void)
{
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
  upscale_settings_write (config, keys, &own);
  g_assert_true (upscale_settings_read (again, keys, &own, NULL));
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
      g_assert_false (upscale_settings_read (config, keys, &own, &error));
      g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
      g_assert_nonnull (strstr (error->message, impossible[i].name));
      g_object_get (config, "steps", &steps, "strength", &strength, "controlnet-enabled",
                    &is_enabled, NULL);
      g_assert_cmpint (steps, ==, 30);
      g_assert_cmpfloat (strength, ==, 0.3);
      g_assert_true (is_enabled);
    }
}

/* The arguments of a document are an allow-list: all others keep the user's value. */
static void
test_only_what_is_named_is_read (void)
{
  g_autoptr (GObject) config = stand_in_config_new ();
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GFile) file = NULL;
  g_autofree char *endpoints = NULL;
  double           scale;
  int              steps;

  g_object_set (config, "endpoints", "mine", "scale", 3.0, NULL);
  g_key_file_set_string (keys, "G", "steps", "42");
  g_key_file_set_string (keys, "G", "endpoints", "theirs");
  g_key_file_set_string (keys, "G", "scale", "4");
  g_key_file_set_string (keys, "G", "ip-adapter-image", "file:///etc/passwd");
  g_key_file_set_string (keys, "G", "unheard-of", "1");
  g_assert_true (upscale_settings_read (config, keys, &document, NULL));
  g_object_get (config, "endpoints", &endpoints, "scale", &scale, "ip-adapter-image",
                &file, "steps", &steps, NULL);
  g_assert_cmpstr (endpoints, ==, "mine");
  g_assert_cmpfloat (scale, ==, 3.0);
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

/* Paths are removed when a document is written, and when a stranger's is read. */
static void
test_no_path_is_in_a_document (void)
{
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/values-come-back-whatever-the-language",
                   test_settings_come_back_whatever_the_language);
  g_test_add_func ("/settings/what-an-argument-can-not-be-changes-nothing",
                   test_what_an_argument_can_not_be_changes_nothing);
  g_test_add_func ("/settings/only-what-is-named-is-read",
                   test_only_what_is_named_is_read);
  g_test_add_func ("/settings/no-path-is-in-a-document", test_no_path_is_in_a_document);
  return g_test_run ();
}
