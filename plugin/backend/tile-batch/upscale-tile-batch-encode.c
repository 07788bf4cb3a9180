/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-batch-encode.h"

#include "upscale-json.h"

#define PROTOCOL 1

/* The endpoint appends the texts to those of the request. */
static void
add_texts (JsonBuilder *builder, const UpscaleTileSettings *settings)
{
  if (*settings->prompt)
    upscale_json_add_string (builder, "prompt", settings->prompt);
  if (*settings->negative_prompt)
    upscale_json_add_string (builder, "negative_prompt", settings->negative_prompt);
}

static void
add_tile (JsonBuilder *builder, const UpscaleTileMessage *message)
{
  char id[16];

  g_snprintf (id, sizeof id, "%u", message->tile.index);
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "id", id);
  upscale_json_add_int (builder, "index", message->tile.index);
  upscale_json_add_int (builder, "row", message->tile.row);
  upscale_json_add_int (builder, "col", message->tile.col);
  upscale_json_add_int (builder, "x", message->target_x_px);
  upscale_json_add_int (builder, "y", message->target_y_px);
  upscale_json_add_int (builder, "width", message->width_px);
  upscale_json_add_int (builder, "height", message->height_px);
  upscale_json_add_int (builder, "seed", message->seed);
  if (message->settings)
    add_texts (builder, message->settings);
  upscale_json_add_base64 (builder, "image", message->image);
  json_builder_end_object (builder);
}

static void
add_tiles (JsonBuilder *builder, const UpscaleBatch *batch)
{
  json_builder_set_member_name (builder, "tiles");
  json_builder_begin_array (builder);
  for (guint i = 0; i < batch->tiles->len; i++)
    add_tile (builder, batch->tiles->pdata[i]);
  json_builder_end_array (builder);
}

static void
add_loras (JsonBuilder *builder, const UpscaleGenParams *gen_params)
{
  json_builder_set_member_name (builder, "loras");
  json_builder_begin_array (builder);
  for (guint i = 0; i < gen_params->loras->len; i++)
    {
      const UpscaleLora *lora = &g_array_index (gen_params->loras, UpscaleLora, i);

      json_builder_begin_object (builder);
      upscale_json_add_string (builder, "name", lora->name);
      upscale_json_add_double (builder, "weight", lora->weight);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_model_config (JsonBuilder *builder, const UpscaleGenParams *gen_params)
{
  upscale_json_begin_object (builder, "model_config");
  upscale_json_add_string (builder, "base_model", gen_params->model);
  upscale_json_begin_object (builder, "controlnet");
  upscale_json_add_boolean (builder, "enabled", gen_params->controlnet_enabled);
  upscale_json_add_string (builder, "model", "");
  upscale_json_add_double (builder, "conditioning_scale", gen_params->conditioning_scale);
  upscale_json_add_double (builder, "guidance_start", 0.0);
  upscale_json_add_double (builder, "guidance_end", 1.0);
  json_builder_end_object (builder);
  add_loras (builder, gen_params);
  json_builder_end_object (builder);
}

/* All tiles of a batch have one strength. */
static void
add_gen_params (JsonBuilder               *builder,
                const UpscaleGenParams    *gen_params,
                const UpscaleTileSettings *settings)
{
  g_autofree char *sampler = upscale_sampler_choice_dup_text (
      upscale_gen_params_get_sampler_choice (gen_params));

  upscale_json_begin_object (builder, "gen_params");
  upscale_json_add_double (builder, "strength",
                           settings ? settings->strength : gen_params->strength);
  upscale_json_add_int (builder, "steps", gen_params->steps);
  upscale_json_add_double (builder, "cfg_scale", gen_params->cfg_scale);
  upscale_json_add_int (builder, "seed", gen_params->seed);
  upscale_json_add_string (builder, "sampler", sampler);
  upscale_json_add_int (builder, "gen_res", gen_params->generation_px);
  json_builder_end_object (builder);
}

static void
add_ip_adapter (JsonBuilder *builder, const UpscaleGenParams *gen_params)
{
  upscale_json_add_boolean (builder, "ip_adapter_enabled",
                            gen_params->ip_adapter_image != NULL);
  if (gen_params->ip_adapter_image)
    upscale_json_add_base64 (builder, "ip_adapter_image_bytes",
                             gen_params->ip_adapter_image);
  upscale_json_add_double (builder, "ip_adapter_scale", gen_params->ip_adapter_scale);
}

static void
add_sizes (JsonBuilder *builder, const UpscaleTileMessage *first)
{
  upscale_json_add_int (builder, "target_width", first->target_width_px);
  upscale_json_add_int (builder, "target_height", first->target_height_px);
  if (first->picture_width_px == 0 || first->picture_height_px == 0)
    return;
  upscale_json_add_int (builder, "picture_width", first->picture_width_px);
  upscale_json_add_int (builder, "picture_height", first->picture_height_px);
}

static void
add_painting (JsonBuilder *builder, const UpscaleBatch *batch)
{
  const UpscaleTileMessage *first = batch->tiles->pdata[0];

  add_model_config (builder, batch->gen_params);
  add_gen_params (builder, batch->gen_params, first->settings);
  upscale_json_add_string (builder, "global_prompt", batch->gen_params->prompt);
  upscale_json_add_string (builder, "negative_prompt",
                           batch->gen_params->negative_prompt);
  add_ip_adapter (builder, batch->gen_params);
  add_sizes (builder, first);
}

/* Writes only what every request must have. A model that describes tiles needs no prompts
 * of the user's. */
static void
add_caption (JsonBuilder *builder)
{
  upscale_json_begin_object (builder, "model_config");
  json_builder_end_object (builder);
  upscale_json_begin_object (builder, "gen_params");
  json_builder_end_object (builder);
  upscale_json_add_string (builder, "global_prompt", "");
  upscale_json_add_string (builder, "negative_prompt", "");
  upscale_json_add_boolean (builder, "caption", TRUE);
}

/**
 * upscale_tile_batch_encode:
 * @batch: a batch of at least one tile
 * @lease_s: time without a poll after which the endpoint stops the batch, in seconds
 *
 * Writes the request of `endpoint/tile-batch.schema.json`. May be called from any thread.
 *
 * Returns: (transfer full): JSON
 */
GBytes *
upscale_tile_batch_encode (const UpscaleBatch *batch, int lease_s)
{
  g_autoptr (JsonBuilder) builder = NULL;

  g_return_val_if_fail (batch && batch->tiles->len > 0, NULL);

  builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  upscale_json_add_int (builder, "protocol", PROTOCOL);
  upscale_json_add_string (builder, "batch_id", batch->id);
  add_tiles (builder, batch);
  if (batch->gen_params->wants_captions)
    add_caption (builder);
  else
    add_painting (builder, batch);
  upscale_json_add_int (builder, "lease_s", lease_s);
  return upscale_json_end (builder);
}
