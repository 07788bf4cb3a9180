/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-model-follower.h"

#include "stand-in-config.h"
#include "upscale-argument-table.h"

#define N_WALKS 60
#define N_MOVES 60
#define OVERLAP_PX 128

static const char *const arguments[UPSCALE_N_MODEL_VALUES] = { "steps", "cfg-scale",
                                                               "tile-size" };
static const char *const servers[] = { "https://a.example", "https://b.example" };
static const char *const models[] = { "", "sdxl", "turbo", "of nobody" };

/* A dialog without a window, and what the user knows of it. */
typedef struct
{
  GRand                *random;
  GObject              *config;
  UpscaleCompletions   *completions;
  UpscaleEndpointFile  *file;
  UpscaleModelFollower *follower;
  gboolean              is_typed[UPSCALE_N_MODEL_VALUES];
} Walk;

static UpscaleEndpointFile *
load_endpoints (void)
{
  g_autoptr (GFile) file =
      g_file_new_build_filename (g_get_user_config_dir (), "endpoints.conf", NULL);

  return upscale_endpoint_file_load (file);
}

static double
get_value (GObject *config, int which)
{
  int    integer = 0;
  double number = 0.0;

  if (which == UPSCALE_MODEL_CFG_SCALE)
    g_object_get (config, arguments[which], &number, NULL);
  else
    g_object_get (config, arguments[which], &integer, NULL);
  return which == UPSCALE_MODEL_CFG_SCALE ? number : integer;
}

static void
set_value (GObject *config, int which, double value)
{
  if (which == UPSCALE_MODEL_CFG_SCALE)
    g_object_set (config, arguments[which], value, NULL);
  else
    g_object_set (config, arguments[which], (int) value, NULL);
}

/* Draws values that are often the default, and sometimes impossible as a recommendation.
 */
static double
draw_value (GRand *random, int which)
{
  static const double values[UPSCALE_N_MODEL_VALUES][4] = { { 30.0, 4.0, 25.0, 150.0 },
                                                            { 6.0, 0.0, 1.5, 7.0 },
                                                            { 1024, 512, 768, 4096 } };

  return values[which][g_rand_int_range (random, 0, 4)];
}

static GPtrArray *
draw_defaults (GRand *random)
{
  GPtrArray *list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_model_defaults_free);

  for (int i = g_rand_int_range (random, 1, 3); i < 3; i++)
    {
      UpscaleModelDefaults *defaults = upscale_model_defaults_new (models[i]);

      for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
        if (g_rand_int_range (random, 0, 4) > 0)
          defaults->values[which] = draw_value (random, which);
      if (g_rand_int_range (random, 0, 4) == 0)
        defaults->values[UPSCALE_MODEL_NATIVE_PX] = OVERLAP_PX;
      g_ptr_array_add (list, defaults);
    }
  return list;
}

static void
tell (Walk *walk)
{
  g_autoptr (GPtrArray) list = draw_defaults (walk->random);
  int server = g_rand_int_range (walk->random, 0, G_N_ELEMENTS (servers));

  upscale_completions_set_model_defaults (walk->completions, servers[server], list);
  upscale_model_follower_update (walk->follower);
}

static void
choose (Walk *walk)
{
  int model = g_rand_int_range (walk->random, 0, G_N_ELEMENTS (models));
  int server = g_rand_int_range (walk->random, 0, G_N_ELEMENTS (servers));

  if (g_rand_boolean (walk->random))
    g_object_set (walk->config, "model", models[model], NULL);
  else
    g_object_set (walk->config, "endpoints", servers[server], NULL);
}

static void
type_value (Walk *walk)
{
  int which = g_rand_int_range (walk->random, 0, UPSCALE_N_MODEL_VALUES);

  set_value (walk->config, which, draw_value (walk->random, which));
  walk->is_typed[which] = TRUE;
}

static void
follow_again (Walk *walk)
{
  upscale_model_follower_release (walk->follower);
  for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
    walk->is_typed[which] = FALSE;
}

/* Returns what the chosen server recommends, if it is possible. */
static double
get_told (Walk *walk, int which)
{
  g_autofree char *model = NULL;
  g_autofree char *endpoints = NULL;
  GPtrArray       *list;
  double           told = UPSCALE_MODEL_UNKNOWN;

  g_object_get (walk->config, "model", &model, "endpoints", &endpoints, NULL);
  list = upscale_completions_get_model_defaults (walk->completions, endpoints);
  for (guint i = 0; list && i < list->len; i++)
    {
      const UpscaleModelDefaults *defaults = list->pdata[i];

      if (*model == '\0' ? list->len == 1 : g_str_equal (model, defaults->model))
        told = defaults->values[which];
    }
  return which == UPSCALE_MODEL_NATIVE_PX && told < 2 * OVERLAP_PX ? UPSCALE_MODEL_UNKNOWN
                                                                   : told;
}

static Walk
begin_walk (guint seed)
{
  Walk walk = { .random = g_rand_new_with_seed (seed),
                .config = stand_in_config_new (),
                .completions = upscale_completions_new (),
                .file = load_endpoints () };

  g_object_set (walk.config, "endpoints", servers[0], "overlap", OVERLAP_PX, NULL);
  walk.follower =
      upscale_model_follower_new (walk.config, walk.completions, walk.file, NULL);
  return walk;
}

static void
end_walk (Walk *walk)
{
  g_assert_finalize_object (walk->follower);
  g_object_unref (walk->config);
  upscale_completions_free (walk->completions);
  upscale_endpoint_file_free (walk->file);
  g_rand_free (walk->random);
}

/* In any order of events, a typed value stays, and every other value is the recommended
 * one as soon as a server has told it. */
