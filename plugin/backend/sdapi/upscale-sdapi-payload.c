/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON that asks each of these servers for one picture. */
#include "upscale-sdapi-payload.h"

#include "upscale-json.h"
#include "upscale-model-names.h"

#define CONTROL_ROUTE "/sdapi/v1/control"
#define IMG2IMG_ROUTE "/sdapi/v1/img2img"
/* SD.Next uses the tile both as the init image and as the hint. */
#define INPUT_IS_INIT 1

/* The small picture that shows whether a guide has an effect. */
#define SMALL_SIDE_PX 64
#define SMALL_STEPS 4
#define SMALL_STRENGTH 0.5
#define SMALL_WEIGHT 1.0

/* The small picture without a guide takes the tile's route, since the route may make a
 * difference too. */
static gboolean
uses_control_route (const UpscaleSdapiTile *tile)
{
  return tile->info->dialect == UPSCALE_SDAPI_SDNEXT &&
         tile->request->gen_params->controlnet_enabled && *tile->info->tile_controlnets;
}

static gboolean
is_small (const UpscaleSdapiTile *tile)
{
  return tile->picture != UPSCALE_SDAPI_PICTURE_TILE;
}

/* Returns the server's model for a guide, or NULL where the picture has no such guide. */
static const char *
get_guide (const UpscaleSdapiTile *tile, UpscaleSdapiGuide guide)
{
  gboolean is_used =
      tile->picture == UPSCALE_SDAPI_PICTURE_TILE ||
      (tile->picture == UPSCALE_SDAPI_PICTURE_GUIDED && tile->guide == guide);

  return is_used ? upscale_sdapi_guides_choose (tile->info, tile->request, guide) : NULL;
}

static const char *
get_controlnet (const UpscaleSdapiTile *tile)
{
  return get_guide (tile, UPSCALE_SDAPI_CONTROLNET);
}

static const char *
get_ip_adapter (const UpscaleSdapiTile *tile)
{
  return get_guide (tile, UPSCALE_SDAPI_IP_ADAPTER);
}

static int
get_width (const UpscaleSdapiTile *tile)
{
  return is_small (tile) ? SMALL_SIDE_PX : tile->request->tile->target_width_px;
}

static int
get_height (const UpscaleSdapiTile *tile)
{
  return is_small (tile) ? SMALL_SIDE_PX : tile->request->tile->target_height_px;
}

static double
get_weight (const UpscaleSdapiTile *tile, double weight)
{
  return is_small (tile) ? SMALL_WEIGHT : weight;
}

