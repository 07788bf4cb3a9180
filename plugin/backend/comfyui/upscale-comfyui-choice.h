/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleComfyuiLists:
 * @checkpoints: (nullable): whole checkpoints, with text encoder and VAE
 * @diffusion_models: (nullable): diffusion models without these
 * @ggufs: (nullable): quantized diffusion models, of the nodes of ComfyUI-GGUF
 * @text_encoders: (nullable): text encoders
 * @gguf_text_encoders: (nullable): text encoders that the nodes of ComfyUI-GGUF load
 * @vaes: (nullable): autoencoders
 *
 * The files that a server lists. Starts as zeros.
 */
typedef struct
{
  GStrv checkpoints;
  GStrv diffusion_models;
  GStrv ggufs;
  GStrv text_encoders;
  GStrv gguf_text_encoders;
  GStrv vaes;
} UpscaleComfyuiLists;

#define UPSCALE_COMFYUI_MAX_ENCODERS 2

/**
 * UpscaleComfyuiChoice:
 * @workflow: name of the workflow, a file of `data/workflows` without its ending
 * @model: the model, as the server spells it
 * @loader: class of the node that loads @model
 * @encoder_loader: (nullable): class of the node that loads the text encoders
 * @encoders: (nullable): the text encoders
 * @vae: (nullable): the autoencoder
 * @sampler: the sampler that suits the model
 * @scheduler: the noise schedule that suits the model
 *
 * The workflow for a model, and the files that it loads. Strings live as long as the
 * lists and the name that the choice was made from.
 */
typedef struct
{
  const char *workflow;
  const char *model;
  const char *loader;
  const char *encoder_loader;
  const char *encoders[UPSCALE_COMFYUI_MAX_ENCODERS];
  const char *vae;
  const char *sampler;
  const char *scheduler;
} UpscaleComfyuiChoice;

#define UPSCALE_COMFYUI_LOADER "CheckpointLoaderSimple"
#define UPSCALE_COMFYUI_DEFAULT_WORKFLOW "checkpoint"

extern const char *const UPSCALE_COMFYUI_WORKFLOWS[];

void        upscale_comfyui_choice_clear_lists (UpscaleComfyuiLists *lists);
gboolean    upscale_comfyui_choice_make (const UpscaleComfyuiLists *lists,
                                         const char                *model,
                                         UpscaleComfyuiChoice      *choice,
                                         char                     **missing);
const char *upscale_comfyui_choice_find_workflow (const char *model);
gboolean    upscale_comfyui_choice_is_whole (const UpscaleComfyuiChoice *choice);

G_END_DECLS
