/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-pool-look.h"

#include <string.h>

#include "upscale-model-names.h"

#define N_ROUNDS 2000
#define N_MOST 5

/* The second name is the first one's file, as another server lists it. */
static const char *const models[] = { "dream.safetensors", "sub/dream [1234abcd]",
                                      "photoXL", "flux1-dev", NULL };

static void
test_models_of_any_pool (void)
{
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      static const char *const hosts[] = { "a", "b", "c", "d", "e" };
      g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
      g_autoptr (GPtrArray) all =
          g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_capabilities_unref);
      UpscalePoolMember members[N_MOST];
      guint             n_members = (guint) g_test_rand_int_range (0, N_MOST + 1);
      gboolean          names_model = g_test_rand_int_range (0, 4) == 0;
      gboolean          is_mixed = FALSE;
      g_autofree char  *warning = NULL;

      if (names_model)
        g_set_str (&gen_params->model, "photoXL");
      for (guint i = 0; i < n_members; i++)
        {
          UpscaleCapabilities *can = upscale_capabilities_new ("x");

          can->default_model =
              g_strdup (models[g_test_rand_int_range (0, G_N_ELEMENTS (models))]);
          g_ptr_array_add (all, can);
          members[i] = (UpscalePoolMember) { hosts[i], can };
          for (guint j = 0; j < i; j++)
            is_mixed =
                is_mixed || (members[j].can->default_model && can->default_model &&
                             !upscale_model_names_are_same (members[j].can->default_model,
                                                            can->default_model));
        }
      warning = upscale_pool_look_dup_warning (members, n_members, gen_params);
      g_test_message ("%s", warning);
      g_assert_cmpint (warning != NULL, ==, is_mixed && !names_model);
      for (guint i = 0; warning && i < MIN (n_members, 4); i++)
        if (members[i].can->default_model)
          g_assert_nonnull (strstr (warning, members[i].can->default_model));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool-look/models-of-any-pool", test_models_of_any_pool);
  return g_test_run ();
}
