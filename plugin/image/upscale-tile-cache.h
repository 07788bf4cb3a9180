/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _UpscaleTileCache UpscaleTileCache;

UpscaleTileCache *upscale_tile_cache_new (GFile *folder, guint64 max_bytes);
UpscaleTileCache *upscale_tile_cache_ref (UpscaleTileCache *cache);
void              upscale_tile_cache_unref (UpscaleTileCache *cache);

GBytes  *upscale_tile_cache_lookup (UpscaleTileCache *cache, const char *key);
gboolean upscale_tile_cache_insert (UpscaleTileCache *cache,
                                    const char       *key,
                                    GBytes           *tile,
                                    GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTileCache, upscale_tile_cache_unref)

G_END_DECLS
