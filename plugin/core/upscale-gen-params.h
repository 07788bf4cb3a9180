/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "upscale-sampler-choice.h"

G_BEGIN_DECLS

typedef struct _UpscaleGenParams UpscaleGenParams;

/**
 * UpscaleLora:
 * @name: the name of the LoRA, as the endpoint lists it
 * @weight: the weight
 */
typedef struct
{
  char  *name;
  double weight;
} UpscaleLora;

/**
 * UpscaleGenParams:
 * @prompt: description of the picture, "" for none
 * @negative_prompt: description of unwanted content, "" for none
 * @strength: denoising strength, 0 to 1
 * @steps: sampling steps
 * @cfg_scale: strength of the prompt's effect
 * @seed: base seed; each tile gets its own from upscale_gen_params_derive_tile_seed()
 * @generation_px: side at which the model paints, 0 for that of the tile
 * @controlnet_enabled: %TRUE to use the tile ControlNet
 * @conditioning_scale: weight of the tile ControlNet
 * @ip_adapter_image: (nullable): the file of the reference picture
 * @ip_adapter_scale: weight of the reference picture
 * @loras: (element-type UpscaleLora): LoRAs to add
 * @model: model to use, "" for the endpoint's own choice
 * @sampler: sampler to use, "" for the endpoint's own choice
 * @scheduler: noise schedule to use, "" for the endpoint's own choice
 * @wants_captions: the tiles are described in words and not painted, so that no other
 * parameter has an effect
 *
 * All parameters that change the answer of an endpoint for the same pixels. Filled by its
 * creator, and read-only once shared. Ref-counted, atomically.
 */
struct _UpscaleGenParams
{
  char    *prompt;
  char    *negative_prompt;
  double   strength;
  int      steps;
  double   cfg_scale;
  gint64   seed;
  int      generation_px;
  gboolean controlnet_enabled;
  double   conditioning_scale;
  GBytes  *ip_adapter_image;
  double   ip_adapter_scale;
  GArray  *loras;
  char    *model;
  char    *sampler;
  char    *scheduler;
  gboolean wants_captions;
};

UpscaleGenParams *upscale_gen_params_new (void);
UpscaleGenParams *upscale_gen_params_ref (UpscaleGenParams *gen_params);
UpscaleGenParams *upscale_gen_params_copy (const UpscaleGenParams *gen_params);
void              upscale_gen_params_unref (UpscaleGenParams *gen_params);
void              upscale_gen_params_add_lora (UpscaleGenParams *gen_params,
                                               const char       *name,
                                               double            weight);
gboolean          upscale_gen_params_parse_loras (UpscaleGenParams *gen_params,
                                                  const char       *text,
                                                  GError          **error);
void              upscale_gen_params_digest_shared (const UpscaleGenParams *gen_params,
                                                    GChecksum              *checksum);
void              upscale_gen_params_digest_own (const UpscaleGenParams *gen_params,
                                                 GChecksum              *checksum);

UpscaleSamplerChoice
upscale_gen_params_get_sampler_choice (const UpscaleGenParams *gen_params);

gboolean upscale_gen_params_name_is_path (const char *name);
char    *upscale_gen_params_dup_bare_name (const char *name);

gint64 upscale_gen_params_derive_tile_seed (gint64 base_seed, guint tile_index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleGenParams, upscale_gen_params_unref)

G_END_DECLS
