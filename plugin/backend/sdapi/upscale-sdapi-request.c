/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One tile as each of these servers wants it asked for. */
#include "upscale-sdapi-private.h"

#include "upscale-json.h"
#include "upscale-model-names.h"

#define CONTROL_ROUTE "/sdapi/v1/control"
#define IMG2IMG_ROUTE "/sdapi/v1/img2img"
/* SD.Next: the tile is both what is painted over and what guides. */
#define INPUT_IS_INIT 1

/* Of the small picture that shows whether a guide has an effect. */
#define TRIAL_SIDE_PX 64
#define TRIAL_STEPS 4
#define TRIAL_STRENGTH 0.5
#define TRIAL_WEIGHT 1.0

static const UpscaleSdapiFacts *
get_facts (const UpscaleTileRequest *talk)
{
  return talk->facts;
}

static UpscaleSdapiTrial
get_trial (const UpscaleTileRequest *talk)
{
  const UpscaleSdapiTalk *own = talk->own;

  return own->trial;
}

/* A trial without a guide goes the way of the tile, or the way would make a difference.
 */
static gboolean
uses_control_route (const UpscaleTileRequest *talk)
{
  const UpscaleSdapiFacts *facts = get_facts (talk);

  return facts->dialect == UPSCALE_SDAPI_SDNEXT && talk->gen_params->controlnet_enabled &&
         *facts->tile_controlnets;
}

static int
get_width (const UpscaleTileRequest *talk)
{
  return get_trial (talk) ? TRIAL_SIDE_PX : talk->tile->target_width_px;
}

static int
get_height (const UpscaleTileRequest *talk)
{
  return get_trial (talk) ? TRIAL_SIDE_PX : talk->tile->target_height_px;
}

static double
get_weight (const UpscaleTileRequest *talk, double weight)
{
  return get_trial (talk) ? TRIAL_WEIGHT : weight;
}

