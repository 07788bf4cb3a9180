/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-tile-server.h"

G_BEGIN_DECLS

void upscale_tile_server_probe_start (GTask *task, UpscaleTileServerAddress *address);
UpscaleTileServerInfo *upscale_tile_server_probe_ref_info (GTask *task);

G_END_DECLS
