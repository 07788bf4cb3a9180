/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-model-defaults.h"

#include <math.h>

#define N_ROUNDS 5000
#define N_MOST_SERVERS 4
#define N_MOST_MODELS 4

static const char *const names[] = { "sdxl", "turbo", "a | b", "fine\\n" };

/* Few values, so that servers often agree. */
static double
draw_value (GRand *random)
{
  return g_rand_int_range (random, 0, 3) == 0 ? UPSCALE_MODEL_UNKNOWN
                                              : g_rand_int_range (random, 0, 3) * 0.5;
}

static UpscaleModelDefaults *
draw_defaults (GRand *random, const char *name)
{
  UpscaleModelDefaults *defaults = upscale_model_defaults_new (name);

  for (int i = 0; i < UPSCALE_N_MODEL_VALUES; i++)
    defaults->values[i] = draw_value (random);
  return defaults;
}

static GPtrArray *
draw_list (GRand *random)
{
  GPtrArray *list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_model_defaults_free);
  int n_models = g_rand_int_range (random, 0, N_MOST_MODELS + 1);

  for (int i = 0; i < n_models; i++)
    g_ptr_array_add (list, draw_defaults (random, names[i]));
  return list;
}

static GPtrArray *
draw_lists (GRand *random)
{
  GPtrArray *lists = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  int        n_servers = g_rand_int_range (random, 0, N_MOST_SERVERS + 1);

  for (int i = 0; i < n_servers; i++)
    g_ptr_array_add (lists, draw_list (random));
  return lists;
}

/* Returns whether a server recommends @value, or any value if @value is unknown. */
static gboolean
recommends (GPtrArray *list, const char *model, UpscaleModelValue which, double value)
{
  for (guint i = 0; i < list->len; i++)
    {
      const UpscaleModelDefaults *defaults = list->pdata[i];
      double                      told = defaults->values[which];

      if (*model == '\0' ? list->len > 1 : !g_str_equal (model, defaults->model))
        continue;
      if (told >= 0.0 && (value < 0.0 || told == value))
        return TRUE;
    }
  return FALSE;
}

static guint
count (GPtrArray *lists, const char *model, UpscaleModelValue which, double value)
{
  guint n = 0;

  for (guint i = 0; i < lists->len; i++)
    n += recommends (lists->pdata[i], model, which, value);
  return n;
}

/* A value is told if some server recommends it, and all that recommend any agree. */
static void
test_servers_that_agree_are_heard (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint n_told = 0;

  for (int round = 0; round < N_ROUNDS; round++)
    {
      g_autoptr (GPtrArray) lists = draw_lists (random);
      int         name = g_rand_int_range (random, -1, G_N_ELEMENTS (names));
      const char *model = name < 0 ? "" : names[name];

      for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
        {
          double told = upscale_model_defaults_look_up (lists, model, which);
          guint  n_any = count (lists, model, which, UPSCALE_MODEL_UNKNOWN);

          n_told += told >= 0.0;
          if (told >= 0.0)
            g_assert_cmpuint (count (lists, model, which, told), ==, n_any);
          for (double value = 0.0; told < 0.0 && n_any > 0 && value <= 1.0; value += 0.5)
            g_assert_cmpuint (count (lists, model, which, value), <, n_any);
        }
    }
  g_assert_cmpuint (n_told, >, N_ROUNDS / 4);
}

static UpscaleModelCase
draw_case (GRand *random)
{
  double least = g_rand_int_range (random, 0, 3);

  return (UpscaleModelCase) {
    .now = g_rand_int_range (random, 0, 9),
    .told = g_rand_int_range (random, -1, 9),
    .usual = least,
    .range = { .least = least,
               .most = least + g_rand_int_range (random, 1, 7),
               .multiple_of = g_rand_int_range (random, 0, 3) },
    .is_kept = g_rand_boolean (random),
    .is_same_choice = g_rand_boolean (random),
  };
}

