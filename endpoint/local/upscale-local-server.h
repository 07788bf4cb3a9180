/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "upscale-local-models.h"

G_BEGIN_DECLS

#define UPSCALE_LOCAL_TYPE_SERVER (upscale_local_server_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleLocalServer,
                      upscale_local_server,
                      UPSCALE_LOCAL,
                      SERVER,
                      GObject)

/**
 * UpscaleLocalOptions:
 * @n_workers: tiles painted at once
 * @max_tiles: tiles in a batch
 * @max_jobs: batches that may run or wait at once
 * @max_body_bytes: largest request
 */
typedef struct
{
  guint n_workers;
  int   max_tiles;
  guint max_jobs;
  gsize max_body_bytes;
} UpscaleLocalOptions;

UpscaleLocalServer *upscale_local_server_new (UpscaleLocalModels *models,
                                              UpscaleLocalOptions options);
gboolean
upscale_local_server_listen (UpscaleLocalServer *server, GSocket *socket, GError **error);

G_END_DECLS
