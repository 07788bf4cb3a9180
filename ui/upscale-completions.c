/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-completions.h"

#define NAME_COLUMN 0

/**
 * UpscaleCompletions:
 *
 * Names that servers have listed, offered while the user types one. Any other name can be
 * typed as well, since not every server lists its own. The values that servers recommend
 * for their models are kept with them.
 */
struct _UpscaleCompletions
{
  GtkListStore *lists[UPSCALE_N_COMPLETIONS];
  GHashTable   *model_defaults; /* of GPtrArray, by the name of the endpoint */
};

static GtkListStore *
make_list (void)
{
  GtkListStore *list = gtk_list_store_new (1, G_TYPE_STRING);

  gtk_tree_sortable_set_sort_column_id (GTK_TREE_SORTABLE (list), NAME_COLUMN,
                                        GTK_SORT_ASCENDING);
  return list;
}

/**
 * upscale_completions_new:
 *
 * Returns: (transfer full): completions without any name
 */
UpscaleCompletions *
upscale_completions_new (void)
{
  UpscaleCompletions *completions = g_new (UpscaleCompletions, 1);

  for (gsize kind = 0; kind < UPSCALE_N_COMPLETIONS; kind++)
    completions->lists[kind] = make_list ();
  completions->model_defaults =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                             (GDestroyNotify) g_ptr_array_unref);
  return completions;
}

/**
 * upscale_completions_free:
 * @completions: (transfer full): completions
 */
void
upscale_completions_free (UpscaleCompletions *completions)
{
  g_return_if_fail (completions != NULL);

  for (gsize kind = 0; kind < UPSCALE_N_COMPLETIONS; kind++)
    g_object_unref (completions->lists[kind]);
  g_hash_table_unref (completions->model_defaults);
  g_free (completions);
}

static gboolean
has_name (GtkTreeModel *list, const char *name)
{
  GtkTreeIter iter;
  gboolean    is_there = FALSE;

  for (gboolean more = gtk_tree_model_get_iter_first (list, &iter); more && !is_there;
       more = gtk_tree_model_iter_next (list, &iter))
    {
      g_autofree char *known = NULL;

      gtk_tree_model_get (list, &iter, NAME_COLUMN, &known, -1);
      is_there = g_strcmp0 (known, name) == 0;
    }
  return is_there;
}

static void
add (GtkListStore *list, const char *const *names)
{
  for (; names && *names; names++)
    if (**names != '\0' && !has_name (GTK_TREE_MODEL (list), *names))
      gtk_list_store_insert_with_values (list, NULL, -1, NAME_COLUMN, *names, -1);
}

/**
 * upscale_completions_add:
 * @completions: completions
 * @kind: the kind of @names
 * @names: (nullable) (array zero-terminated=1): names that a server has
 *
 * Adds the names that @completions does not have yet.
 */
void
upscale_completions_add (UpscaleCompletions    *completions,
                         UpscaleCompletionsKind kind,
                         const char *const     *names)
{
  g_return_if_fail (completions != NULL);

  add (completions->lists[kind], names);
}

/**
 * upscale_completions_add_capabilities:
 * @completions: completions
 * @endpoint: name of the server's endpoint
 * @capabilities: the capabilities of the server
 *
 * Adds all names that the server lists, and what the server recommends for its models.
 */
void
upscale_completions_add_capabilities (UpscaleCompletions        *completions,
                                      const char                *endpoint,
                                      const UpscaleCapabilities *capabilities)
{
  g_return_if_fail (capabilities != NULL);

  upscale_completions_add (completions, UPSCALE_COMPLETIONS_MODELS,
                           (const char *const *) capabilities->models);
  upscale_completions_add (completions, UPSCALE_COMPLETIONS_LORAS,
                           (const char *const *) capabilities->loras);
  upscale_completions_add (completions, UPSCALE_COMPLETIONS_SAMPLERS,
                           (const char *const *) capabilities->samplers);
  upscale_completions_add (completions, UPSCALE_COMPLETIONS_SCHEDULERS,
                           (const char *const *) capabilities->schedulers);
  upscale_completions_set_model_defaults (completions, endpoint,
                                          capabilities->model_defaults);
}

/**
 * upscale_completions_set_model_defaults:
 * @completions: completions
 * @endpoint: name of an endpoint
 * @defaults: (nullable) (element-type UpscaleModelDefaults): what its server recommends
 *
 * Replaces what was known about the models of @endpoint.
 */
void
upscale_completions_set_model_defaults (UpscaleCompletions *completions,
                                        const char         *endpoint,
                                        GPtrArray          *defaults)
{
  g_return_if_fail (completions != NULL);
  g_return_if_fail (endpoint != NULL);

  if (defaults)
    g_hash_table_replace (completions->model_defaults, g_strdup (endpoint),
                          g_ptr_array_ref (defaults));
  else
    g_hash_table_remove (completions->model_defaults, endpoint);
}

/**
 * upscale_completions_get_model_defaults:
 * @completions: completions
 * @endpoint: name of an endpoint
 *
 * Returns: (transfer none) (nullable) (element-type UpscaleModelDefaults): the
 * values that its server recommends, %NULL if none are known
 */
GPtrArray *
upscale_completions_get_model_defaults (UpscaleCompletions *completions,
                                        const char         *endpoint)
{
  g_return_val_if_fail (completions != NULL, NULL);
  g_return_val_if_fail (endpoint != NULL, NULL);

  return g_hash_table_lookup (completions->model_defaults, endpoint);
}

/**
 * upscale_completions_get:
 * @completions: completions
 * @kind: a kind of names
 *
 * Returns: (transfer none): the names in alphabetical order. The list grows when names
 * are added.
 */
GtkTreeModel *
upscale_completions_get (UpscaleCompletions *completions, UpscaleCompletionsKind kind)
{
  g_return_val_if_fail (completions != NULL, NULL);

  return GTK_TREE_MODEL (completions->lists[kind]);
}

/* Names are long and many begin alike, so the typed text may be any part of a name. */
static gboolean
contains_key (GtkEntryCompletion *completion,
              const char         *key,
              GtkTreeIter        *iter,
              gpointer            user_data)
{
  g_autofree char *name = NULL;
  g_autofree char *folded = NULL;

  gtk_tree_model_get (gtk_entry_completion_get_model (completion), iter, NAME_COLUMN,
                      &name, -1);
  folded = g_utf8_casefold (name, -1);
  return strstr (folded, key) != NULL;
}

/**
 * upscale_completions_attach:
 * @names: a list of upscale_completions_get()
 * @entry: the entry that the user types a name into
 *
 * Shows the names that contain the typed text.
 */
void
upscale_completions_attach (GtkTreeModel *names, GtkWidget *entry)
{
  g_autoptr (GtkEntryCompletion) completion = NULL;

  g_return_if_fail (GTK_IS_TREE_MODEL (names));
  g_return_if_fail (GTK_IS_ENTRY (entry));

  completion = gtk_entry_completion_new ();
  gtk_entry_completion_set_model (completion, names);
  gtk_entry_completion_set_text_column (completion, NAME_COLUMN);
  gtk_entry_completion_set_minimum_key_length (completion, 1);
  gtk_entry_completion_set_match_func (completion, contains_key, NULL, NULL);
  gtk_entry_set_completion (GTK_ENTRY (entry), completion);
}