static void
test_value_of_the_user_stays (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  for (int round = 0; round < N_ROUNDS; round++)
    {
      UpscaleModelCase what = draw_case (random);

      what.is_kept = TRUE;
      g_assert_cmpfloat (upscale_model_defaults_choose (what), ==, what.now);
      g_assert_false (upscale_model_defaults_are_followed (what));
    }
}

static gboolean
is_in_range (double value, UpscaleModelRange range)
{
  return value >= range.least && value <= range.most &&
         (range.multiple_of == 0 || (int) value % range.multiple_of == 0);
}

static void
test_recommended_value_is_taken_if_possible (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (int round = 0; round < N_ROUNDS; round++)
    {
      UpscaleModelCase what = draw_case (random);
      double           next;

      what.is_kept = FALSE;
      next = upscale_model_defaults_choose (what);
      if (is_in_range (what.told, what.range))
        g_assert_cmpfloat (next, ==, what.told);
      else
        g_assert_cmpfloat (next, ==, what.is_same_choice ? what.now : what.usual);
      g_assert_true (upscale_model_defaults_are_followed (what) ==
                     (is_in_range (what.told, what.range) && what.now == what.told));
      /* Choosing again changes nothing. */
      what.now = next;
      what.is_same_choice = TRUE;
      g_assert_cmpfloat (upscale_model_defaults_choose (what), ==, next);
    }
}

static void
test_lines_are_read_back (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  for (int round = 0; round < N_ROUNDS; round++)
    {
      g_autoptr (UpscaleModelDefaults) defaults =
          draw_defaults (random, names[round % G_N_ELEMENTS (names)]);
      g_autofree char *line = upscale_model_defaults_dup_line (defaults);
      g_autoptr (UpscaleModelDefaults) read = upscale_model_defaults_new_from_line (line);

      g_assert_cmpstr (read->model, ==, defaults->model);
      for (int i = 0; i < UPSCALE_N_MODEL_VALUES; i++)
        g_assert_cmpfloat (read->values[i], ==, defaults->values[i]);
    }
}

static void
test_lines_of_others_tell_nothing (void)
{
  static const char *const lines[] = { "", "sdxl", "sdxl | x | nan | -3",
                                       "sdxl | inf | 5 5 | 1e999" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (UpscaleModelDefaults) read =
          upscale_model_defaults_new_from_line (lines[i]);

      for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
        g_assert_cmpfloat (read->values[which], ==, UPSCALE_MODEL_UNKNOWN);
    }
}

static void
test_guess (void)
{
  g_assert_cmpfloat (upscale_model_defaults_guess ("flux1-dev.safetensors",
                                                   UPSCALE_MODEL_CFG_SCALE),
                     ==, 3.5);
  g_assert_cmpfloat (upscale_model_defaults_guess ("sd_xl_base", UPSCALE_MODEL_NATIVE_PX),
                     ==, 1024.0);
  g_assert_cmpfloat (upscale_model_defaults_guess ("sd_xl_base", UPSCALE_MODEL_STEPS), ==,
                     UPSCALE_MODEL_UNKNOWN);
  for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
    g_assert_cmpfloat (upscale_model_defaults_guess ("photo", which), ==,
                       UPSCALE_MODEL_UNKNOWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-defaults/servers-that-agree-are-heard",
                   test_servers_that_agree_are_heard);
  g_test_add_func ("/model-defaults/value-of-the-user-stays",
                   test_value_of_the_user_stays);
  g_test_add_func ("/model-defaults/recommended-value-is-taken-if-possible",
                   test_recommended_value_is_taken_if_possible);
  g_test_add_func ("/model-defaults/lines-are-read-back", test_lines_are_read_back);
  g_test_add_func ("/model-defaults/lines-of-others-tell-nothing",
                   test_lines_of_others_tell_nothing);
  g_test_add_func ("/model-defaults/guess", test_guess);
  return g_test_run ();
}
