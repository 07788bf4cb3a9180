/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-tile-server.h"

G_BEGIN_DECLS

typedef struct _UpscaleTileCall UpscaleTileCall;

UpscaleTileCall        *upscale_tile_call_new (UpscaleTileServerAddress *address,
                                               UpscaleTileServerInfo    *info,
                                               UpscaleTileRequest       *request);
void                    upscale_tile_call_free (UpscaleTileCall *call);
void                    upscale_tile_call_resume (UpscaleTileCall *call,
                                                  const char      *remote_id,
                                                  gboolean         is_accepted);
const UpscaleTileReply *upscale_tile_call_get_reply (const UpscaleTileCall *call);
const UpscaleTile      *upscale_tile_call_get_tile (const UpscaleTileCall *call);

void     upscale_tile_call_run_async (UpscaleTileCall *call,
                                      void (*on_reply_changed) (gpointer user_data),
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
gboolean upscale_tile_call_run_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTileCall, upscale_tile_call_free)

G_END_DECLS
