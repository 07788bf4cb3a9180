/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-server.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-model-names.h"

#define MOST_LISTS_BYTES ((gsize) 64 << 20)
/* Noise in 16 bits with alpha, in base64: no picture takes more. */
#define MOST_BYTES_PER_PIXEL 11
/* What some servers send along: the whole request, in base64, with every picture in it
 * once or twice. */
#define MOST_ECHOES 3

/* Some servers refuse an empty prompt. This one holds for any picture. */
#define FALLBACK_PROMPT "highly detailed"

/**
 * upscale_facts_new:
 * @address: a server
 *
 * Returns: (transfer full): what is known of it before it was asked
 */
gpointer
upscale_facts_new (const UpscaleTileServerAddress *address)
{
  gpointer facts = g_atomic_rc_box_alloc0 (address->kind->facts_size);

  address->kind->facts_init (facts, address->base);
  return facts;
}

/**
 * upscale_facts_ref:
 * @facts: facts
 *
 * Returns: (transfer full): @facts
 */
gpointer
upscale_facts_ref (gpointer facts)
{
  return g_atomic_rc_box_acquire (facts);
}

/**
 * upscale_facts_unref:
 * @kind: whose facts they are
 * @facts: (transfer full): facts
 *
 * Drops a reference.
 */
void
upscale_facts_unref (const UpscaleTileServer *kind, gpointer facts)
{
  g_atomic_rc_box_release_full (facts, kind->facts_clear);
}

/**
 * upscale_tile_request_new:
 * @kind: who speaks
 * @facts: what the server has said of itself
 * @gen_params: how to paint
 * @tile: what to paint; outlives the talk
 *
 * Returns: (transfer full): a talk that has not begun
 */
UpscaleTileRequest *
upscale_tile_request_new (const UpscaleTileServer  *kind,
                          gpointer                  facts,
                          UpscaleGenParams         *gen_params,
                          const UpscaleTileMessage *tile)
{
  UpscaleTileRequest *talk = g_new0 (UpscaleTileRequest, 1);

  talk->kind = kind;
  talk->facts = upscale_facts_ref (facts);
  talk->gen_params = upscale_gen_params_ref (gen_params);
  talk->tile = tile;
  talk->own = kind->own_size > 0 ? g_malloc0 (kind->own_size) : NULL;
  return talk;
}

/**
 * upscale_tile_request_free:
 * @talk: (transfer full): a talk
 */
void
upscale_tile_request_free (UpscaleTileRequest *talk)
{
  if (talk->own && talk->kind->own_clear)
    talk->kind->own_clear (talk->own);
  g_free (talk->own);
  upscale_facts_unref (talk->kind, talk->facts);
  upscale_gen_params_unref (talk->gen_params);
  g_free (talk->work_id);
  g_free (talk->remote_id);
  g_clear_pointer (&talk->picture, g_bytes_unref);
  g_clear_error (&talk->failure);
  g_free (talk->version);
  g_free (talk);
}

/**
 * upscale_tile_request_get_prompt:
 * @talk: a talk
 *
 * Returns: (transfer none): what the picture shows; never empty
 */
const char *
upscale_tile_request_get_prompt (const UpscaleTileRequest *talk)
{
  const char *prompt = talk->gen_params->prompt;

  while (g_ascii_isspace (*prompt))
    prompt++;
  return *prompt ? talk->gen_params->prompt : FALLBACK_PROMPT;
}

static gboolean
is_listed (GStrv names, const char *name)
{
  return !names || upscale_model_names_find ((const char *const *) names, name);
}

/**
 * upscale_tile_request_check_names:
 * @talk: a talk
 * @models: (nullable): models that the server has, %NULL when it does not say
 * @loras: (nullable): LoRAs that it has, likewise
 * @error: return location for an error
 *
 * Servers paint without a model or a LoRA that they don't have, and say nothing, or
 * refuse the request without its name.
 *
 * Returns: %TRUE if the server has all that the gen_params names, or %FALSE with
 * %UPSCALE_ERROR_REJECTED
 */
gboolean
upscale_tile_request_check_names (const UpscaleTileRequest *talk,
                                  GStrv                     models,
                                  GStrv                     loras,
                                  GError                  **error)
{
  const UpscaleGenParams *gen_params = talk->gen_params;

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

static gsize
count_most_bytes (const UpscaleTileRequest *talk)
{
  const UpscaleTileMessage *tile = talk->tile;
  GBytes                   *reference = talk->gen_params->ip_adapter_image;
  gsize                     sent =
      g_bytes_get_size (tile->image) * 2 + (reference ? g_bytes_get_size (reference) : 0);

  return MOST_LISTS_BYTES + MOST_ECHOES * sent +
         (gsize) tile->target_width_px * (gsize) tile->target_height_px *
             MOST_BYTES_PER_PIXEL;
}

/**
 * upscale_tile_request_run_async:
 * @talk: a talk; outlives the run
 * @address: whom to talk to
 * @on_request_built: called before each request is sent, with @user_data
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread; ended by upscale_request_loop_run_finish()
 * @user_data: for both
 *
 * Has the tile painted.
 */
void
upscale_tile_request_run_async (UpscaleTileRequest             *talk,
                                const UpscaleTileServerAddress *address,
                                void (*on_request_built) (gpointer data),
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  UpscaleRequestLoopPlan plan = {
    .http = address->http,
    .base = address->base,
    .clock = address->clock,
    .build_next = talk->kind->paint,
    .state = talk,
    .max_answer_bytes = count_most_bytes (talk),
    .on_request_built = on_request_built,
    .data = user_data,
  };

  upscale_request_loop_run_async (&plan, cancellable, callback, user_data);
}

/**
 * upscale_tile_request_stop_async:
 * @talk: a talk with a @remote_id, of a kind that can stop; outlives the run
 * @address: whom to talk to
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread; ended by upscale_request_loop_run_finish()
 * @user_data: for @callback
 *
 * Stops the tile there, as far as the server lets us.
 */
void
upscale_tile_request_stop_async (UpscaleTileRequest             *talk,
                                 const UpscaleTileServerAddress *address,
                                 GCancellable                   *cancellable,
                                 GAsyncReadyCallback             callback,
                                 gpointer                        user_data)
{
  UpscaleRequestLoopPlan plan = {
    .http = address->http,
    .base = address->base,
    .clock = address->clock,
    .build_next = talk->kind->stop,
    .state = talk,
    .max_answer_bytes = MOST_LISTS_BYTES,
  };

  talk->stage = 0;
  upscale_request_loop_run_async (&plan, cancellable, callback, user_data);
}
