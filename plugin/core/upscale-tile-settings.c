/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-settings.h"

#include <math.h>

/* Batches have one strength, so strengths are rounded: a soft map would otherwise give
 * each tile a batch of its own. */
#define N_LEVELS 50

#define SEPARATOR ", "

static double
round_level (double level)
{
  return round (level * N_LEVELS) / N_LEVELS;
}

/* Appends a text that is not empty. */
static void
append (GString *text, const char *addition)
{
  g_autofree char *stripped = g_strstrip (g_strdup (addition));

  if (*stripped == '\0')
    return;
  if (text->len > 0)
    g_string_append (text, SEPARATOR);
  g_string_append (text, stripped);
}

/* Returns the mean of the strengths by covered share. The picture's own strength counts
 * where no region with a strength lies. */
static double
mix_strengths (double                      strength,
               const UpscaleTileInfluence *influences,
               guint                       n_influences,
               double                      least_share)
{
  double change = 0.0;
  double covered = 0.0;

  for (guint i = 0; i < n_influences; i++)
    {
      if (influences[i].share <= least_share || influences[i].strength < 0.0)
        continue;
      covered += influences[i].share;
      change += influences[i].share * (influences[i].strength - strength);
    }
  change /= MAX (1.0, covered);
  return change == 0.0 ? strength : CLAMP (round_level (strength + change), 0.0, 1.0);
}

/**
 * upscale_tile_settings_new:
 * @gen_params: the parameters of the picture
 * @influences: (array length=n_influences): regions and texts that touch the tile
 * @n_influences: number of @influences
 * @least_share: share of the tile above which an influence counts
 * @map_level: the strength map's mean in the part of the tile that it does not leave
 * black, 0 to 1; 0 if all of the tile is black
 *
 * Derives the parameters of a tile. Texts are appended in the order of the influences.
 * Strengths that differ from the picture's are multiples of 1/50 of their maximum, and a
 * gray map never makes a tile stronger.
 *
 * Returns: (transfer full): the settings
 */
UpscaleTileSettings *
upscale_tile_settings_new (const UpscaleGenParams     *gen_params,
                           const UpscaleTileInfluence *influences,
                           guint                       n_influences,
                           double                      least_share,
                           double                      map_level)
{
  UpscaleTileSettings *settings;
  g_autoptr (GString) prompt = g_string_new (NULL);
  g_autoptr (GString) negative_prompt = g_string_new (NULL);

  g_return_val_if_fail (gen_params != NULL, NULL);
  g_return_val_if_fail (influences != NULL || n_influences == 0, NULL);

  for (guint i = 0; i < n_influences; i++)
    {
      if (influences[i].share <= least_share)
        continue;
      append (prompt, influences[i].prompt);
      append (negative_prompt, influences[i].negative_prompt);
    }
  settings = g_atomic_rc_box_new0 (UpscaleTileSettings);
  settings->prompt = g_string_free_and_steal (g_steal_pointer (&prompt));
  settings->negative_prompt =
      g_string_free_and_steal (g_steal_pointer (&negative_prompt));
  settings->strength =
      mix_strengths (gen_params->strength, influences, n_influences, least_share);
  if (map_level < 1.0)
    settings->strength *= MAX (round_level (map_level), 1.0 / N_LEVELS);
  settings->keeps_base = map_level <= 0.0;
  return settings;
}

/**
 * upscale_tile_settings_ref:
 * @settings: settings
 *
 * Returns: (transfer full): @settings
 */
UpscaleTileSettings *
upscale_tile_settings_ref (UpscaleTileSettings *settings)
{
  g_return_val_if_fail (settings != NULL, NULL);

  return g_atomic_rc_box_acquire (settings);
}

static void
free_members (gpointer data)
{
  UpscaleTileSettings *settings = data;

  g_free (settings->prompt);
  g_free (settings->negative_prompt);
}

/**
 * upscale_tile_settings_unref:
 * @settings: (transfer full): settings
 *
 * Drops a reference.
 */
void
upscale_tile_settings_unref (UpscaleTileSettings *settings)
{
  g_return_if_fail (settings != NULL);

  g_atomic_rc_box_release_full (settings, free_members);
}

static char *
join (const char *common, const char *own)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append (text, common);
  append (text, own);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/**
 * upscale_tile_settings_change:
 * @settings: the settings of a tile
 * @gen_params: the parameters of the picture
 *
 * Returns: %TRUE if the tile is painted in another way than the picture
 */
gboolean
upscale_tile_settings_change (const UpscaleTileSettings *settings,
                              const UpscaleGenParams    *gen_params)
{
  g_return_val_if_fail (settings != NULL && gen_params != NULL, FALSE);

  return *settings->prompt || *settings->negative_prompt ||
         settings->strength != gen_params->strength;
}

/**
 * upscale_tile_settings_apply:
 * @settings: (nullable): the settings of a tile; %NULL if it has none of its own
 * @gen_params: the parameters of the picture
 *
 * Returns: (transfer full): the parameters of the tile, with its texts appended;
 * @gen_params itself if nothing differs
 */
UpscaleGenParams *
upscale_tile_settings_apply (const UpscaleTileSettings *settings,
                             UpscaleGenParams          *gen_params)
{
  UpscaleGenParams *own;

  g_return_val_if_fail (gen_params != NULL, NULL);

  if (!settings || !upscale_tile_settings_change (settings, gen_params))
    return upscale_gen_params_ref (gen_params);
  own = upscale_gen_params_copy (gen_params);
  own->strength = settings->strength;
  if (*settings->prompt)
    {
      g_free (own->prompt);
      own->prompt = join (gen_params->prompt, settings->prompt);
    }
  if (*settings->negative_prompt)
    {
      g_free (own->negative_prompt);
      own->negative_prompt =
          join (gen_params->negative_prompt, settings->negative_prompt);
    }
  return own;
}
