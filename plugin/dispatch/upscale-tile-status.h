/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The index that stands for no tile. */
#define UPSCALE_NO_TILE G_MAXUINT

/**
 * UpscaleTileState:
 * @UPSCALE_TILE_WAITING: no batch request carries the tile
 * @UPSCALE_TILE_PREPARING: a batch request looks the tile up in the tile cache, and makes
 * its message if the cache does not have it
 * @UPSCALE_TILE_IN_FLIGHT: the tile was sent to an endpoint
 * @UPSCALE_TILE_PAINTED: painted in this run
 * @UPSCALE_TILE_STORED: found in the tile cache
 * @UPSCALE_TILE_SKIPPED: nothing to paint
 * @UPSCALE_TILE_FAILED: given up; the tile shows the base
 * @UPSCALE_TILE_LEFT_OUT: a tile of the grid that the job does not paint and count
 *
 * The states of a tile. The last five are final.
 */
typedef enum
{
  UPSCALE_TILE_WAITING,
  UPSCALE_TILE_PREPARING,
  UPSCALE_TILE_IN_FLIGHT,
  UPSCALE_TILE_PAINTED,
  UPSCALE_TILE_STORED,
  UPSCALE_TILE_SKIPPED,
  UPSCALE_TILE_FAILED,
  UPSCALE_TILE_LEFT_OUT,
} UpscaleTileState;

#define UPSCALE_N_TILE_STATES 8

/**
 * UpscaleTileStatus:
 * @state: the tile's state
 * @is_expected: the run has not looked at the tile yet; @state is the one that the tile
 * will have, as an earlier run has settled it
 * @endpoint: (nullable): name of the endpoint that has the tile, or had it last
 * @n_tries: the number of times that the tile was sent
 * @seconds: time from when the endpoint got the tile until the tile was settled, or until
 * now
 * @failure: (nullable): the reason why the tile was given up; names tile, endpoint and
 * cause
 *
 * The status of one tile. A value; its texts are valid until the main loop runs again.
 */
typedef struct
{
  UpscaleTileState state;
  gboolean         is_expected;
  const char      *endpoint;
  guint            n_tries;
  double           seconds;
  const char      *failure;
} UpscaleTileStatus;

G_END_DECLS
