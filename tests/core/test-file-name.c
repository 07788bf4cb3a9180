/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-file-name.h"

static const char *const names[] = { "sub/sharp.safetensors",
                                     "other\\soft.pt",
                                     "one/twin.safetensors",
                                     "two/twin.safetensors",
                                     "twin.v2.safetensors",
                                     ".hidden",
                                     "plain",
                                     NULL };

static void
test_each_file_is_found_by_its_own_name (void)
{
  for (gsize i = 0; names[i]; i++)
    g_assert_cmpstr (upscale_file_name_resolve (names, names[i]), ==, names[i]);
}

static void
test_parts_that_may_be_left_out (void)
{
  static const char *const cases[][2] = {
    { "sharp", "sub/sharp.safetensors" },
    { "sharp.safetensors", "sub/sharp.safetensors" },
    { "sub/sharp", "sub/sharp.safetensors" },
    { "soft", "other\\soft.pt" },
    { "twin.v2", "twin.v2.safetensors" },
    { "one/twin", "one/twin.safetensors" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (upscale_file_name_resolve (names, cases[i][0]), ==, cases[i][1]);
}

static void
test_none_or_several_are_no_name (void)
{
  static const char *const wanted[] = {
    "twin", "twin.safetensors", "shar", "harp", "sub", "sub/", "other", "", "SHARP"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_null (upscale_file_name_resolve (names, wanted[i]));
  g_assert_null (upscale_file_name_resolve (NULL, "sharp"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-name/own-name", test_each_file_is_found_by_its_own_name);
  g_test_add_func ("/file-name/left-out", test_parts_that_may_be_left_out);
  g_test_add_func ("/file-name/none-or-several", test_none_or_several_are_no_name);
  return g_test_run ();
}
