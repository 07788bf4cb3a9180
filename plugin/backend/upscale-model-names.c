/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers list files; what is in them shows in their names only. */
#include "upscale-model-names.h"

#include <string.h>

#define WORTH_OF_WORD 8
#define WORTH_OF_FAMILY 2

/* Best first: a union model does tiles among other things. */
const char *const UPSCALE_WORDS_TILE[] = { "tile", "union", "promax", NULL };
const char *const UPSCALE_WORDS_IP_ADAPTER[] = { "ip-adapter", "ip_adapter", "ipadapter",
                                                 NULL };

static gboolean
has_any (const char *name, const char *const *words)
{
  for (; *words; words++)
    if (strstr (name, *words))
      return TRUE;
  return FALSE;
}

static gboolean
is_sdxl (const char *name)
{
  static const char *const signs[] = { "xl", "pony", "illustrious", NULL };

  return has_any (name, signs);
}

static gboolean
is_sd1 (const char *name)
{
  static const char *const signs[] = { "sd15", "sd1.5", "sd1_5", "sd-1.5", "v11", NULL };

  return has_any (name, signs);
}

static int
rate (const char *name, const char *const *words, const char *model)
{
  g_autofree char *folded = g_ascii_strdown (name, -1);
  int              n_words = (int) g_strv_length ((char **) words);

  for (int i = 0; i < n_words; i++)
    if (strstr (folded, words[i]))
      return (n_words - i) * WORTH_OF_WORD +
             (is_sdxl (folded) == is_sdxl (model) ? WORTH_OF_FAMILY : 0) -
             (is_sd1 (folded) && is_sdxl (model) ? WORTH_OF_WORD * n_words : 0) -
             (is_sdxl (folded) && !is_sdxl (model) ? WORTH_OF_WORD * n_words : 0);
  return G_MININT;
}

/**
 * upscale_model_names_choose:
 * @names: (nullable): what a server lists
 * @words: (array zero-terminated=1): one of which must be in the name, best first
 * @model: (nullable): the checkpoint that it is to go with
 *
 * Chooses the file that most likely is what is needed, of the checkpoint's own family
 * where names tell.
 *
 * Returns: (transfer none) (nullable): one of @names
 */
const char *
upscale_model_names_choose (const char *const *names,
                            const char *const *words,
                            const char        *model)
{
  g_autofree char *folded_model = g_ascii_strdown (model ? model : "", -1);
  const char      *best = NULL;
  int              best_rate = G_MININT;

  for (; names && *names; names++)
    {
      int rated = rate (*names, words, folded_model);

      if (rated > best_rate)
        {
          best = *names;
          best_rate = rated;
        }
    }
  return best;
}

/**
 * upscale_model_names_join_matching:
 * @names: (nullable): what a server lists
 * @words: (array zero-terminated=1): one of which must be in the name
 *
 * Returns: (transfer full): all that could be chosen, each after a space
 */
char *
upscale_model_names_join_matching (const char *const *names, const char *const *words)
{
  GString *joined = g_string_new (NULL);

  for (; names && *names; names++)
    {
      g_autofree char *folded = g_ascii_strdown (*names, -1);

      if (has_any (folded, words))
        g_string_append_printf (joined, " %s", *names);
    }
  return g_string_free_and_steal (joined);
}
