/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-gen-params.h"

G_BEGIN_DECLS

/** Share of a tile that a region must cover to count there, unless the user sets it. */
#define UPSCALE_TILE_SETTINGS_LEAST_SHARE 0.1
/** Strength of a region that does not change the strength. */
#define UPSCALE_TILE_SETTINGS_NO_STRENGTH -1.0

/**
 * UpscaleTileInfluence:
 * @prompt: text to append to the prompt, "" for none
 * @negative_prompt: likewise for the negative prompt
 * @strength: denoising strength, or %UPSCALE_TILE_SETTINGS_NO_STRENGTH
 * @share: the covered share of the tile, 0 to 1
 *
 * The influence of one region, or of the tile's own text, on a tile. A value that borrows
 * its texts.
 */
typedef struct
{
  const char *prompt;
  const char *negative_prompt;
  double      strength;
  double      share;
} UpscaleTileInfluence;

typedef struct _UpscaleTileSettings UpscaleTileSettings;

/**
 * UpscaleTileSettings:
 * @prompt: text that is appended to the picture's prompt, "" for none
 * @negative_prompt: likewise for the negative prompt
 * @strength: denoising strength, 0 to 1
 * @keeps_base: %TRUE if the strength map is black in all of the tile, so that the tile is
 * not sent
 *
 * The parameters in which one tile differs from the picture. Read-only. Ref-counted,
 * atomically.
 */
struct _UpscaleTileSettings
{
  char    *prompt;
  char    *negative_prompt;
  double   strength;
  gboolean keeps_base;
};

UpscaleTileSettings *upscale_tile_settings_new (const UpscaleGenParams     *gen_params,
                                                const UpscaleTileInfluence *influences,
                                                guint                       n_influences,
                                                double                      least_share,
                                                double                      map_level);
UpscaleTileSettings *upscale_tile_settings_ref (UpscaleTileSettings *settings);
void                 upscale_tile_settings_unref (UpscaleTileSettings *settings);
gboolean             upscale_tile_settings_change (const UpscaleTileSettings *settings,
                                                   const UpscaleGenParams    *gen_params);
UpscaleGenParams    *upscale_tile_settings_apply (const UpscaleTileSettings *settings,
                                                  UpscaleGenParams          *gen_params);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTileSettings, upscale_tile_settings_unref)

G_END_DECLS
