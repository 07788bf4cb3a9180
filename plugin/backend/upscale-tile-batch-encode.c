/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-batch-codec.h"

#include <json-glib/json-glib.h>

#define PROTOCOL 1

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_base64 (JsonBuilder *builder, const char *name, GBytes *bytes)
{
  gsize            size = 0;
  const guint8    *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_base64_encode (data, size);

  add_string (builder, name, text);
}

static void
begin_object (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

static void
add_tile (JsonBuilder *builder, const UpscaleTileMessage *message)
{
  char id[16];

  g_snprintf (id, sizeof id, "%u", message->tile.index);
  json_builder_begin_object (builder);
  add_string (builder, "id", id);
  add_int (builder, "index", message->tile.index);
  add_int (builder, "row", message->tile.row);
  add_int (builder, "col", message->tile.col);
  add_int (builder, "x", message->tile.rect.x);
  add_int (builder, "y", message->tile.rect.y);
  add_int (builder, "width", message->width_px);
  add_int (builder, "height", message->height_px);
  add_int (builder, "seed", message->seed);
  add_base64 (builder, "image", message->image);
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
add_loras (JsonBuilder *builder, const UpscaleRecipe *recipe)
{
  json_builder_set_member_name (builder, "loras");
  json_builder_begin_array (builder);
  for (guint i = 0; i < recipe->loras->len; i++)
    {
      const UpscaleLora *lora = &g_array_index (recipe->loras, UpscaleLora, i);

      json_builder_begin_object (builder);
      add_string (builder, "name", lora->name);
      add_double (builder, "weight", lora->weight);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_model_config (JsonBuilder *builder, const UpscaleRecipe *recipe)
{
  begin_object (builder, "model_config");
  add_string (builder, "base_model", recipe->model);
  begin_object (builder, "controlnet");
  add_boolean (builder, "enabled", recipe->controlnet_enabled);
  add_string (builder, "model", "");
  add_double (builder, "conditioning_scale", recipe->conditioning_scale);
  add_double (builder, "guidance_start", 0.0);
  add_double (builder, "guidance_end", 1.0);
  json_builder_end_object (builder);
  add_loras (builder, recipe);
  json_builder_end_object (builder);
}

static void
add_gen_params (JsonBuilder *builder, const UpscaleRecipe *recipe)
{
  begin_object (builder, "gen_params");
  add_double (builder, "strength", recipe->strength);
  add_int (builder, "steps", recipe->steps);
  add_double (builder, "cfg_scale", recipe->cfg_scale);
  add_int (builder, "seed", recipe->seed);
  add_string (builder, "sampler", "");
  add_int (builder, "gen_res", recipe->generation_px);
  json_builder_end_object (builder);
}

static void
add_ip_adapter (JsonBuilder *builder, const UpscaleRecipe *recipe)
{
  add_boolean (builder, "ip_adapter_enabled", recipe->ip_adapter_image != NULL);
  if (recipe->ip_adapter_image)
    add_base64 (builder, "ip_adapter_image_bytes", recipe->ip_adapter_image);
  add_double (builder, "ip_adapter_scale", recipe->ip_adapter_scale);
}

static JsonNode *
build (const UpscaleBatch *batch, int lease_s)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  const UpscaleTileMessage *first = batch->tiles->pdata[0];

  json_builder_begin_object (builder);
  add_int (builder, "protocol", PROTOCOL);
  add_string (builder, "batch_id", batch->id);
  add_tiles (builder, batch);
  add_model_config (builder, batch->recipe);
  add_gen_params (builder, batch->recipe);
  add_string (builder, "global_prompt", batch->recipe->prompt);
  add_string (builder, "negative_prompt", batch->recipe->negative_prompt);
  add_ip_adapter (builder, batch->recipe);
  add_int (builder, "target_width", first->target_width_px);
  add_int (builder, "target_height", first->target_height_px);
  add_int (builder, "lease_s", lease_s);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/**
 * upscale_tile_batch_encode:
 * @batch: a batch of at least one tile
 * @lease_s: after how long without a question the endpoint gives the batch up
 *
 * Writes the request as `endpoint/tile-batch.schema.json` has it. May be called from any
 * thread.
 *
 * Returns: (transfer full): JSON
 */
GBytes *
upscale_tile_batch_encode (const UpscaleBatch *batch, int lease_s)
{
  g_autoptr (JsonNode) root = build (batch, lease_s);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  gsize length = 0;
  char *text;

  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, &length);
  return g_bytes_new_take (text, length);
}
