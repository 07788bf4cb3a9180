/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-endpoint-entry.h"

G_BEGIN_DECLS

typedef struct _UpscaleEndpointFile UpscaleEndpointFile;

UpscaleEndpointFile *upscale_endpoint_file_load (GFile *file);
void                 upscale_endpoint_file_free (UpscaleEndpointFile *endpoints);

const char *upscale_endpoint_file_get_problem (const UpscaleEndpointFile *endpoints);
GPtrArray  *upscale_endpoint_file_get_entries (const UpscaleEndpointFile *endpoints);
const UpscaleEndpointEntry *
upscale_endpoint_file_lookup (const UpscaleEndpointFile *endpoints, const char *name);
char    *upscale_endpoint_file_dup_default (const UpscaleEndpointFile *endpoints);
gboolean upscale_endpoint_file_save (UpscaleEndpointFile *endpoints,
                                     GPtrArray           *entries,
                                     GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleEndpointFile, upscale_endpoint_file_free)

G_END_DECLS
