/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleRegionEntry:
 * @name: name of a channel, layer or layer mask of the image
 * @prompt: text for the tiles of the region, "" for none
 * @negative_prompt: likewise for the negative prompt
 * @strength: denoising strength, or %UPSCALE_TILE_SETTINGS_NO_STRENGTH
 *
 * A region as users write it.
 */
typedef struct
{
  char  *name;
  char  *prompt;
  char  *negative_prompt;
  double strength;
} UpscaleRegionEntry;

GPtrArray *upscale_region_list_parse (const char *text, GError **error);
char      *upscale_region_list_join (GPtrArray *entries);
void       upscale_region_list_add (GPtrArray *entries, const UpscaleRegionEntry *entry);
GPtrArray *upscale_region_list_new (void);

G_END_DECLS
