/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-tile-server.h"

G_BEGIN_DECLS

void upscale_tile_server_process_start (GTask                    *task,
                                        UpscaleTileServerAddress *address,
                                        UpscaleTileServerInfo    *info,
                                        UpscaleBatch             *batch,
                                        const UpscaleBatchFuncs  *funcs,
                                        gpointer                  funcs_data);
void upscale_tile_server_process_abandon (UpscaleTileServerAddress *address,
                                          UpscaleTileServerInfo    *info,
                                          UpscaleBatch             *batch);

G_END_DECLS