static void
test_values_follow_until_they_are_typed (void)
{
  static void (*const moves[]) (Walk *) = { tell,   choose,     tell,
                                            choose, type_value, follow_again };

  for (guint seed = 0; seed < N_WALKS; seed++)
    {
      Walk walk = begin_walk (seed);

      for (int i = 0; i < N_MOVES; i++)
        {
          int    move = g_rand_int_range (walk.random, 0, G_N_ELEMENTS (moves));
          double before[UPSCALE_N_MODEL_VALUES];

          for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
            before[which] = get_value (walk.config, which);
          moves[move](&walk);
          for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
            {
              double now = get_value (walk.config, which);

              if (!walk.is_typed[which] && get_told (&walk, which) >= 0.0)
                g_assert_cmpfloat (now, ==, get_told (&walk, which));
              else if (walk.is_typed[which] && moves[move] != type_value)
                g_assert_cmpfloat (now, ==, before[which]);
            }
        }
      end_walk (&walk);
    }
}

static void
tell_one (Walk *walk, double steps, double tile_px)
{
  g_autoptr (GPtrArray) list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_model_defaults_free);
  UpscaleModelDefaults *defaults = upscale_model_defaults_new ("sdxl");

  defaults->values[UPSCALE_MODEL_STEPS] = steps;
  defaults->values[UPSCALE_MODEL_NATIVE_PX] = tile_px;
  g_ptr_array_add (list, defaults);
  upscale_completions_set_model_defaults (walk->completions, servers[0], list);
  upscale_model_follower_update (walk->follower);
}

/* The next dialog begins with what this one ended with. */
static void
test_following_lasts_over_dialogs (void)
{
  Walk walk = begin_walk (0);
  g_auto (GStrv) followed = NULL;

  tell_one (&walk, 8, 512);
  set_value (walk.config, UPSCALE_MODEL_STEPS, 30);
  followed = upscale_model_follower_dup_followed (walk.follower);
  g_object_unref (walk.follower);
  walk.follower = upscale_model_follower_new (walk.config, walk.completions, walk.file,
                                              (const char *const *) followed);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_STEPS), ==, 30);
  tell_one (&walk, 9, 768);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_STEPS), ==, 30);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_NATIVE_PX), ==, 768);
  end_walk (&walk);
}

/* A server that has not been asked yet is no reason to forget its values. */
static void
test_values_wait_for_a_server (void)
{
  const char *const followed[] = { "steps", NULL };
  Walk              walk = begin_walk (0);

  g_object_unref (walk.follower);
  set_value (walk.config, UPSCALE_MODEL_STEPS, 8);
  walk.follower =
      upscale_model_follower_new (walk.config, walk.completions, walk.file, followed);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_STEPS), ==, 8);
  g_object_set (walk.config, "model", "another", NULL);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_STEPS), ==, 30);
  end_walk (&walk);
}

static void
test_grid_stays_while_something_depends_on_it (void)
{
  Walk walk = begin_walk (0);

  /* Two overlaps are wider than such a tile. */
  tell_one (&walk, 8, OVERLAP_PX);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_NATIVE_PX), ==, 1024);
  g_object_set (walk.config, "tile-prompts", "0 | a cat", NULL);
  tell_one (&walk, 8, 512);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_NATIVE_PX), ==, 1024);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_STEPS), ==, 8);
  g_object_set (walk.config, "tile-prompts", "", "repaint-selection", TRUE, NULL);
  tell_one (&walk, 9, 512);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_NATIVE_PX), ==, 1024);
  g_object_set (walk.config, "repaint-selection", FALSE, NULL);
  /* A tile is being tried: only another choice changes values. */
  upscale_model_follower_hold (walk.follower);
  tell_one (&walk, 10, 512);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_NATIVE_PX), ==, 1024);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_STEPS), ==, 9);
  g_object_set (walk.config, "model", "sdxl", NULL);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_NATIVE_PX), ==, 512);
  g_assert_cmpfloat (get_value (walk.config, UPSCALE_MODEL_STEPS), ==, 10);
  end_walk (&walk);
}

/* The user reads which values follow, and which ones could. */
static void
test_line_tells_who_follows (void)
{
  Walk             walk = begin_walk (0);
  g_autofree char *nothing = upscale_model_follower_dup_markup (walk.follower);
  g_autofree char *all = NULL;
  g_autofree char *some = NULL;

  g_assert_cmpstr (nothing, ==, "");
  tell_one (&walk, 8, 512);
  all = upscale_model_follower_dup_markup (walk.follower);
  g_assert_cmpstr (all, ==,
                   "Following the model until you change them: "
                   "Steps 8, Tile size (px) 512.");
  set_value (walk.config, UPSCALE_MODEL_STEPS, 9);
  some = upscale_model_follower_dup_markup (walk.follower);
  g_assert_true (g_str_has_prefix (some, "Following the model until you change them: "
                                         "Tile size (px) 512. "
                                         "The model suggests: Steps 8. <a "));
  end_walk (&walk);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/model-follower/values-follow-until-they-are-typed",
                   test_values_follow_until_they_are_typed);
  g_test_add_func ("/model-follower/following-lasts-over-dialogs",
                   test_following_lasts_over_dialogs);
  g_test_add_func ("/model-follower/values-wait-for-a-server",
                   test_values_wait_for_a_server);
  g_test_add_func ("/model-follower/grid-stays-while-something-depends-on-it",
                   test_grid_stays_while_something_depends_on_it);
  g_test_add_func ("/model-follower/line-tells-who-follows", test_line_tells_who_follows);
  return g_test_run ();
}
