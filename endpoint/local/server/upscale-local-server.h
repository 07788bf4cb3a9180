/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "upscale-local-listener.h"
#include "upscale-local-models.h"

G_BEGIN_DECLS

#define UPSCALE_LOCAL_TYPE_SERVER (upscale_local_server_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleLocalServer,
                      upscale_local_server,
                      UPSCALE_LOCAL,
                      SERVER,
                      GObject)

/**
 * UpscaleLocalServerOptions:
 * @token: (nullable): the token that every request must have, %NULL for none
 * @n_workers: tiles painted at once
 * @max_tiles: the most tiles of a batch
 * @max_jobs: the most batches that run or wait at once
 * @max_body_bytes: the largest request
 * @max_memory_bytes: the most memory of requests, target pixels and results together
 * @connections: limits of connections
 */
typedef struct
{
  char                      *token;
  guint                      n_workers;
  int                        max_tiles;
  guint                      max_jobs;
  gsize                      max_body_bytes;
  gsize                      max_memory_bytes;
  UpscaleLocalListenerLimits connections;
} UpscaleLocalServerOptions;

UpscaleLocalServer *upscale_local_server_new (UpscaleLocalModels       *models,
                                              UpscaleLocalServerOptions options);
void     upscale_local_server_listen (UpscaleLocalServer *server, GSocket *socket);
gboolean upscale_local_server_stop (UpscaleLocalServer *server);

G_END_DECLS
