/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-endpoint.h"
#include "upscale-policy.h"

G_BEGIN_DECLS

guint    upscale_endpoint_pool_count_alive (GPtrArray *endpoints);
gboolean upscale_endpoint_pool_has_others (GPtrArray       *endpoints,
                                           UpscaleEndpoint *endpoint);
guint    upscale_endpoint_pool_count_slots (GPtrArray    *endpoints,
                                            UpscalePolicy policy,
                                            guint         n_tiles);
gint64   upscale_endpoint_pool_get_next_awakening (GPtrArray *endpoints, gint64 now_us);
char    *upscale_endpoint_pool_describe (GPtrArray *endpoints);

guint    upscale_endpoint_count_slots (UpscaleEndpoint *endpoint,
                                       UpscalePolicy    policy,
                                       guint            n_tiles);
guint    upscale_endpoint_count_places (UpscaleEndpoint *endpoint,
                                        UpscalePolicy    policy,
                                        guint            n_tiles);
gboolean upscale_endpoint_is_alive (UpscaleEndpoint *endpoint);

G_END_DECLS