/* The web UIs read LoRAs from the prompt, and nowhere else. */
static char *
make_prompt (const UpscaleSdapiTile *tile)
{
  GString *prompt = g_string_new (upscale_tile_request_get_prompt (tile->request));
  GArray  *loras = tile->request->gen_params->loras;

  for (guint i = 0; tile->info->dialect != UPSCALE_SDAPI_SDCPP && i < loras->len; i++)
    {
      const UpscaleLora *lora = &g_array_index (loras, UpscaleLora, i);
      GStrv              names = tile->info->loras.names;
      const char        *listed =
          upscale_model_names_find ((const char *const *) names, lora->name);
      char weight[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (weight, sizeof weight, "%.4g", lora->weight);
      g_string_append_printf (prompt, " <lora:%s:%s>", listed ? listed : lora->name,
                              weight);
    }
  return g_string_free_and_steal (prompt);
}

static gboolean
has (GStrv names, const char *name)
{
  return names && g_strv_contains ((const char *const *) names, name);
}

/* The model stays loaded after the request: restoring the former one would load two
 * models for each tile. */
static void
add_model (JsonBuilder *builder, const UpscaleSdapiTile *tile)
{
  if (*tile->request->gen_params->model == '\0' ||
      tile->info->dialect == UPSCALE_SDAPI_SDCPP)
    return;
  upscale_json_begin_object (builder, "override_settings");
  upscale_json_add_string (builder, "sd_model_checkpoint",
                           upscale_sdapi_guides_get_model (tile->info, tile->request));
  json_builder_end_object (builder);
  upscale_json_add_boolean (builder, "override_settings_restore_afterwards", FALSE);
}

static void
begin_unit (JsonBuilder *builder, const char *model, const char *module, double weight)
{
  json_builder_begin_object (builder);
  upscale_json_add_boolean (builder, "enabled", TRUE);
  upscale_json_add_string (builder, "model", model);
  upscale_json_add_string (builder, "module", module);
  upscale_json_add_double (builder, "weight", weight);
  upscale_json_add_double (builder, "guidance_start", 0.0);
  upscale_json_add_double (builder, "guidance_end", 1.0);
  upscale_json_add_string (builder, "control_mode", "Balanced");
  upscale_json_add_string (builder, "resize_mode", "Just Resize");
  upscale_json_add_boolean (builder, "pixel_perfect", TRUE);
  /* The map would come back as a second picture. */
  upscale_json_add_boolean (builder, "save_detected_map", FALSE);
}

/* The tile is the hint itself, so it needs no preprocessor. A unit without a picture is
 * guided by the picture that is painted over. Forge fails on a dark picture in the unit,
 * and then paints without the unit. */
static void
add_tile_unit (JsonBuilder *builder, const UpscaleSdapiTile *tile)
{
  const char *model = get_controlnet (tile);
  const char *none = has (tile->info->modules, "None") ? "None" : "none";

  begin_unit (builder, model, none,
              get_weight (tile, tile->request->gen_params->conditioning_scale));
  upscale_json_add_string (builder, "union_control_type", "Tile");
  json_builder_end_object (builder);
}

static void
add_ip_adapter_unit (JsonBuilder *builder, const UpscaleSdapiTile *tile)
{
  const char *model = get_ip_adapter (tile);
  const char *module = upscale_sdapi_server_info_choose_module (tile->info, model);

  begin_unit (builder, model, module ? module : "none",
              get_weight (tile, tile->request->gen_params->ip_adapter_scale));
  upscale_json_add_base64 (builder, "image", tile->request->gen_params->ip_adapter_image);
  json_builder_end_object (builder);
}

/* An unknown script fails the request, so requests without a guide do not name it. */
static void
add_extension (JsonBuilder *builder, const UpscaleSdapiTile *tile)
{
  if (!get_controlnet (tile) && !get_ip_adapter (tile))
    return;
  upscale_json_begin_object (builder, "alwayson_scripts");
  upscale_json_begin_object (builder, "controlnet");
  upscale_json_begin_array (builder, "args");
  if (get_controlnet (tile))
    add_tile_unit (builder, tile);
  if (get_ip_adapter (tile))
    add_ip_adapter_unit (builder, tile);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_sdnext_ip_adapter (JsonBuilder *builder, const UpscaleSdapiTile *tile)
{
  const char *adapter = get_ip_adapter (tile);

  if (!adapter)
    return;
  upscale_json_begin_array (builder, "ip_adapter");
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "adapter", adapter);
  upscale_json_begin_array (builder, "images");
  upscale_json_add_base64 (builder, NULL, tile->request->gen_params->ip_adapter_image);
  json_builder_end_array (builder);
  upscale_json_add_double (
      builder, "scale",
      CLAMP (get_weight (tile, tile->request->gen_params->ip_adapter_scale), 0.0, 1.0));
  json_builder_end_object (builder);
  json_builder_end_array (builder);
}

static void
add_sdnext_unit (JsonBuilder *builder, const UpscaleSdapiTile *tile)
{
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "unit_type", "controlnet");
  upscale_json_add_string (builder, "model", get_controlnet (tile));
  upscale_json_add_string (builder, "process", "None");
  upscale_json_add_double (builder, "strength",
                           get_weight (tile,
                                       tile->request->gen_params->conditioning_scale));
  upscale_json_add_double (builder, "start", 0.0);
  upscale_json_add_double (builder, "end", 1.0);
  json_builder_end_object (builder);
}

static void
add_sdnext_control (JsonBuilder *builder, const UpscaleSdapiTile *tile)
{
  upscale_json_begin_array (builder, "inputs");
  upscale_json_add_base64 (builder, NULL, tile->request->tile->image);
  json_builder_end_array (builder);
  upscale_json_add_int (builder, "input_type", INPUT_IS_INIT);
  upscale_json_add_int (builder, "width_before", get_width (tile));
  upscale_json_add_int (builder, "height_before", get_height (tile));
  upscale_json_begin_array (builder, "control");
  if (get_controlnet (tile))
    add_sdnext_unit (builder, tile);
  json_builder_end_array (builder);
}

