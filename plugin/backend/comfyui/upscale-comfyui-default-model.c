/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checkpoint that paints where the user names none. The server's lists do not tell a
 * whole checkpoint from a bare diffusion model: comfy/sd.py of ComfyUI 0.3.64 loads both,
 * and the node that needs the missing part fails. So the probe paints a small tile with
 * the first checkpoint, and with the next one if a part is missing.
 *
 * Loading a checkpoint takes up to a minute. Each check is a prompt under an id made from
 * the checkpoint's name, so the server's history has its outcome until the server starts
 * again. */
#include "upscale-comfyui-default-model.h"

#include <string.h>

/* Checkpoints that are checked before the next one becomes the default unchecked. */
#define MAX_CHECKED 4

static gboolean
is_over (const UpscaleComfyuiServerInfo *info)
{
  guint n_checkpoints =
      info->lists.checkpoints ? g_strv_length (info->lists.checkpoints) : 0;

  return info->n_bare >= MIN (n_checkpoints, MAX_CHECKED);
}

/**
 * upscale_comfyui_default_model_get:
 * @info: the server
 *
 * Returns: (transfer none) (nullable): the checkpoint that paints where none is named, or
 * another model where there is no checkpoint
 */
const char *
upscale_comfyui_default_model_get (const UpscaleComfyuiServerInfo *info)
{
  const char *checkpoint;

  g_return_val_if_fail (info != NULL, NULL);

  checkpoint = info->lists.checkpoints ? info->lists.checkpoints[info->n_bare] : NULL;
  return checkpoint || !info->models ? checkpoint : info->models[0];
}

/**
 * upscale_comfyui_default_model_needs_check:
 * @info: the server
 *
 * Returns: %TRUE if there is a choice, so that the default may have to be another one
 */
gboolean
upscale_comfyui_default_model_needs_check (const UpscaleComfyuiServerInfo *info)
{
  g_return_val_if_fail (info != NULL, FALSE);

  return upscale_comfyui_workflow_is_built_in (info->workflow) &&
         info->lists.checkpoints && g_strv_length (info->lists.checkpoints) > 1;
}

/**
 * upscale_comfyui_default_model_dup_id:
 * @info: the server
 *
 * Returns: (transfer full): the id of the prompt that checks the default, a UUID
 */
char *
upscale_comfyui_default_model_dup_id (const UpscaleComfyuiServerInfo *info)
{
  g_autofree char *text = NULL;
  g_autofree char *hex = NULL;

  g_return_val_if_fail (info != NULL, NULL);

  text = g_strconcat ("tile-upscale default model\n",
                      upscale_comfyui_default_model_get (info), NULL);
  hex = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  return g_strdup_printf ("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
                          hex + 20);
}

/**
 * upscale_comfyui_default_model_lacks_part:
 * @failure: (nullable): why a prompt has failed
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
 * @info: the server
 * @failure: (nullable): why the default could not paint the small tile
 *
 * Makes the next checkpoint the default where the present one lacks a part. Another
 * failure tells nothing about the model: the tiles will meet and report it.
 *
 * Returns: %TRUE if the new default is to be checked too
 */
gboolean
upscale_comfyui_default_model_note (UpscaleComfyuiServerInfo *info, const GError *failure)
{
  g_return_val_if_fail (info != NULL, FALSE);

  if (!upscale_comfyui_default_model_lacks_part (failure))
    return FALSE;
  g_debug ("checkpoint %u lacks a VAE or a text encoder", info->n_bare);
  info->n_bare++;
  return !is_over (info);
}

/**
 * upscale_comfyui_default_model_find_other:
 * @info: the server
 * @model: (nullable): a checkpoint that lacks a part
 *
 * Returns: (transfer none) (nullable): a checkpoint that may be whole
 */
const char *
upscale_comfyui_default_model_find_other (const UpscaleComfyuiServerInfo *info,
                                          const char                     *model)
{
  g_return_val_if_fail (info != NULL, NULL);

  for (gsize i = info->n_bare; info->lists.checkpoints && info->lists.checkpoints[i]; i++)
    if (g_strcmp0 (info->lists.checkpoints[i], model) != 0)
      return info->lists.checkpoints[i];
  return NULL;
}

/**
 * upscale_comfyui_default_model_dup_bare:
 * @info: the server
 *
 * Returns: (transfer full) (nullable): names of the checkpoints that were passed over
 */
char *
upscale_comfyui_default_model_dup_bare (const UpscaleComfyuiServerInfo *info)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;

  g_return_val_if_fail (info != NULL, NULL);

  if (info->n_bare == 0)
    return NULL;
  for (guint i = 0; i < info->n_bare; i++)
    g_strv_builder_add (builder, info->lists.checkpoints[i]);
  names = g_strv_builder_end (builder);
  return g_strjoinv ("', '", names);
}
