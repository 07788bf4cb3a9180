/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "upscale-backend.h"
#include "upscale-clock.h"

G_BEGIN_DECLS

/**
 * EchoEndpoint:
 * @multiple_of: what sides must be a multiple of
 * @resizes: whether tiles may be sent smaller
 * @failing_tile: (nullable): id of a tile that it never paints
 * @n_tiles: how many tiles it was sent so far
 * @sizes: (nullable): sizes of the first tile, sent and wanted
 * @violation: (nullable): the first thing that the contract forbids, or that was another
 * size than @sizes
 *
 * A server in this process that answers every tile with what it was sent, each pixel a
 * block of pixels where it is to be enlarged. It keeps the contract strictly, and its
 * answers.
 */
typedef struct
{
  SoupServer *server;
  GHashTable *answers; /* batch id -> GBytes */
  int         multiple_of;
  gboolean    resizes;
  const char *failing_tile;
  guint       n_tiles;
  char       *sizes;
  char       *violation;
} EchoEndpoint;

EchoEndpoint   *echo_endpoint_new (int multiple_of, gboolean resizes);
void            echo_endpoint_free (EchoEndpoint *endpoint);
UpscaleBackend *echo_endpoint_make_backend (EchoEndpoint *endpoint, UpscaleClock *clock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EchoEndpoint, echo_endpoint_free)

G_END_DECLS