/* The web UIs read LoRAs from the prompt, and nowhere else. */
static char *
make_prompt (const UpscaleTileRequest *talk)
{
  GString *prompt = g_string_new (upscale_tile_request_get_prompt (talk));
  GArray  *loras = talk->gen_params->loras;

  for (guint i = 0; get_facts (talk)->dialect != UPSCALE_SDAPI_SDCPP && i < loras->len;
       i++)
    {
      const UpscaleLora *lora = &g_array_index (loras, UpscaleLora, i);
      GStrv              names = get_facts (talk)->loras.names;
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

/* Left as it is, or each tile would load one model and then the other again. */
static void
add_model (JsonBuilder *builder, const UpscaleTileRequest *talk)
{
  if (*talk->gen_params->model == '\0' ||
      get_facts (talk)->dialect == UPSCALE_SDAPI_SDCPP)
    return;
  upscale_json_begin_object (builder, "override_settings");
  upscale_json_add_string (builder, "sd_model_checkpoint",
                           upscale_sdapi_get_model (talk));
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
  /* Or the map comes back as a second picture. */
  upscale_json_add_boolean (builder, "save_detected_map", FALSE);
}

/* The tile is the hint itself: no preprocessor. A unit without a picture of its own is
 * guided by the one that is painted over; Forge fails on a dark picture in the unit, and
 * paints without the unit then. */
static void
add_tile_unit (JsonBuilder *builder, const UpscaleTileRequest *talk)
{
  const char *model = upscale_sdapi_get_controlnet (talk);
  const char *none = has (get_facts (talk)->modules, "None") ? "None" : "none";

  begin_unit (builder, model, none,
              get_weight (talk, talk->gen_params->conditioning_scale));
  upscale_json_add_string (builder, "union_control_type", "Tile");
  json_builder_end_object (builder);
}

static void
add_ip_adapter_unit (JsonBuilder *builder, const UpscaleTileRequest *talk)
{
  const char *model = upscale_sdapi_get_ip_adapter (talk);
  const char *module = upscale_sdapi_choose_module (talk->facts, model);

  begin_unit (builder, model, module ? module : "none",
              get_weight (talk, talk->gen_params->ip_adapter_scale));
  upscale_json_add_base64 (builder, "image", talk->gen_params->ip_adapter_image);
  json_builder_end_object (builder);
}

/* An unknown script fails the request, so nothing is said of it where it is not wanted.
 */
static void
add_extension (JsonBuilder *builder, const UpscaleTileRequest *talk)
{
  if (!upscale_sdapi_get_controlnet (talk) && !upscale_sdapi_get_ip_adapter (talk))
    return;
  upscale_json_begin_object (builder, "alwayson_scripts");
  upscale_json_begin_object (builder, "controlnet");
  upscale_json_begin_array (builder, "args");
  if (upscale_sdapi_get_controlnet (talk))
    add_tile_unit (builder, talk);
  if (upscale_sdapi_get_ip_adapter (talk))
    add_ip_adapter_unit (builder, talk);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_sdnext_ip_adapter (JsonBuilder *builder, const UpscaleTileRequest *talk)
{
  const char *adapter = upscale_sdapi_get_ip_adapter (talk);

  if (!adapter)
    return;
  upscale_json_begin_array (builder, "ip_adapter");
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "adapter", adapter);
  upscale_json_begin_array (builder, "images");
  upscale_json_add_base64 (builder, NULL, talk->gen_params->ip_adapter_image);
  json_builder_end_array (builder);
  upscale_json_add_double (builder, "scale",
                           CLAMP (get_weight (talk, talk->gen_params->ip_adapter_scale),
                                  0.0, 1.0));
  json_builder_end_object (builder);
  json_builder_end_array (builder);
}

static void
add_sdnext_unit (JsonBuilder *builder, const UpscaleTileRequest *talk)
{
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "unit_type", "controlnet");
  upscale_json_add_string (builder, "model", upscale_sdapi_get_controlnet (talk));
  upscale_json_add_string (builder, "process", "None");
  upscale_json_add_double (builder, "strength",
                           get_weight (talk, talk->gen_params->conditioning_scale));
  upscale_json_add_double (builder, "start", 0.0);
  upscale_json_add_double (builder, "end", 1.0);
  json_builder_end_object (builder);
}

static void
add_sdnext_control (JsonBuilder *builder, const UpscaleTileRequest *talk)
{
  upscale_json_begin_array (builder, "inputs");
  upscale_json_add_base64 (builder, NULL, talk->tile->image);
  json_builder_end_array (builder);
  upscale_json_add_int (builder, "input_type", INPUT_IS_INIT);
  upscale_json_add_int (builder, "width_before", get_width (talk));
  upscale_json_add_int (builder, "height_before", get_height (talk));
  upscale_json_begin_array (builder, "control");
  if (upscale_sdapi_get_controlnet (talk))
    add_sdnext_unit (builder, talk);
  json_builder_end_array (builder);
}

static void
add_img2img (JsonBuilder *builder, const UpscaleTileRequest *talk)
{
  upscale_json_begin_array (builder, "init_images");
  upscale_json_add_base64 (builder, NULL, talk->tile->image);
  json_builder_end_array (builder);
  upscale_json_add_int (builder, "width", get_width (talk));
  upscale_json_add_int (builder, "height", get_height (talk));
  upscale_json_add_int (builder, "resize_mode", 0);
  /* More than one picture and the first may be a sheet of them all. */
  upscale_json_add_int (builder, "n_iter", 1);
  upscale_json_add_string (builder, "force_task_id", talk->remote_id);
}

static void
add_guides (JsonBuilder *builder, const UpscaleTileRequest *talk)
{
  switch (get_facts (talk)->dialect)
    {
    case UPSCALE_SDAPI_WEBUI:
      add_extension (builder, talk);
      return;
    case UPSCALE_SDAPI_SDNEXT:
      add_sdnext_ip_adapter (builder, talk);
      return;
    case UPSCALE_SDAPI_SDCPP:
      upscale_loras_add (&get_facts (talk)->loras, builder, talk->gen_params);
      return;
    }
}

/**
 * upscale_sdapi_get_route:
 * @talk: a talk
 *
 * Returns: (transfer none): where the tile is sent
 */
const char *
upscale_sdapi_get_route (const UpscaleTileRequest *talk)
{
  return uses_control_route (talk) ? CONTROL_ROUTE : IMG2IMG_ROUTE;
}

/**
 * upscale_sdapi_make_request:
 * @talk: a talk whose @remote_id is set
 *
 * Returns: (transfer full): JSON
 */
GBytes *
upscale_sdapi_make_request (const UpscaleTileRequest *talk)
{
  const UpscaleGenParams *gen_params = talk->gen_params;
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *prompt = make_prompt (talk);

  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "prompt", prompt);
  upscale_json_add_string (builder, "negative_prompt", gen_params->negative_prompt);
  upscale_json_add_double (builder, "denoising_strength",
                           get_trial (talk) ? TRIAL_STRENGTH : gen_params->strength);
  upscale_json_add_int (builder, "steps",
                        get_trial (talk) ? TRIAL_STEPS : gen_params->steps);
  upscale_json_add_double (builder, "cfg_scale", gen_params->cfg_scale);
  upscale_json_add_int (builder, "seed", talk->tile->seed);
  upscale_json_add_int (builder, "batch_size", 1);
  upscale_json_add_boolean (builder, "send_images", TRUE);
  upscale_json_add_boolean (builder, "save_images", FALSE);
  if (!get_facts (talk)->chooses_sampler)
    upscale_json_add_string (builder, "sampler_name", UPSCALE_SDCPP_SAMPLER);
  if (uses_control_route (talk))
    add_sdnext_control (builder, talk);
  else
    {
      add_img2img (builder, talk);
      add_model (builder, talk);
    }
  add_guides (builder, talk);
  return upscale_json_end (builder);
}

/**
 * upscale_sdapi_make_settings:
 * @talk: a talk
 *
 * Returns: (transfer full) (nullable): settings that must be made before the tile is
 * sent, JSON; %NULL where the request says it all
 */
GBytes *
upscale_sdapi_make_settings (const UpscaleTileRequest *talk)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!uses_control_route (talk) || *talk->gen_params->model == '\0')
    return NULL;
  builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "sd_model_checkpoint",
                           upscale_sdapi_get_model (talk));
  return upscale_json_end (builder);
}
