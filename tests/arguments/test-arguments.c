/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-arguments.h"

#include <string.h>

#include "stand-in-config.h"
#include "upscale-error.h"

static void
test_defaults_are_read (void)
{
  g_autoptr (GObject) config = stand_in_config_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleArguments) arguments = upscale_arguments_new (config, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (arguments->scale, ==, 2.0);
  g_assert_cmpint (arguments->tile_px, ==, 1024);
  g_assert_cmpint (arguments->overlap_px, ==, 128);
  g_assert_cmpfloat (arguments->color_correction, ==, 1.0);
  g_assert_cmpstr (arguments->endpoints, ==, "");
  g_assert_true (arguments->resize_canvas);
  g_assert_false (arguments->repaint_selection);
  g_assert_cmpstr (arguments->gen_params->prompt, ==, "highly detailed, sharp focus");
  g_assert_cmpfloat (arguments->gen_params->strength, ==, 0.3);
  g_assert_cmpint (arguments->gen_params->steps, ==, 30);
  g_assert_true (arguments->gen_params->controlnet_enabled);
  g_assert_cmpint (arguments->policy.max_tries, ==, 4);
  g_assert_cmpint (arguments->policy.batch_timeout_us, ==,
                   2400 * (gint64) G_USEC_PER_SEC);
}

/* GIMP 3.0 reads an empty default back as NULL. */
static void
test_missing_text_is_empty (void)
{
  g_autoptr (GObject) config = stand_in_config_new ();
  g_autoptr (UpscaleArguments) arguments = NULL;

  g_object_set (config, "endpoints", NULL, "model", NULL, "loras", NULL, NULL);
  arguments = upscale_arguments_new (config, NULL);
  g_assert_cmpstr (arguments->endpoints, ==, "");
  g_assert_cmpstr (arguments->gen_params->model, ==, "");
}

static const struct
{
  const char *name;
  int         value;
  const char *message;
} impossible[] = {
  { .name = "tile-size", .value = 1000, .message = "multiple of 64" },
  { .name = "generation-size", .value = 100, .message = "for example 128" },
};

static void
test_impossible_arguments_are_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (impossible); i++)
    {
      g_autoptr (GObject) config = stand_in_config_new ();
      g_autoptr (GError) error = NULL;

      g_object_set (config, impossible[i].name, impossible[i].value, NULL);
      g_assert_null (upscale_arguments_new (config, &error));
      g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
      g_assert_nonnull (strstr (error->message, impossible[i].message));
    }
}

static void
test_environment_sets_the_default_batch_size (void)
{
  g_autoptr (GObject) config = stand_in_config_new ();
  g_autoptr (UpscaleArguments) from_environment = NULL;
  g_autoptr (UpscaleArguments) from_caller = NULL;
  g_autoptr (GError) error = NULL;

  g_setenv ("UPSCALE_BATCH_SIZE", "7", TRUE);
  from_environment = upscale_arguments_new (config, NULL);
  g_assert_cmpint (from_environment->policy.batch_size, ==, 7);
  g_object_set (config, "batch-size", 3, NULL);
  from_caller = upscale_arguments_new (config, NULL);
  g_assert_cmpint (from_caller->policy.batch_size, ==, 3);
  g_object_set (config, "batch-size", 0, NULL);
  g_setenv ("UPSCALE_BATCH_SIZE", "1001", TRUE);
  g_assert_null (upscale_arguments_new (config, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "0 to 1000"));
  g_unsetenv ("UPSCALE_BATCH_SIZE");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arguments/defaults-are-read", test_defaults_are_read);
  g_test_add_func ("/arguments/missing-text-is-empty", test_missing_text_is_empty);
  g_test_add_func ("/arguments/impossible-arguments-are-refused",
                   test_impossible_arguments_are_refused);
  g_test_add_func ("/arguments/environment-sets-the-default-batch-size",
                   test_environment_sets_the_default_batch_size);
  return g_test_run ();
}
