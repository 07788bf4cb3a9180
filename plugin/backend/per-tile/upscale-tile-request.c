/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-request.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-model-names.h"

/* A PNG file of 16-bit noise with alpha, in base64, takes no more. */
#define MAX_BYTES_PER_PIXEL 11
/* Some servers send the request back with the picture. The request holds each picture of
 * ours once or twice, in base64. */
#define MAX_ECHOES 3

/* Some servers refuse an empty prompt. These words suit any picture. */
#define FALLBACK_PROMPT "highly detailed"

/**
 * upscale_tile_request_new:
 * @gen_params: how to paint the picture
 * @tile: the tile to paint
 *
 * Returns: (transfer full): a request with the parameters of @tile
 */
UpscaleTileRequest *
upscale_tile_request_new (UpscaleGenParams *gen_params, UpscaleTileMessage *tile)
{
  UpscaleTileRequest *request;

  g_return_val_if_fail (gen_params != NULL, NULL);
  g_return_val_if_fail (tile != NULL, NULL);

  request = g_new0 (UpscaleTileRequest, 1);
  request->gen_params = upscale_tile_settings_apply (tile->settings, gen_params);
  request->tile = upscale_tile_message_ref (tile);
  return request;
}

/**
 * upscale_tile_request_new_probe:
 * @gen_params: how to paint
 * @tile: a small tile
 *
 * Returns: (transfer full): a request that shows whether the server can paint
 */
UpscaleTileRequest *
upscale_tile_request_new_probe (UpscaleGenParams *gen_params, UpscaleTileMessage *tile)
{
  UpscaleTileRequest *request = upscale_tile_request_new (gen_params, tile);

  g_return_val_if_fail (request != NULL, NULL);

  request->is_probe = TRUE;
  return request;
}

/**
 * upscale_tile_request_free:
 * @request: (transfer full): a request
 */
void
upscale_tile_request_free (UpscaleTileRequest *request)
{
  g_return_if_fail (request != NULL);

  upscale_gen_params_unref (request->gen_params);
  upscale_tile_message_unref (request->tile);
  g_free (request->work_id);
  g_free (request);
}

/**
 * upscale_tile_request_get_prompt:
 * @request: a request
 *
 * Returns: (transfer none): the prompt, or words that suit any picture where the user
 * gave none
 */
const char *
upscale_tile_request_get_prompt (const UpscaleTileRequest *request)
{
  const char *prompt;

  g_return_val_if_fail (request != NULL, NULL);

  prompt = request->gen_params->prompt;
  while (g_ascii_isspace (*prompt))
    prompt++;
  return *prompt ? request->gen_params->prompt : FALLBACK_PROMPT;
}

/**
 * upscale_tile_request_count_answer_bytes:
 * @request: a request
 *
 * Returns: the size of the largest answer with the painted tile, in bytes
 */
gsize
upscale_tile_request_count_answer_bytes (const UpscaleTileRequest *request)
{
  const UpscaleTileMessage *tile;
  GBytes                   *reference;
  gsize                     n_sent;

  g_return_val_if_fail (request != NULL, 0);

  tile = request->tile;
  reference = request->gen_params->ip_adapter_image;
  n_sent =
      g_bytes_get_size (tile->image) * 2 + (reference ? g_bytes_get_size (reference) : 0);
  return MAX_ECHOES * n_sent + (gsize) tile->target_width_px *
                                   (gsize) tile->target_height_px * MAX_BYTES_PER_PIXEL;
}

static gboolean
is_listed (GStrv names, const char *name)
{
  return !names || upscale_model_names_find ((const char *const *) names, name);
}

/**
 * upscale_tile_request_check_names:
 * @request: a request
 * @models: (nullable): the server's models, %NULL when it does not list them
 * @loras: (nullable): the server's LoRAs, likewise
 * @error: return location for an error
 *
 * Servers paint without a model or a LoRA that they do not have and report a success, or
 * refuse the request without naming it.
 *
 * Returns: %TRUE if the server has all models that @request names, or %FALSE with
 * %UPSCALE_ERROR_REJECTED
 */
gboolean
upscale_tile_request_check_names (const UpscaleTileRequest *request,
                                  GStrv                     models,
                                  GStrv                     loras,
                                  GError                  **error)
{
  const UpscaleGenParams *gen_params;

  g_return_val_if_fail (request != NULL, FALSE);

  gen_params = request->gen_params;
  if (*gen_params->model && !is_listed (models, gen_params->model))
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
                   _ ("it has no model '%s'; choose one of its models, or leave the "
                      "choice to the server"),
                   gen_params->model);
      return FALSE;
    }
  for (guint i = 0; i < gen_params->loras->len; i++)
    {
      const char *name = g_array_index (gen_params->loras, UpscaleLora, i).name;

      if (is_listed (loras, name))
        continue;
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
                   _ ("it has no LoRA '%s'; choose one of its LoRAs, or leave it out"),
                   name);
      return FALSE;
    }
  return TRUE;
}
