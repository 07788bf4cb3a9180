/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-completions.h"

#define NAME_COLUMN 0

/**
 * UpscaleCompletions:
 *
 * Names that servers have said they have, offered where one is typed. What nobody offers
 * can be typed all the same: not every server tells.
 */
struct _UpscaleCompletions
{
  GtkListStore *models;
  GtkListStore *loras;
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
 * Returns: (transfer full): offers without a name
 */
UpscaleCompletions *
upscale_completions_new (void)
{
  UpscaleCompletions *offers = g_new (UpscaleCompletions, 1);

  *offers = (UpscaleCompletions) { make_list (), make_list () };
  return offers;
}

/**
 * upscale_completions_free:
 * @offers: (transfer full): offers
 */
void
upscale_completions_free (UpscaleCompletions *offers)
{
  g_object_unref (offers->models);
  g_object_unref (offers->loras);
  g_free (offers);
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
 * upscale_completions_add_models:
 * @offers: offers
 * @names: (nullable) (array zero-terminated=1): models that a server has
 *
 * Each name is offered once, whoever has it.
 */
void
upscale_completions_add_models (UpscaleCompletions *offers, const char *const *names)
{
  add (offers->models, names);
}

/**
 * upscale_completions_add_loras:
 * @offers: offers
 * @names: (nullable) (array zero-terminated=1): LoRAs that a server has
 *
 * Likewise.
 */
void
upscale_completions_add_loras (UpscaleCompletions *offers, const char *const *names)
{
  add (offers->loras, names);
}

/**
 * upscale_completions_get_models:
 * @offers: offers
 *
 * Returns: (transfer none): their names, in order; grows when names are added
 */
GtkTreeModel *
upscale_completions_get_models (UpscaleCompletions *offers)
{
  return GTK_TREE_MODEL (offers->models);
}

/**
 * upscale_completions_get_loras:
 * @offers: offers
 *
 * Returns: (transfer none): likewise
 */
GtkTreeModel *
upscale_completions_get_loras (UpscaleCompletions *offers)
{
  return GTK_TREE_MODEL (offers->loras);
}

/* Names are long and begin alike: any part of one finds it. */
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
 * @names: names to offer
 * @entry: where one is typed
 *
 * Shows the names that fit while the user types.
 */
void
upscale_completions_attach (GtkTreeModel *names, GtkWidget *entry)
{
  g_autoptr (GtkEntryCompletion) completion = gtk_entry_completion_new ();

  gtk_entry_completion_set_model (completion, names);
  gtk_entry_completion_set_text_column (completion, NAME_COLUMN);
  gtk_entry_completion_set_minimum_key_length (completion, 1);
  gtk_entry_completion_set_match_func (completion, contains_key, NULL, NULL);
  gtk_entry_set_completion (GTK_ENTRY (entry), completion);
}
