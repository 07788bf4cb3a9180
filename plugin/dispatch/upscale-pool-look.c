/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Endpoints that paint one picture with several models change its look from tile to tile.
 */
#include "upscale-pool-look.h"

#include <glib/gi18n-lib.h>

#include "upscale-model-names.h"

#define MOST_NAMED 4

static gboolean
differs (const UpscalePoolMember *members,
         guint                    n_members,
         const UpscaleGenParams  *gen_params)
{
  const char *first = "";

  for (guint i = 0; i < n_members; i++)
    {
      const char *model = upscale_capabilities_get_model (members[i].can, gen_params);

      if (*first && *model && !upscale_model_names_are_same (first, model))
        return TRUE;
      if (*first == '\0')
        first = model;
    }
  return FALSE;
}

/**
 * upscale_pool_look_dup_warning:
 * @members: the endpoints that paint the picture
 * @n_members: number of @members
 * @gen_params: the parameters of the picture
 *
 * Names of one file are equal without folder, ending and hash. An endpoint that does not
 * tell its model is taken to paint like the others.
 *
 * Returns: (transfer full) (nullable): a sentence that names the models, %NULL if all
 * endpoints paint with one
 */
char *
upscale_pool_look_dup_warning (const UpscalePoolMember *members,
                               guint                    n_members,
                               const UpscaleGenParams  *gen_params)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint n_named = 0;

  g_return_val_if_fail (members != NULL || n_members == 0, NULL);
  g_return_val_if_fail (gen_params != NULL, NULL);

  if (!differs (members, n_members, gen_params))
    return NULL;
  for (guint i = 0; i < n_members && n_named < MOST_NAMED; i++)
    {
      const char *model = upscale_capabilities_get_model (members[i].can, gen_params);

      if (*model == '\0')
        continue;
      g_string_append (list, n_named++ > 0 ? ", " : "");
      g_string_append_printf (list, _ ("%s paints with '%s'"), members[i].name, model);
    }
  return g_strdup_printf (
      _ ("%s: the picture may change its look between tiles. Name one "
         "model, or leave endpoints out."),
      list->str);
}
