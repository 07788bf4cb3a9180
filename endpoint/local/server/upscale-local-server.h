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
 * @token: (nullable): the secret that every request must bring, %NULL for none
 * @n_workers: tiles painted at once
 * @max_tiles: tiles in a batch
 * @max_jobs: batches that may run or wait at once
 * @max_body_bytes: largest request
 * @max_memory_bytes: what requests, target pixels and results may take together
 * @connections: what clients must get along with
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
