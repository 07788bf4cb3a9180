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

  upscale_completions_add (completions, UPSCALE_COMPLETIONS_MODELS, first);
  upscale_completions_add (completions, UPSCALE_COMPLETIONS_MODELS, second);
  models = list_names (upscale_completions_get (completions, UPSCALE_COMPLETIONS_MODELS));
  loras = list_names (upscale_completions_get (completions, UPSCALE_COMPLETIONS_LORAS));
  g_assert_cmpstr (models, ==, "juggernaut,realvis,sdxl,");
  g_assert_cmpstr (loras, ==, "");
}

static void
test_server_that_lists_no_names_offers_none (void)
{
  g_autoptr (UpscaleCompletions) completions = upscale_completions_new ();
  g_autofree char *loras = NULL;

  upscale_completions_add (completions, UPSCALE_COMPLETIONS_LORAS, NULL);
  loras = list_names (upscale_completions_get (completions, UPSCALE_COMPLETIONS_LORAS));
  g_assert_cmpstr (loras, ==, "");
}

static void
test_server_offers_all_its_lists (void)
{
  const char *const lists[] = { "sdxl", "detail", "DPM++ 2M", "karras" };
  g_autoptr (UpscaleCompletions) completions = upscale_completions_new ();
  g_autoptr (UpscaleCapabilities) capabilities = upscale_capabilities_new ("server");

  capabilities->models = g_strsplit (lists[UPSCALE_COMPLETIONS_MODELS], ",", -1);
  capabilities->loras = g_strsplit (lists[UPSCALE_COMPLETIONS_LORAS], ",", -1);
  capabilities->samplers = g_strsplit (lists[UPSCALE_COMPLETIONS_SAMPLERS], ",", -1);
  capabilities->schedulers = g_strsplit (lists[UPSCALE_COMPLETIONS_SCHEDULERS], ",", -1);
  upscale_completions_add_capabilities (completions, "gpu", capabilities);
  for (guint kind = 0; kind < UPSCALE_N_COMPLETIONS; kind++)
    {
      g_autofree char *names = list_names (upscale_completions_get (completions, kind));
      g_autofree char *expected = g_strconcat (lists[kind], ",", NULL);

      g_assert_cmpstr (names, ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/completions/names-of-several-servers-are-offered-once-and-in-order",
                   test_names_of_several_servers_are_offered_once_and_in_order);
  g_test_add_func ("/completions/server-that-lists-no-names-offers-none",
                   test_server_that_lists_no_names_offers_none);
  g_test_add_func ("/completions/server-offers-all-its-lists",
                   test_server_offers_all_its_lists);
  return g_test_run ();
}
