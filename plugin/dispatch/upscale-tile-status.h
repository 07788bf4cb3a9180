/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** No tile, where a tile's index is wanted. */
#define UPSCALE_NO_TILE G_MAXUINT

/**
 * UpscaleTileState:
 * @UPSCALE_TILE_WAITING: nobody has it
 * @UPSCALE_TILE_IN_FLIGHT: an endpoint has it, or is about to get it
 * @UPSCALE_TILE_PAINTED: painted in this run
 * @UPSCALE_TILE_STORED: found in the store
 * @UPSCALE_TILE_SKIPPED: there was nothing to paint
 * @UPSCALE_TILE_FAILED: given up; it shows the base
 */
typedef enum
{
  UPSCALE_TILE_WAITING,
  UPSCALE_TILE_IN_FLIGHT,
  UPSCALE_TILE_PAINTED,
  UPSCALE_TILE_STORED,
  UPSCALE_TILE_SKIPPED,
  UPSCALE_TILE_FAILED,
} UpscaleTileState;

#define UPSCALE_N_TILE_STATES 6

/**
 * UpscaleTileStatus:
 * @state: where it is
 * @endpoint: (nullable): name of who has it, or had it last
 * @n_tries: how often it was sent
 * @seconds: how long it has been with that endpoint, until its last word or so far
 * @failure: (nullable): why it was given up; names tile, endpoint and cause
 *
 * What can be told of one tile. A value; its texts are valid until the scheduler's next
 * step.
 */
typedef struct
{
  UpscaleTileState state;
  const char      *endpoint;
  guint            n_tries;
  double           seconds;
  const char      *failure;
} UpscaleTileStatus;

G_END_DECLS
