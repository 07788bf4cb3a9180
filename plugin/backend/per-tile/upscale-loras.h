/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-json.h"
#include "upscale-gen-params.h"

G_BEGIN_DECLS

/**
 * UpscaleLoras:
 * @names: (nullable): names of LoRAs, %NULL until they were read
 * @paths: (nullable): where each lies, as the server wants it said
 *
 * The LoRAs of a stable-diffusion.cpp server, whose requests name them by path. A value.
 */
typedef struct
{
  GStrv names;
  GStrv paths;
} UpscaleLoras;

/* Between the denoisers, one that adds no noise of its own: noise would differ from tile
 * to tile. */
#define UPSCALE_SDCPP_SAMPLER "euler"

gboolean upscale_sdcpp_owner_has_chosen_sampler (JsonObject *capabilities);

void upscale_loras_read (UpscaleLoras *loras, JsonArray *array);
void upscale_loras_add (const UpscaleLoras     *loras,
                        JsonBuilder            *builder,
                        const UpscaleGenParams *gen_params);
void upscale_loras_clear (UpscaleLoras *loras);

G_END_DECLS
