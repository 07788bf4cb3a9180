/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-tile-server.h"

G_BEGIN_DECLS

void upscale_tile_cancel_run_async (UpscaleTileServerAddress *address,
                                    UpscaleTileServerInfo    *info,
                                    const char               *remote_id,
                                    GCancellable             *cancellable,
                                    GAsyncReadyCallback       callback,
                                    gpointer                  user_data);
void upscale_tile_cancel_run_finish (GAsyncResult *result);

G_END_DECLS
