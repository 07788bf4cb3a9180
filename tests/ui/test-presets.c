/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <string.h>

#include "upscale-presets.h"
#include "upscale-settings.h"

/* Stands in for a procedure's arguments: the same kinds of properties. */
#define TEST_TYPE_CONFIG (test_config_get_type ())
G_DECLARE_FINAL_TYPE (TestConfig, test_config, TEST, CONFIG, GObject)

#define N_VALUES 12

struct _TestConfig
{
  GObject parent_instance;
  GValue  values[N_VALUES];
};

G_DEFINE_FINAL_TYPE (TestConfig, test_config, G_TYPE_OBJECT)

static void
test_config_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  g_value_copy (&TEST_CONFIG (object)->values[id - 1], value);
}

static void
test_config_set_property (GObject      *object,
                          guint         id,
                          const GValue *value,
                          GParamSpec   *spec)
{
  g_value_copy (value, &TEST_CONFIG (object)->values[id - 1]);
}

static void
test_config_finalize (GObject *object)
{
  for (int i = 0; i < N_VALUES; i++)
    g_value_unset (&TEST_CONFIG (object)->values[i]);
  G_OBJECT_CLASS (test_config_parent_class)->finalize (object);
}

static GParamSpec *
make_text (const char *name)
{
  return g_param_spec_string (name, NULL, NULL, NULL, G_PARAM_READWRITE);
}

static GParamSpec *
make_number (const char *name, double most)
{
  return g_param_spec_double (name, NULL, NULL, 0.0, most, 0.0, G_PARAM_READWRITE);
}

static void
test_config_class_init (TestConfigClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamSpec   *specs[N_VALUES] = {
    make_text ("prompt"),
    make_text ("negative-prompt"),
    make_text ("model"),
    make_text ("loras"),
    make_number ("strength", 1.0),
    make_number ("cfg-scale", 30.0),
    make_number ("conditioning-scale", 2.0),
    make_number ("ip-adapter-scale", 2.0),
    make_number ("colour-correction", 1.0),
    g_param_spec_int ("steps", NULL, NULL, 1, 150, 30, G_PARAM_READWRITE),
    g_param_spec_boolean ("controlnet-enabled", NULL, NULL, FALSE, G_PARAM_READWRITE),
    g_param_spec_object ("ip-adapter-image", NULL, NULL, G_TYPE_FILE, G_PARAM_READWRITE),
  };

  object_class->get_property = test_config_get_property;
  object_class->set_property = test_config_set_property;
  object_class->finalize = test_config_finalize;
  for (guint i = 0; i < N_VALUES; i++)
    g_object_class_install_property (object_class, i + 1, specs[i]);
}

static void
test_config_init (TestConfig *self)
{
  guint                   n;
  g_autofree GParamSpec **specs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (self), &n);

  for (guint i = 0; i < n; i++)
    g_value_init (&self->values[specs[i]->param_id - 1], specs[i]->value_type);
}

static GObject *
make_config (void)
{
  return g_object_new (TEST_TYPE_CONFIG, NULL);
}

static void
test_settings_come_back_whatever_the_language (void)
{
  static const char *const names[] = {
    "prompt", "strength", "steps", "controlnet-enabled", "ip-adapter-image", NULL
  };
  g_autoptr (GObject) config = make_config ();
  g_autoptr (GObject) again = make_config ();
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
  upscale_settings_write (config, keys, "G", names);
  upscale_settings_read (again, keys, "G");
  setlocale (LC_ALL, "C");
  g_object_get (again, "prompt", &prompt, "strength", &strength, "steps", &steps,
                "controlnet-enabled", &is_enabled, "ip-adapter-image", &found, NULL);
  g_assert_cmpstr (prompt, ==, "two\nlines; and = signs");
  g_assert_cmpfloat (strength, ==, 0.35);
  g_assert_cmpint (steps, ==, 42);
  g_assert_true (is_enabled);
  g_assert_true (g_file_equal (file, found));
}

static void
test_what_makes_no_sense_changes_nothing (void)
{
  g_autoptr (GObject) config = make_config ();
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  int    steps;
  double strength;

  g_object_set (config, "steps", 30, "strength", 0.3, NULL);
  g_key_file_set_string (keys, "G", "steps", "many");
  g_key_file_set_string (keys, "G", "strength", "7.5");
  g_key_file_set_string (keys, "G", "unheard-of", "1");
  upscale_settings_read (config, keys, "G");
  g_object_get (config, "steps", &steps, "strength", &strength, NULL);
  g_assert_cmpint (steps, ==, 30);
  g_assert_cmpfloat (strength, ==, 1.0);
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
  g_autoptr (GObject) config = make_config ();
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
  upscale_preset_apply (preset, config);
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
  g_autoptr (GObject) config = make_config ();
  g_autofree char *path = NULL;
  g_autoptr (GPtrArray) list = NULL;

  g_assert_true (upscale_presets_save (presets, "good", config, NULL));
  path = g_build_filename (g_get_user_config_dir (), "own", "bad.preset", NULL);
  g_assert_true (g_file_set_contents (path, "nonsense", -1, NULL));
  list = upscale_presets_list (presets);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/presets/settings-come-back-whatever-the-language",
                   test_settings_come_back_whatever_the_language);
  g_test_add_func ("/presets/what-makes-no-sense-changes-nothing",
                   test_what_makes_no_sense_changes_nothing);
  g_test_add_func ("/presets/presets-are-kept-applied-and-deleted",
                   test_presets_are_kept_applied_and_deleted);
  g_test_add_func ("/presets/a-broken-preset-is-left-out",
                   test_a_broken_preset_is_left_out);
  return g_test_run ();
}
