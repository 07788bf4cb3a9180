/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleModelFamily:
 * @UPSCALE_MODEL_FAMILY_UNKNOWN: the name tells no family; most such models are SD 1.5
 * @UPSCALE_MODEL_FAMILY_SD1: Stable Diffusion 1.x
 * @UPSCALE_MODEL_FAMILY_SD2: Stable Diffusion 2.x
 * @UPSCALE_MODEL_FAMILY_SD3: Stable Diffusion 3.x
 * @UPSCALE_MODEL_FAMILY_SDXL: Stable Diffusion XL
 * @UPSCALE_MODEL_FAMILY_FLUX: Flux.1
 * @UPSCALE_MODEL_FAMILY_FLUX2: Flux.2
 * @UPSCALE_MODEL_FAMILY_Z_IMAGE: Z-Image
 * @UPSCALE_MODEL_FAMILY_QWEN_IMAGE: Qwen-Image
 * @UPSCALE_MODEL_FAMILY_SEEDVR2: SeedVR2
 *
 * Families of models. Guides, text encoders and autoencoders fit one family only.
 */
typedef enum
{
  UPSCALE_MODEL_FAMILY_UNKNOWN,
  UPSCALE_MODEL_FAMILY_SD1,
  UPSCALE_MODEL_FAMILY_SD2,
  UPSCALE_MODEL_FAMILY_SD3,
  UPSCALE_MODEL_FAMILY_SDXL,
  UPSCALE_MODEL_FAMILY_FLUX,
  UPSCALE_MODEL_FAMILY_FLUX2,
  UPSCALE_MODEL_FAMILY_Z_IMAGE,
  UPSCALE_MODEL_FAMILY_QWEN_IMAGE,
  UPSCALE_MODEL_FAMILY_SEEDVR2,
} UpscaleModelFamily;

#define UPSCALE_N_MODEL_FAMILIES 10

/**
 * UpscaleModelAdvice:
 * @native_px: side at which the model was trained, px, 0 if unknown
 * @steps: sampling steps, 0 if unknown
 * @cfg_scale: weight of the prompt, 0 if unknown
 *
 * Values that suit a model.
 */
typedef struct
{
  int    native_px;
  int    steps;
  double cfg_scale;
} UpscaleModelAdvice;

UpscaleModelFamily upscale_model_family_read (const char *name);
UpscaleModelAdvice upscale_model_family_advise (const char *name);
gboolean           upscale_model_family_uses_prompt (UpscaleModelFamily family);
gboolean           upscale_model_family_has_tile_controlnet (UpscaleModelFamily family);
gboolean           upscale_model_family_has_ip_adapter (UpscaleModelFamily family);

char *upscale_model_family_dup_folded (const char *name);

G_END_DECLS
