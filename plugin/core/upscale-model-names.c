/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers list files of models, and only the names tell their contents. */
#include "upscale-model-names.h"

#include <string.h>

#include "upscale-model-family.h"

/* Best first. A union model supports tiles among other hints. */
const char *const UPSCALE_WORDS_TILE[] = { "tile", "union", "promax", NULL };
const char *const UPSCALE_WORDS_IP_ADAPTER[] = { "ip-adapter", "ip_adapter", "ipadapter",
                                                 NULL };

static gboolean
has_word (const char *name, const char *word)
{
  g_autofree char *folded = g_ascii_strdown (name, -1);

  return strstr (folded, word) != NULL;
}

static gboolean
has_any (const char *name, const char *const *words, gsize n_words)
{
  for (gsize i = 0; i < n_words; i++)
    if (has_word (name, words[i]))
      return TRUE;
  return FALSE;
}

/**
 * upscale_model_names_filter:
 * @names: (nullable): the files that a server lists
 * @words: (array zero-terminated=1): words, one of which must be in the name, best first
 *
 * Returns: (transfer full): the names with one of @words, those with the best word first
 */
GStrv
upscale_model_names_filter (const char *const *names, const char *const *words)
{
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();

  g_return_val_if_fail (words != NULL, NULL);

  for (gsize word = 0; words[word]; word++)
    for (gsize i = 0; names && names[i]; i++)
      if (has_word (names[i], words[word]) && !has_any (names[i], words, word))
        g_strv_builder_add (found, names[i]);
  return g_strv_builder_end (found);
}

static const char *
find_of_families (const char *const *names,
                  UpscaleModelFamily family,
                  UpscaleModelFamily other)
{
  for (; names && *names; names++)
    {
      UpscaleModelFamily own = upscale_model_family_read (*names);

      if (own == family || own == other)
        return *names;
    }
  return NULL;
}

/**
 * upscale_model_names_fit:
 * @names: (nullable): names of guides, best first
 * @model: (nullable): the checkpoint to use with the guide
 *
 * Chooses a guide of the checkpoint's family, or else a guide of unknown family. A
 * checkpoint of unknown family fits any guide. Most such checkpoints are SD 1.5, so these
 * guides come first. Some families have no guides.
 *
 * Returns: (transfer none) (nullable): one of @names, or %NULL if all guides are of other
 * families
 */
const char *
upscale_model_names_fit (const char *const *names, const char *model)
{
  UpscaleModelFamily family = upscale_model_family_read (model);
  UpscaleModelFamily unknown = UPSCALE_MODEL_FAMILY_UNKNOWN;
  const char        *found =
      find_of_families (names, family,
                        family == unknown ? UPSCALE_MODEL_FAMILY_SD1 : family);

  if (!upscale_model_family_has_tile_controlnet (family))
    return NULL;
  if (!found)
    found = find_of_families (names, unknown, unknown);
  if (!found && family == unknown && names)
    found = *names;
  return found;
}

/**
 * upscale_model_names_dup_without_hash:
 * @name: a name as AUTOMATIC1111 lists it
 *
 * AUTOMATIC1111 appends ` [1234567890]` to the name of a model as soon as it has computed
 * the file's digest, so the same file has two names.
 *
 * Returns: (transfer full): @name without the hash
 */
char *
upscale_model_names_dup_without_hash (const char *name)
{
  const char *bracket;
  gsize       length;

  g_return_val_if_fail (name != NULL, NULL);

  bracket = strrchr (name, '[');
  length = strlen (name);
  if (!bracket || bracket < name + 2 || bracket[-1] != ' ' || name[length - 1] != ']' ||
      strspn (bracket + 1, "0123456789abcdefABCDEF") != strlen (bracket) - 2)
    return g_strdup (name);
  return g_strndup (name, (gsize) (bracket - 1 - name));
}

/* Servers on Windows write folders with a backslash. */
static const char *
skip_folders (const char *name)
{
  const char *base = name;

  for (; *name; name++)
    if (*name == '/' || *name == '\\')
      base = name + 1;
  return base;
}

/**
 * upscale_model_names_dup_stem:
 * @name: a name
 *
 * Returns: (transfer full): the name of the file without folders, ending and hash
 */
char *
upscale_model_names_dup_stem (const char *name)
{
  static const char *const endings[] = { ".safetensors", ".ckpt", ".pt", ".pth",
                                         ".bin",         ".gguf", ".sft" };
  g_autofree char         *plain = NULL;
  const char              *base;

  g_return_val_if_fail (name != NULL, NULL);

  plain = upscale_model_names_dup_without_hash (name);
  base = skip_folders (plain);
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (base, endings[i]))
      return g_strndup (base, strlen (base) - strlen (endings[i]));
  return g_strdup (base);
}

/**
 * upscale_model_names_are_same:
 * @name: a name
 * @other: another
 *
 * Returns: %TRUE if both can name one file, regardless of folder, ending and hash
 */
gboolean
upscale_model_names_are_same (const char *name, const char *other)
{
  g_autofree char *stem = NULL;
  g_autofree char *other_stem = NULL;

  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (other != NULL, FALSE);

  stem = upscale_model_names_dup_stem (name);
  other_stem = upscale_model_names_dup_stem (other);
  return g_ascii_strcasecmp (stem, other_stem) == 0;
}

/* A name without a folder matches any folder. */
static gboolean
have_same_folder (const char *name, const char *other)
{
  gsize length = (gsize) (skip_folders (name) - name);
  gsize other_length = (gsize) (skip_folders (other) - other);

  if (length == 0 || other_length == 0)
    return TRUE;
  return length == other_length && g_ascii_strncasecmp (name, other, length - 1) == 0;
}

/**
 * upscale_model_names_find:
 * @names: (nullable): the names that a server lists
 * @wanted: a name as the user wrote it
 *
 * Finds a file by its name. Hash, folder and ending may be missing if only one file fits.
 *
 * Returns: (transfer none) (nullable): one of @names
 */
const char *
upscale_model_names_find (const char *const *names, const char *wanted)
{
  g_autofree char *plain = NULL;
  const char      *found = NULL;
  guint            n_found = 0;

  g_return_val_if_fail (wanted != NULL, NULL);

  plain = upscale_model_names_dup_without_hash (wanted);
  for (gsize i = 0; names && names[i]; i++)
    {
      g_autofree char *listed = upscale_model_names_dup_without_hash (names[i]);

      if (g_str_equal (names[i], wanted) || g_str_equal (listed, plain))
        return names[i];
    }
  for (; names && *names; names++)
    if (upscale_model_names_are_same (*names, wanted) &&
        have_same_folder (*names, wanted))
      {
        found = *names;
        n_found++;
      }
  return n_found == 1 ? found : NULL;
}
