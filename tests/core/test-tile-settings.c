/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-settings.h"

#include <math.h>

#define N_ROUNDS 2000
#define MAX_INFLUENCES 4
#define LEAST_SHARE 0.1

static UpscaleGenParams *
make_params (double strength)
{
  UpscaleGenParams *gen_params = upscale_gen_params_new ();

  gen_params->strength = strength;
  g_free (gen_params->prompt);
  gen_params->prompt = g_strdup ("sharp focus");
  return gen_params;
}

static UpscaleTileInfluence
draw_influence (GRand *random)
{
  static const char *const texts[] = { "", "clouds", "  skin ", "a, b" };

  return (UpscaleTileInfluence) {
    .prompt = texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))],
    .negative_prompt = texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))],
    .strength = g_rand_boolean (random) ? UPSCALE_TILE_SETTINGS_NO_STRENGTH
                                        : g_rand_double (random),
    .share = g_rand_double (random),
  };
}

static void
test_nothing_said_changes_nothing (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (int i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (UpscaleGenParams) gen_params = make_params (g_rand_double (random));
      UpscaleTileInfluence influence = draw_influence (random);
      g_autoptr (UpscaleTileSettings) settings = NULL;
      g_autoptr (UpscaleGenParams) own = NULL;

      influence.share *= LEAST_SHARE;
      settings = upscale_tile_settings_new (gen_params, &influence, 1, LEAST_SHARE, 1.0);
      own = upscale_tile_settings_apply (settings, gen_params);
      g_assert_true (own == gen_params);
      g_assert_false (settings->keeps_base);
    }
}

/* A picture's strength of 0 asks for a plain enlargement, and is no black map. */
static void
test_map_weakens_in_steps (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  for (int i = 0; i < N_ROUNDS; i++)
    {
      double level = i == 0 ? 0.0 : g_rand_double (random);
      double strength = i == 1 ? 0.0 : g_rand_double (random);
      g_autoptr (UpscaleGenParams) gen_params = make_params (strength);
      g_autoptr (UpscaleTileSettings) settings =
          upscale_tile_settings_new (gen_params, NULL, 0, LEAST_SHARE, level);
      double steps = strength > 0.0 ? settings->strength / strength * 50.0 : 1.0;

      g_assert_cmpint (settings->keeps_base, ==, level == 0.0);
      g_assert_cmpfloat (settings->strength, <=, strength);
      g_assert_cmpfloat_with_epsilon (steps, round (steps), 1e-6);
      g_assert_cmpfloat (steps, >=, 1.0 - 1e-6);
      if (strength > 0.0 && level >= 0.02)
        g_assert_cmpfloat_with_epsilon (settings->strength / strength, level, 0.0101);
    }
}

static void
test_mixed_strength_lies_between_its_parts (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (int i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (UpscaleGenParams) gen_params = make_params (g_rand_double (random));
      UpscaleTileInfluence influences[MAX_INFLUENCES];
      guint                n = (guint) g_rand_int_range (random, 1, MAX_INFLUENCES + 1);
      double               least = gen_params->strength;
      double               most = gen_params->strength;
      g_autoptr (UpscaleTileSettings) settings = NULL;

      for (guint k = 0; k < n; k++)
        {
          influences[k] = draw_influence (random);
          if (influences[k].strength < 0.0 || influences[k].share <= LEAST_SHARE)
            continue;
          least = MIN (least, influences[k].strength);
          most = MAX (most, influences[k].strength);
        }
      settings = upscale_tile_settings_new (gen_params, influences, n, LEAST_SHARE, 1.0);
      g_assert_cmpfloat (settings->strength, >=, least - 0.01);
      g_assert_cmpfloat (settings->strength, <=, most + 0.01);
    }
}

static void
test_region_over_the_whole_tile_sets_its_strength (void)
{
  g_autoptr (UpscaleGenParams) gen_params = make_params (0.3);
  UpscaleTileInfluence influence = { "", "", 0.6, 1.0 };
  g_autoptr (UpscaleTileSettings) settings =
      upscale_tile_settings_new (gen_params, &influence, 1, LEAST_SHARE, 1.0);

  g_assert_cmpfloat_with_epsilon (settings->strength, 0.6, 1e-12);
}

static void
test_texts_are_appended_in_order (void)
{
  g_autoptr (UpscaleGenParams) gen_params = make_params (0.3);
  UpscaleTileInfluence influences[] = {
    { " clouds ", "birds", UPSCALE_TILE_SETTINGS_NO_STRENGTH, 0.2 },
    { "far away", "", UPSCALE_TILE_SETTINGS_NO_STRENGTH, LEAST_SHARE },
    { "", "", UPSCALE_TILE_SETTINGS_NO_STRENGTH, 1.0 },
    { "sun", "rain", UPSCALE_TILE_SETTINGS_NO_STRENGTH, 1.0 },
  };
  g_autoptr (UpscaleTileSettings) settings =
      upscale_tile_settings_new (gen_params, influences, G_N_ELEMENTS (influences),
                                 LEAST_SHARE, 1.0);
  g_autoptr (UpscaleGenParams) own = upscale_tile_settings_apply (settings, gen_params);

  g_assert_cmpstr (settings->prompt, ==, "clouds, sun");
  g_assert_cmpstr (own->prompt, ==, "sharp focus, clouds, sun");
  g_assert_cmpstr (own->negative_prompt, ==, "birds, rain");
  g_assert_cmpstr (gen_params->prompt, ==, "sharp focus");
  g_assert_cmpfloat (own->strength, ==, 0.3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tile-settings/nothing-said-changes-nothing",
                   test_nothing_said_changes_nothing);
  g_test_add_func ("/tile-settings/map-weakens-in-steps", test_map_weakens_in_steps);
  g_test_add_func ("/tile-settings/mixed-strength-lies-between-its-parts",
                   test_mixed_strength_lies_between_its_parts);
  g_test_add_func ("/tile-settings/region-over-the-whole-tile-sets-its-strength",
                   test_region_over_the_whole_tile_sets_its_strength);
  g_test_add_func ("/tile-settings/texts-are-appended-in-order",
                   test_texts_are_appended_in_order);
  return g_test_run ();
}