static void
add_img2img (JsonBuilder *builder, const UpscaleSdapiTile *tile)
{
  upscale_json_begin_array (builder, "init_images");
  upscale_json_add_base64 (builder, NULL, tile->request->tile->image);
  json_builder_end_array (builder);
  upscale_json_add_int (builder, "width", get_width (tile));
  upscale_json_add_int (builder, "height", get_height (tile));
  upscale_json_add_int (builder, "resize_mode", 0);
  /* With several pictures the first may be a sheet of them all. */
  upscale_json_add_int (builder, "n_iter", 1);
  upscale_json_add_string (builder, "force_task_id", tile->reply->remote_id);
}

static void
add_guides (JsonBuilder *builder, const UpscaleSdapiTile *tile)
{
  switch (tile->info->dialect)
    {
    case UPSCALE_SDAPI_WEBUI:
      add_extension (builder, tile);
      return;
    case UPSCALE_SDAPI_SDNEXT:
      add_sdnext_ip_adapter (builder, tile);
      return;
    case UPSCALE_SDAPI_SDCPP:
      upscale_loras_add (&tile->info->loras, builder, tile->request->gen_params);
      return;
    }
}

/**
 * upscale_sdapi_payload_get_route:
 * @tile: a tile
 *
 * Returns: (transfer none): the route for the picture
 */
const char *
upscale_sdapi_payload_get_route (const UpscaleSdapiTile *tile)
{
  g_return_val_if_fail (tile != NULL, NULL);

  return uses_control_route (tile) ? CONTROL_ROUTE : IMG2IMG_ROUTE;
}

/**
 * upscale_sdapi_payload_new:
 * @tile: a tile whose reply has a @remote_id
 *
 * Returns: (transfer full): the request for the picture, JSON
 */
GBytes *
upscale_sdapi_payload_new (const UpscaleSdapiTile *tile)
{
  const UpscaleGenParams *gen_params;
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *prompt = NULL;

  g_return_val_if_fail (tile != NULL, NULL);

  gen_params = tile->request->gen_params;
  prompt = make_prompt (tile);
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "prompt", prompt);
  upscale_json_add_string (builder, "negative_prompt", gen_params->negative_prompt);
  upscale_json_add_double (builder, "denoising_strength",
                           is_small (tile) ? SMALL_STRENGTH : gen_params->strength);
  upscale_json_add_int (builder, "steps",
                        is_small (tile) ? SMALL_STEPS : gen_params->steps);
  upscale_json_add_double (builder, "cfg_scale", gen_params->cfg_scale);
  upscale_json_add_int (builder, "seed", tile->request->tile->seed);
  upscale_json_add_int (builder, "batch_size", 1);
  upscale_json_add_boolean (builder, "send_images", TRUE);
  upscale_json_add_boolean (builder, "save_images", FALSE);
  upscale_server_sampler_add (&tile->info->sampling, builder, "sampler_name", gen_params);
  if (uses_control_route (tile))
    add_sdnext_control (builder, tile);
  else
    {
      add_img2img (builder, tile);
      add_model (builder, tile);
    }
  add_guides (builder, tile);
  return upscale_json_end (builder);
}

/**
 * upscale_sdapi_payload_new_settings:
 * @tile: a tile
 *
 * Returns: (transfer full) (nullable): the settings to make before the picture is asked
 * for, JSON; %NULL where the request holds them all
 */
GBytes *
upscale_sdapi_payload_new_settings (const UpscaleSdapiTile *tile)
{
  g_autoptr (JsonBuilder) builder = NULL;

  g_return_val_if_fail (tile != NULL, NULL);

  if (!uses_control_route (tile) || *tile->request->gen_params->model == '\0')
    return NULL;
  builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "sd_model_checkpoint",
                           upscale_sdapi_guides_get_model (tile->info, tile->request));
  return upscale_json_end (builder);
}
