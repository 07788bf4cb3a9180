/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "upscale-backend.h"
#include "upscale-clock.h"

G_BEGIN_DECLS

/**
 * EchoEndpoint:
 * @multiple_of: the number of which each side must be a multiple
 * @resizes: %TRUE if tiles may be smaller than the target
 * @caption: (nullable): the text of each tile that is to be described; %NULL if the
 * server gives no captions
 * @failing_tile: (nullable): id of a tile that always fails
 * @turned_tile: (nullable): id of a tile that is painted upside down
 * @n_tiles: number of tiles received so far
 * @notes: (element-type utf8): how each of them was to be painted, as `id | prompt |
 * negative prompt | strength`, in the order of their arrival
 * @sizes: (nullable): sent and target size of the first tile
 * @violation: (nullable): sizes of the first tile that the contract forbids, or that
 * differ from @sizes
 *
 * A server in this process that answers every tile with the sent picture, enlarged to
 * blocks of pixels where the target is larger. The server refuses everything that the
 * contract forbids, and keeps its answers. stable-diffusion.cpp answers with a picture of
 * other content when it can't read the sent one, which @turned_tile stands for.
 */
typedef struct
{
  SoupServer *server;
  GHashTable *answers; /* batch id -> GBytes */
  int         multiple_of;
  gboolean    resizes;
  const char *caption;
  const char *failing_tile;
  const char *turned_tile;
  guint       n_tiles;
  GPtrArray  *notes;
  char       *sizes;
  char       *violation;
} EchoEndpoint;

EchoEndpoint   *echo_endpoint_new (int multiple_of, gboolean resizes);
void            echo_endpoint_free (EchoEndpoint *endpoint);
UpscaleBackend *echo_endpoint_make_backend (EchoEndpoint *endpoint, UpscaleClock *clock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EchoEndpoint, echo_endpoint_free)

G_END_DECLS
