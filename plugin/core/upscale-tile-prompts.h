/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleTilePrompt:
 * @row: row of the tile in the grid, from 0 on
 * @col: column of the tile in the grid, from 0 on
 * @prompt: text that is appended to the picture's prompt, "" for none
 * @negative_prompt: likewise for the negative prompt
 *
 * The text of one tile.
 */
typedef struct
{
  int   row;
  int   col;
  char *prompt;
  char *negative_prompt;
} UpscaleTilePrompt;

GPtrArray *upscale_tile_prompts_parse (const char *text, GError **error);
char      *upscale_tile_prompts_join (GPtrArray *prompts);

const UpscaleTilePrompt *upscale_tile_prompts_find (GPtrArray *prompts, int row, int col);
void upscale_tile_prompts_set (GPtrArray *prompts, const UpscaleTilePrompt *prompt);

G_END_DECLS
