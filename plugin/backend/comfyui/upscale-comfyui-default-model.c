/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checkpoint that paints where the user names none. The server's lists do not tell a
 * whole checkpoint from a bare diffusion model: comfy/sd.py of ComfyUI 0.3.64 loads both,
 * and the node that needs the missing part fails. So the probe paints a small tile with
 * the first checkpoint, and with the next one where a part is missing.
 *
 * Loading a checkpoint takes up to a minute. Each check is a prompt under an id made from
 * the checkpoint's name, so the server's history has its outcome until the server starts
 * again. */
#include "upscale-comfyui-private.h"

#include <string.h>

/* Checkpoints that are tried before the next one is taken without a trial. */
#define MOST_CHECKED 4

static gboolean
is_over (const UpscaleComfyuiFacts *facts)
{
  guint n_checkpoints = facts->checkpoints ? g_strv_length (facts->checkpoints) : 0;

  return facts->n_bare >= MIN (n_checkpoints, MOST_CHECKED);
}

/**
 * upscale_comfyui_default_model_get:
 * @facts: what the server has
 *
 * Returns: (transfer none) (nullable): the checkpoint that paints where none is named
 */
const char *
upscale_comfyui_default_model_get (const UpscaleComfyuiFacts *facts)
{
  const char *checkpoint = facts->checkpoints ? facts->checkpoints[facts->n_bare] : NULL;

  return checkpoint || !facts->checkpoints ? checkpoint : facts->checkpoints[0];
}

/**
 * upscale_comfyui_default_model_needs_check:
 * @facts: what the server has
 *
 * Returns: %TRUE if there is a choice, so that the default may have to be another one
 */
gboolean
upscale_comfyui_default_model_needs_check (const UpscaleComfyuiFacts *facts)
{
  return upscale_comfyui_workflow_is_built_in (facts->workflow) && facts->checkpoints &&
         g_strv_length (facts->checkpoints) > 1;
}

/**
 * upscale_comfyui_default_model_dup_id:
 * @facts: what the server has
 *
 * Returns: (transfer full): the id of the prompt that checks the default, a UUID
 */
char *
upscale_comfyui_default_model_dup_id (const UpscaleComfyuiFacts *facts)
{
  g_autofree char *text = g_strconcat ("tile-upscale default model\n",
                                       upscale_comfyui_default_model_get (facts), NULL);
  g_autofree char *hex = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strdup_printf ("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
                          hex + 20);
}

/**
 * upscale_comfyui_default_model_lacks_part:
 * @failure: why a prompt has failed
 *
 * ComfyUI says `VAE is invalid: None` in the nodes VAEEncode and VAEDecode, and `clip
 * input is invalid: None` in CLIPTextEncode.
 *
 * Returns: %TRUE if the checkpoint has no VAE or no text encoder
 */
gboolean
upscale_comfyui_default_model_lacks_part (const GError *failure)
{
  return failure && strstr (failure->message, "is invalid: None") != NULL;
}

/**
 * upscale_comfyui_default_model_note:
 * @facts: what the server has
 * @failure: (nullable): why the default could not paint the small tile
 *
 * Makes the next checkpoint the default where the present one lacks a part. Another
 * failure tells nothing about the model: the tiles will meet and report it.
 *
 * Returns: %TRUE if the new default is to be checked too
 */
gboolean
upscale_comfyui_default_model_note (UpscaleComfyuiFacts *facts, const GError *failure)
{
  if (!upscale_comfyui_default_model_lacks_part (failure))
    return FALSE;
  g_debug ("checkpoint %u lacks a VAE or a text encoder", facts->n_bare);
  facts->n_bare++;
  return !is_over (facts);
}

/**
 * upscale_comfyui_default_model_find_other:
 * @facts: what the server has
 * @model: (nullable): a checkpoint that lacks a part
 *
 * Returns: (transfer none) (nullable): a checkpoint that may be whole
 */
const char *
upscale_comfyui_default_model_find_other (const UpscaleComfyuiFacts *facts,
                                          const char                *model)
{
  for (gsize i = facts->n_bare; facts->checkpoints && facts->checkpoints[i]; i++)
    if (g_strcmp0 (facts->checkpoints[i], model) != 0)
      return facts->checkpoints[i];
  return NULL;
}

/**
 * upscale_comfyui_default_model_dup_bare:
 * @facts: what the server has
 *
 * Returns: (transfer full) (nullable): names of the checkpoints that were passed over
 */
char *
upscale_comfyui_default_model_dup_bare (const UpscaleComfyuiFacts *facts)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;

  if (facts->n_bare == 0)
    return NULL;
  for (guint i = 0; i < facts->n_bare; i++)
    g_strv_builder_add (builder, facts->checkpoints[i]);
  names = g_strv_builder_end (builder);
  return g_strjoinv ("', '", names);
}
