/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * UpscaleTilePhase:
 * @UPSCALE_TILE_PHASE_UNKNOWN: the server does not say
 * @UPSCALE_TILE_PHASE_WAITING: the tile is in the server's queue
 * @UPSCALE_TILE_PHASE_PAINTING: the server paints the tile
 *
 * The place of a tile at its server.
 */
typedef enum
{
  UPSCALE_TILE_PHASE_UNKNOWN,
  UPSCALE_TILE_PHASE_WAITING,
  UPSCALE_TILE_PHASE_PAINTING,
} UpscaleTilePhase;

/**
 * UpscaleTileReply:
 * @remote_id: (nullable): the server's name for the work. Set before the server may begin
 * with it; set from the start where an earlier request began it
 * @is_accepted: the server has said that it knows @remote_id
 * @phase: the place of the tile at its server
 * @picture: (nullable): the answered file, or the text where captions are wanted; ends
 * the exchange well
 * @failure: (nullable): the reason why the tile can't be painted; ends the exchange too
 *
 * The answer of a server about one tile, as far as it is known. Belongs to the worker
 * thread while the kind builds a request, else to the main thread. Starts as zeros.
 */
typedef struct
{
  char            *remote_id;
  gboolean         is_accepted;
  UpscaleTilePhase phase;
  GBytes          *picture;
  GError          *failure;
} UpscaleTileReply;

void upscale_tile_reply_clear (UpscaleTileReply *reply);

G_END_DECLS
