/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-json.h"
#include "upscale-gen-params.h"

G_BEGIN_DECLS

/**
 * UpscaleLoras:
 * @names: (nullable): names of LoRAs, %NULL until a list was read
 * @paths: (nullable): the path of each, which requests to stable-diffusion.cpp carry
 *
 * The LoRAs that a server lists. A value.
 */
typedef struct
{
  GStrv names;
  GStrv paths;
} UpscaleLoras;

void upscale_loras_read (UpscaleLoras *loras, JsonArray *array);
void upscale_loras_add (const UpscaleLoras     *loras,
                        JsonBuilder            *builder,
                        const UpscaleGenParams *gen_params);
void upscale_loras_clear (UpscaleLoras *loras);

G_END_DECLS
