/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers spell the same sampler in their own ways: `DPM++ 2M` (AUTOMATIC1111),
 * `dpmpp_2m` (ComfyUI), `dpm++2m` (stable-diffusion.cpp). Older servers and our GPU
 * service name the schedule as a part of the sampler: `DPM++ 2M Karras`. */
#include "upscale-sampler-choice.h"

#include <string.h>

/* Appends the letters and digits of a name that all spellings share. */
static void
append_folded (GString *folded, const char *name)
{
  gsize            before = folded->len;
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (const char *c = lower; *c; c++)
    if (*c == '+')
      g_string_append_c (folded, 'p');
    else if (!strchr (" _-", *c))
      g_string_append_c (folded, *c);
  if (g_str_has_suffix (folded->str + before, "ancestral"))
    g_string_truncate (folded, folded->len - strlen ("ncestral"));
}

static char *
fold (const char *sampler, const char *scheduler)
{
  GString *folded = g_string_new (NULL);

  append_folded (folded, sampler);
  append_folded (folded, scheduler);
  return g_string_free_and_steal (folded);
}

static gboolean
is_spelled (const char *sampler, const char *scheduler, const char *wanted)
{
  g_autofree char *folded = fold (sampler, scheduler);

  return g_str_equal (folded, wanted);
}

static const char *
find_folded (const char *const *names, const char *folded)
{
  for (; *names; names++)
    if (is_spelled (*names, "", folded))
      return *names;
  return NULL;
}

/* "" is found in any list, and in no list. */
static const char *
find_name (const char *const *names, const char *name)
{
  g_autofree char *folded = NULL;

  if (*name == '\0')
    return "";
  if (!names)
    return NULL;
  if (g_strv_contains (names, name))
    return name;
  folded = fold (name, "");
  return find_folded (names, folded);
}

/* Returns the schedules by their folded names. Of two that fold alike the first counts.
 */
static GHashTable *
index_schedules (const char *const *schedulers)
{
  GHashTable *by_folded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (; schedulers && *schedulers; schedulers++)
    {
      g_autofree char *folded = fold (*schedulers, "");

      if (!g_hash_table_contains (by_folded, folded))
        g_hash_table_insert (by_folded, g_steal_pointer (&folded), (char *) *schedulers);
    }
  return by_folded;
}

/* Finds a schedule whose name ends the wanted sampler's. A server may send lists of any
 * length, so the names are not compared pair by pair. */
static gboolean
find_pair (const char           *wanted,
           const char *const    *samplers,
           const char *const    *schedulers,
           UpscaleSamplerChoice *found)
{
  g_autoptr (GHashTable) by_folded = index_schedules (schedulers);

  for (; *samplers; samplers++)
    {
      g_autofree char *folded = fold (*samplers, "");
      const char      *scheduler =
          g_str_has_prefix (wanted, folded)
                   ? g_hash_table_lookup (by_folded, wanted + strlen (folded))
                   : NULL;

      if (!scheduler)
        continue;
      *found = (UpscaleSamplerChoice) { *samplers, scheduler };
      return TRUE;
    }
  return FALSE;
}

/**
 * upscale_sampler_choice_find:
 * @wanted: the sampler and the schedule to find
 * @samplers: (nullable): the samplers of a server; %NULL if unknown
 * @schedulers: (nullable): the schedules of the server; %NULL if it has no choice of them
 * @found: (out): the server's spelling of both, from the lists or from @wanted
 *
 * Finds a sampler whatever the spelling. A schedule may be part of the sampler's name on
 * either side. A server of unknown samplers gets the names as they are.
 *
 * Returns: %TRUE if the server has both
 */
gboolean
upscale_sampler_choice_find (UpscaleSamplerChoice  wanted,
                             const char *const    *samplers,
                             const char *const    *schedulers,
                             UpscaleSamplerChoice *found)
{
  g_autofree char     *whole = NULL;
  const char          *joined;
  UpscaleSamplerChoice apart;

  g_return_val_if_fail (wanted.sampler && wanted.scheduler, FALSE);
  g_return_val_if_fail (found != NULL, FALSE);

  if (!samplers)
    {
      *found = wanted;
      return TRUE;
    }
  apart = (UpscaleSamplerChoice) { find_name (samplers, wanted.sampler),
                                   find_name (schedulers, wanted.scheduler) };
  if (apart.sampler && apart.scheduler)
    {
      *found = apart;
      return TRUE;
    }
  whole = fold (wanted.sampler, wanted.scheduler);
  joined = find_folded (samplers, whole);
  if (!joined)
    return find_pair (whole, samplers, schedulers, found);
  *found = (UpscaleSamplerChoice) { joined, "" };
  return TRUE;
}

/**
 * upscale_sampler_choice_dup_text:
 * @choice: a choice
 *
 * Returns: (transfer full): both names with a space between, "" for none
 */
char *
upscale_sampler_choice_dup_text (UpscaleSamplerChoice choice)
{
  g_return_val_if_fail (choice.sampler && choice.scheduler, NULL);

  return g_strstrip (g_strjoin (" ", choice.sampler, choice.scheduler, NULL));
}
