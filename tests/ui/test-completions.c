/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-completions.h"

static char *
list_names (GtkTreeModel *names)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GtkTreeIter iter;

  for (gboolean more = gtk_tree_model_get_iter_first (names, &iter); more;
       more = gtk_tree_model_iter_next (names, &iter))
    {
      g_autofree char *name = NULL;

      gtk_tree_model_get (names, &iter, 0, &name, -1);
      g_string_append_printf (text, "%s,", name);
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static void
test_names_of_several_servers_are_offered_once_and_in_order (void)
{
  const char *const first[] = { "sdxl", "juggernaut", NULL };
  const char *const second[] = { "realvis", "sdxl", "", NULL };
  g_autoptr (UpscaleCompletions) completions = upscale_completions_new ();
  g_autofree char *models = NULL;
  g_autofree char *loras = NULL;

  upscale_completions_add_models (completions, first);
  upscale_completions_add_models (completions, second);
  models = list_names (upscale_completions_get_models (completions));
  loras = list_names (upscale_completions_get_loras (completions));
  g_assert_cmpstr (models, ==, "juggernaut,realvis,sdxl,");
  g_assert_cmpstr (loras, ==, "");
}

static void
test_server_that_lists_no_names_offers_none (void)
{
  g_autoptr (UpscaleCompletions) completions = upscale_completions_new ();
  g_autofree char *loras = NULL;

  upscale_completions_add_loras (completions, NULL);
  loras = list_names (upscale_completions_get_loras (completions));
  g_assert_cmpstr (loras, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/completions/names-of-several-servers-are-offered-once-and-in-order",
                   test_names_of_several_servers_are_offered_once_and_in_order);
  g_test_add_func ("/completions/server-that-lists-no-names-offers-none",
                   test_server_that_lists_no_names_offers_none);
  return g_test_run ();
}
