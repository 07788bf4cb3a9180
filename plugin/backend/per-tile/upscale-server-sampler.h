/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "upscale-capabilities.h"

G_BEGIN_DECLS

/**
 * UpscaleServerSampler:
 * @samplers: (nullable): the server's samplers, %NULL if not stated
 * @schedulers: (nullable): the server's noise schedules, %NULL if it has no choice of
 * them
 * @fallback: (nullable): the sampler to ask for where the user names none; %NULL to leave
 * the choice to the server
 *
 * The sampling that a server offers. Starts as zeros.
 */
typedef struct
{
  GStrv       samplers;
  GStrv       schedulers;
  const char *fallback;
} UpscaleServerSampler;

void                 upscale_server_sampler_read_sdcpp (UpscaleServerSampler *self,
                                                        JsonObject           *capabilities);
void                 upscale_server_sampler_clear (UpscaleServerSampler *self);
void                 upscale_server_sampler_describe (const UpscaleServerSampler *self,
                                                      UpscaleCapabilities        *capabilities);
gboolean             upscale_server_sampler_check (const UpscaleServerSampler *self,
                                                   const UpscaleGenParams     *gen_params,
                                                   GError                    **error);
UpscaleSamplerChoice upscale_server_sampler_choose (const UpscaleServerSampler *self,
                                                    const UpscaleGenParams *gen_params);
void                 upscale_server_sampler_add (const UpscaleServerSampler *self,
                                                 JsonBuilder                *builder,
                                                 const char                 *member,
                                                 const UpscaleGenParams     *gen_params);

G_END_DECLS
