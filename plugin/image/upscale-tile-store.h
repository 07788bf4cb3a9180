/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _UpscaleTileStore UpscaleTileStore;

UpscaleTileStore *upscale_tile_store_new (GFile *folder, guint64 max_bytes);
UpscaleTileStore *upscale_tile_store_ref (UpscaleTileStore *store);
void              upscale_tile_store_unref (UpscaleTileStore *store);

GBytes  *upscale_tile_store_lookup (UpscaleTileStore *store, const char *key);
gboolean upscale_tile_store_insert (UpscaleTileStore *store,
                                    const char       *key,
                                    GBytes           *tile,
                                    GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTileStore, upscale_tile_store_unref)

G_END_DECLS
