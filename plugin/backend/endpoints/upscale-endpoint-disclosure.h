/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-endpoint-entry.h"

G_BEGIN_DECLS

/**
 * UpscaleEndpointDisclosure:
 * @n_tiles: number of tiles
 * @is_whole: whether the tiles cover the whole layer
 * @has_reference: whether a reference picture goes along
 *
 * The pictures that a job sends. A value.
 */
typedef struct
{
  guint    n_tiles;
  gboolean is_whole;
  gboolean has_reference;
} UpscaleEndpointDisclosure;

char *upscale_endpoint_disclosure_dup_host (const UpscaleEndpointEntry *entry);
char *upscale_endpoint_disclosure_describe (UpscaleEndpointDisclosure what,
                                            GPtrArray                *entries);
char *upscale_endpoint_disclosure_describe_captions (guint n_tiles, GPtrArray *entries);

G_END_DECLS
