/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-endpoint.h"

G_BEGIN_DECLS

typedef struct _UpscaleEndpointPool UpscaleEndpointPool;

UpscaleEndpointPool *upscale_endpoint_pool_new (UpscalePolicy policy, guint n_tiles);
void                 upscale_endpoint_pool_free (UpscaleEndpointPool *pool);
void  upscale_endpoint_pool_add (UpscaleEndpointPool *pool, UpscaleEndpoint *endpoint);
guint upscale_endpoint_pool_get_length (const UpscaleEndpointPool *pool);
UpscaleEndpoint *upscale_endpoint_pool_get (const UpscaleEndpointPool *pool, guint i);

gboolean upscale_endpoint_pool_is_alive (const UpscaleEndpointPool *pool);
gboolean upscale_endpoint_pool_has_others (const UpscaleEndpointPool *pool,
                                           UpscaleEndpoint           *endpoint);
guint    upscale_endpoint_pool_count_slots (const UpscaleEndpointPool *pool,
                                            UpscaleEndpoint           *endpoint);
guint    upscale_endpoint_pool_count_with_queued (const UpscaleEndpointPool *pool,
                                                  UpscaleEndpoint           *endpoint);
guint    upscale_endpoint_pool_choose_batch_size (const UpscaleEndpointPool *pool,
                                                  UpscaleEndpoint           *endpoint,
                                                  guint                      n_waiting,
                                                  gboolean                   is_queued);

gint64 upscale_endpoint_pool_get_next_wake_up (const UpscaleEndpointPool *pool,
                                               gint64                     now_us);
gint64 upscale_endpoint_pool_get_wait_us (const UpscaleEndpointPool *pool, gint64 now_us);
double upscale_endpoint_pool_get_fastest_s (const UpscaleEndpointPool *pool);
double upscale_endpoint_pool_get_tiles_per_s (const UpscaleEndpointPool *pool);
double upscale_endpoint_pool_get_dollars_per_s (const UpscaleEndpointPool *pool);
double upscale_endpoint_pool_get_cost (const UpscaleEndpointPool *pool, gint64 now_us);
char  *upscale_endpoint_pool_dup_reasons (const UpscaleEndpointPool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleEndpointPool, upscale_endpoint_pool_free)

G_END_DECLS
