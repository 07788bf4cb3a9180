/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"
#include "upscale-endpoint-file.h"
#include "upscale-endpoint.h"

G_BEGIN_DECLS

/**
 * UpscaleEndpointTools:
 * @file: the endpoints that the user has described
 * @local_program: path of the local endpoint's program
 * @clock: clock for polls and deadlines
 * @workflows: (nullable): folder of the user's workflows for ComfyUI; need not exist
 *
 * The parts that endpoints are made with. Points at memory of its owner.
 */
typedef struct
{
  UpscaleEndpointFile *file;
  const char          *local_program;
  UpscaleClock        *clock;
  const char          *workflows;
} UpscaleEndpointTools;

UpscaleEndpoint *upscale_endpoint_tools_make (const UpscaleEndpointTools *tools,
                                              const UpscaleEndpointEntry *entry,
                                              GStrv                       key_parts,
                                              GError                    **error);

G_END_DECLS
