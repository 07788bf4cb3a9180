/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"
#include "upscale-endpoint-file.h"
#include "upscale-endpoint.h"

G_BEGIN_DECLS

/**
 * UpscaleEndpointTools:
 * @file: the endpoints the user has described
 * @local_program: path of the local endpoint's program
 * @clock: the time
 *
 * What endpoints are made with. Points at its maker's memory.
 */
typedef struct
{
  UpscaleEndpointFile *file;
  const char          *local_program;
  UpscaleClock        *clock;
} UpscaleEndpointTools;

GPtrArray       *upscale_endpoint_list_describe (const char                *text,
                                                 const UpscaleEndpointFile *file,
                                                 GError                   **error);
GPtrArray       *upscale_endpoint_list_new (const char                 *text,
                                            const UpscaleEndpointTools *tools,
                                            GError                    **error);
UpscaleEndpoint *upscale_endpoint_new_for_entry (const UpscaleEndpointEntry *entry,
                                                 GStrv                       key_parts,
                                                 const UpscaleEndpointTools *tools,
                                                 GError                    **error);

G_END_DECLS
