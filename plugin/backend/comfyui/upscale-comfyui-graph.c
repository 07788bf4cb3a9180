/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The graph that paints one tile. Our own workflow gets nodes for ControlNet, LoRAs and
 * IP-Adapter. The user's workflow gets values for its placeholders only. */
#include "upscale-comfyui-graph.h"

#include <math.h>
#include <string.h>

#include "upscale-json.h"
#include "upscale-model-family.h"
#include "upscale-model-names.h"

/* Ids of the nodes of the files in data/workflows, and of nodes that are added to them.
 */
#define NODE_LOADER "1"
#define NODE_ENCODERS "2"
#define NODE_TILE "5"
#define NODE_VAE "7"
#define NODE_SAMPLER "10"
#define NODE_PICTURE "11"
#define NODE_CONTROLNET "20"
#define NODE_UNION "21"
#define NODE_CONTROL "22"
#define NODE_IP_ADAPTER_MODEL "40"
#define NODE_REFERENCE "41"
#define NODE_IP_ADAPTER "42"
#define LORA_ID "30%u"

/* An output of a node. */
typedef struct
{
  const char *id;
  int         slot;
} Source;

static const Source model_source = { NODE_LOADER, 0 };
static const Source whole_encoder_source = { NODE_LOADER, 1 };
static const Source whole_vae_source = { NODE_LOADER, 2 };
static const Source encoder_source = { NODE_ENCODERS, 0 };
static const Source vae_source = { NODE_VAE, 0 };

static JsonObject *
get_inputs (JsonObject *nodes, const char *id)
{
  return upscale_json_get_object (upscale_json_get_object (nodes, id), "inputs");
}

static void
link_input (JsonObject *inputs, const char *name, Source from)
{
  JsonArray *link = json_array_new ();

  json_array_add_string_element (link, from.id);
  json_array_add_int_element (link, from.slot);
  json_object_set_array_member (inputs, name, link);
}

static void
copy_input (JsonObject *to, JsonObject *from, const char *name)
{
  json_object_set_member (to, name, json_node_copy (json_object_get_member (from, name)));
}

static gboolean
comes_from (JsonNode *value, Source source)
{
  JsonArray *link = upscale_json_read_array (value);

  return link &&
         g_strcmp0 (upscale_json_read_string (upscale_json_get_element (link, 0)),
                    source.id) == 0 &&
         upscale_json_read_int (upscale_json_get_element (link, 1), -1) == source.slot;
}

/* Replaces an output of a node wherever another node takes it. */
static void
redirect (JsonObject *nodes, Source from, Source to)
{
  g_autoptr (GList) ids = json_object_get_members (nodes);

  for (GList *id = ids; id; id = id->next)
    {
      JsonObject *inputs = get_inputs (nodes, id->data);
      g_autoptr (GList) names = json_object_get_members (inputs);

      for (GList *name = names; name; name = name->next)
        if (comes_from (json_object_get_member (inputs, name->data), from))
          link_input (inputs, name->data, to);
    }
}

/* Returns the inputs of the new node, which it owns. */
static JsonObject *
add_node (JsonObject *nodes, const char *id, const char *class_type)
{
  JsonObject *node = json_object_new ();
  JsonObject *inputs = json_object_new ();

  json_object_set_string_member (node, "class_type", class_type);
  json_object_set_object_member (node, "inputs", inputs);
  json_object_set_object_member (nodes, id, node);
  return inputs;
}

static void
set_class (JsonObject *nodes, const char *id, const char *class_type)
{
  json_object_set_string_member (upscale_json_get_object (nodes, id), "class_type",
                                 class_type);
}

/* A whole checkpoint takes the place of the three nodes that load the parts. */
static void
set_loaders (JsonObject *nodes, const UpscaleComfyuiChoice *choice)
{
  const char *field =
      upscale_comfyui_choice_is_whole (choice) ? "ckpt_name" : "unet_name";

  if (!g_str_equal (choice->loader,
                    upscale_json_get_string (upscale_json_get_object (nodes, NODE_LOADER),
                                             "class_type")))
    json_object_set_string_member (add_node (nodes, NODE_LOADER, choice->loader), field,
                                   choice->model);
  if (upscale_comfyui_choice_is_whole (choice))
    {
      redirect (nodes, encoder_source, whole_encoder_source);
      redirect (nodes, vae_source, whole_vae_source);
      json_object_remove_member (nodes, NODE_ENCODERS);
      json_object_remove_member (nodes, NODE_VAE);
    }
  else if (choice->encoder_loader)
    set_class (nodes, NODE_ENCODERS, choice->encoder_loader);
}

static void
splice_loras (JsonObject                     *nodes,
              const UpscaleComfyuiServerInfo *info,
              const UpscaleGenParams         *gen_params,
              Source                          encoder)
{
  guint            n_loras = gen_params->loras->len;
  g_autofree char *end = g_strdup_printf (LORA_ID, n_loras - 1);
  Source           model = model_source;

  if (n_loras == 0 || !json_object_has_member (nodes, encoder.id))
    return;
  redirect (nodes, model, (Source) { end, 0 });
  redirect (nodes, encoder, (Source) { end, 1 });
  for (guint i = 0; i < n_loras; i++)
    {
      const UpscaleLora *lora = &g_array_index (gen_params->loras, UpscaleLora, i);
      const char        *name =
          upscale_model_names_find ((const char *const *) info->loras, lora->name);
      g_autofree char *id = g_strdup_printf (LORA_ID, i);
      g_autofree char *before = g_strdup_printf (LORA_ID, i - 1);
      JsonObject      *inputs = add_node (nodes, id, "LoraLoader");

      link_input (inputs, "model", i > 0 ? (Source) { before, 0 } : model);
      link_input (inputs, "clip", i > 0 ? (Source) { before, 1 } : encoder);
      json_object_set_string_member (inputs, "lora_name", name ? name : lora->name);
      json_object_set_double_member (inputs, "strength_model", lora->weight);
      json_object_set_double_member (inputs, "strength_clip", lora->weight);
    }
}

/* A ControlNet for several kinds of hints needs to know that this hint is a tile. */
static const char *
add_controlnet_loader (JsonObject *nodes, const char *name, gboolean can_say_type)
{
  g_autofree char *folded = g_ascii_strdown (name, -1);
  JsonObject      *inputs = add_node (nodes, NODE_CONTROLNET, "ControlNetLoader");

  json_object_set_string_member (inputs, "control_net_name", name);
  if (!can_say_type || (!strstr (folded, "union") && !strstr (folded, "promax")))
    return NODE_CONTROLNET;
  inputs = add_node (nodes, NODE_UNION, "SetUnionControlNetType");
  link_input (inputs, "control_net", (Source) { NODE_CONTROLNET, 0 });
  json_object_set_string_member (inputs, "type", "tile");
  return NODE_UNION;
}

/* Takes the ControlNet that fits the model. The ControlNets of Flux work on latents, so
 * they need the VAE. */
static void
splice_controlnet (JsonObject                     *nodes,
                   const UpscaleComfyuiServerInfo *info,
                   const UpscaleTileRequest       *request,
                   const UpscaleComfyuiChoice     *choice)
{
  gboolean    is_whole = upscale_comfyui_choice_is_whole (choice);
  gboolean    is_plain = g_str_equal (choice->workflow, UPSCALE_COMFYUI_DEFAULT_WORKFLOW);
  const char *name =
      upscale_model_names_fit ((const char *const *) info->controlnets, choice->model);
  JsonObject *sampler = get_inputs (nodes, NODE_SAMPLER);
  JsonObject *inputs;
  const char *loader;

  if (!request->gen_params->controlnet_enabled || !name)
    return;
  loader = add_controlnet_loader (
      nodes, name, upscale_comfyui_server_info_has_node (info, "SetUnionControlNetType"));
  inputs = add_node (nodes, NODE_CONTROL, "ControlNetApplyAdvanced");
  copy_input (inputs, sampler, "positive");
  copy_input (inputs, sampler, "negative");
  link_input (inputs, "control_net", (Source) { loader, 0 });
  link_input (inputs, "image", (Source) { NODE_TILE, 0 });
  if (!is_plain)
    link_input (inputs, "vae", is_whole ? whole_vae_source : vae_source);
  json_object_set_double_member (inputs, "strength",
                                 request->gen_params->conditioning_scale);
  json_object_set_double_member (inputs, "start_percent", 0.0);
  json_object_set_double_member (inputs, "end_percent", 1.0);
  link_input (sampler, "positive", (Source) { NODE_CONTROL, 0 });
  link_input (sampler, "negative", (Source) { NODE_CONTROL, 1 });
}

static void
splice_ip_adapter (JsonObject                     *nodes,
                   const UpscaleComfyuiServerInfo *info,
                   const UpscaleTileRequest       *request,
                   const UpscaleComfyuiChoice     *choice,
                   const char                     *reference)
{
  JsonObject *sampler = get_inputs (nodes, NODE_SAMPLER);
  JsonObject *inputs;

  if (!reference || info->lacks_ip_adapter ||
      !upscale_model_family_has_ip_adapter (upscale_model_family_read (choice->model)) ||
      !upscale_comfyui_server_info_has_node (info, "IPAdapter") ||
      !upscale_comfyui_server_info_has_node (info, "IPAdapterUnifiedLoader"))
    return;
  inputs = add_node (nodes, NODE_IP_ADAPTER_MODEL, "IPAdapterUnifiedLoader");
  copy_input (inputs, sampler, "model");
  json_object_set_string_member (inputs, "preset", "PLUS (high strength)");
  inputs = add_node (nodes, NODE_REFERENCE, "LoadImage");
  json_object_set_string_member (inputs, "image", reference);
  inputs = add_node (nodes, NODE_IP_ADAPTER, "IPAdapter");
  link_input (inputs, "model", (Source) { NODE_IP_ADAPTER_MODEL, 0 });
  link_input (inputs, "ipadapter", (Source) { NODE_IP_ADAPTER_MODEL, 1 });
  link_input (inputs, "image", (Source) { NODE_REFERENCE, 0 });
  json_object_set_double_member (inputs, "weight", request->gen_params->ip_adapter_scale);
  json_object_set_double_member (inputs, "start_at", 0.0);
  json_object_set_double_member (inputs, "end_at", 1.0);
  json_object_set_string_member (inputs, "weight_type", "standard");
  link_input (sampler, "model", (Source) { NODE_IP_ADAPTER, 0 });
}

/* A preview goes to the server's folder for temporary files, not to the user's
 * pictures. */
static void
set_output (JsonObject *nodes, const UpscaleComfyuiServerInfo *info, const char *from)
{
  gboolean    has_preview = upscale_comfyui_server_info_has_node (info, "PreviewImage");
  JsonObject *inputs =
      add_node (nodes, info->output, has_preview ? "PreviewImage" : "SaveImage");

  link_input (inputs, "images", (Source) { from, 0 });
  if (!has_preview)
    json_object_set_string_member (inputs, "filename_prefix", "tile-upscale");
}

static void
set_string (GHashTable *values, const char *name, const char *value)
{
  g_hash_table_insert (values, (char *) name,
                       json_node_init_string (json_node_alloc (), value ? value : ""));
}

static void
set_int (GHashTable *values, const char *name, gint64 value)
{
  g_hash_table_insert (values, (char *) name,
                       json_node_init_int (json_node_alloc (), value));
}

static void
set_double (GHashTable *values, const char *name, double value)
{
  g_hash_table_insert (values, (char *) name,
                       json_node_init_double (json_node_alloc (), value));
}

/* Other servers run steps times strength. ComfyUI runs all steps at any strength, so the
 * product is computed here. */
static gint64
count_steps (const UpscaleGenParams *gen_params)
{
  return MAX (1, (gint64) lround (gen_params->steps * gen_params->strength));
}

/* Without a choice of the user's, the pair is one that suits the model. A sampler of the
 * user's may be made for another schedule than Karras', so it gets the plain one then. */
static void
set_sampling (GHashTable                     *values,
              const UpscaleComfyuiServerInfo *info,
              const UpscaleGenParams         *gen_params,
              const UpscaleComfyuiChoice     *suiting)
{
  UpscaleSamplerChoice choice =
      upscale_server_sampler_choose (&info->sampling, gen_params);
  const char *scheduler = suiting->scheduler;

  if (*choice.sampler && g_str_equal (scheduler, "karras"))
    scheduler = "normal";
  set_string (values, "sampler", *choice.sampler ? choice.sampler : suiting->sampler);
  set_string (values, "scheduler", *choice.scheduler ? choice.scheduler : scheduler);
}

static GHashTable *
make_values (const UpscaleComfyuiServerInfo *info,
             const UpscaleTileRequest       *request,
             const UpscaleComfyuiChoice     *choice,
             const char                     *image,
             const char                     *reference)
{
  const UpscaleGenParams *gen_params = request->gen_params;
  GHashTable             *values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                          (GDestroyNotify) json_node_unref);

  set_string (values, "image", image);
  set_string (values, "reference", reference);
  set_string (values, "prompt", upscale_tile_request_get_prompt (request));
  set_string (values, "negative_prompt", gen_params->negative_prompt);
  set_string (values, "model", choice->model);
  set_string (values, "text_encoder", choice->encoders[0]);
  set_string (values, "text_encoder_2", choice->encoders[1]);
  set_string (values, "vae", choice->vae);
  set_sampling (values, info, gen_params, choice);
  set_int (values, "seed", request->tile->seed);
  set_int (values, "steps", count_steps (gen_params));
  set_int (values, "width", request->tile->target_width_px);
  set_int (values, "height", request->tile->target_height_px);
  set_double (values, "cfg_scale", gen_params->cfg_scale);
  set_double (values, "strength", gen_params->strength);
  set_double (values, "conditioning_scale",
              gen_params->controlnet_enabled ? gen_params->conditioning_scale : 0.0);
  set_double (values, "ip_adapter_scale",
              gen_params->ip_adapter_image ? gen_params->ip_adapter_scale : 0.0);
  return values;
}

/**
 * upscale_comfyui_graph_new:
 * @info: the server and the workflow
 * @request: the tile to paint
 * @image: the server's name for the tile
 * @reference: (nullable): the server's name for the reference picture
 *
 * Returns: (transfer full): the graph that paints the tile
 */
JsonNode *
upscale_comfyui_graph_new (const UpscaleComfyuiServerInfo *info,
                           const UpscaleTileRequest       *request,
                           const char                     *image,
                           const char                     *reference)
{
  g_autoptr (GHashTable) values = NULL;
  const UpscaleComfyuiWorkflow *workflow;
  UpscaleComfyuiChoice          choice;
  JsonNode                     *graph;
  JsonObject                   *nodes;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (image != NULL, NULL);

  choice = upscale_comfyui_server_info_choose (info, request->gen_params);
  workflow = upscale_comfyui_server_info_get_workflow (info, &choice);
  /* A workflow that needs a reference gets the tile at weight 0 where there is none. */
  values = make_values (info, request, &choice, image, reference ? reference : image);
  graph = upscale_comfyui_workflow_fill (workflow, values);
  if (!upscale_comfyui_workflow_is_built_in (workflow))
    return graph;
  nodes = upscale_json_read_object (graph);
  set_loaders (nodes, &choice);
  splice_loras (nodes, info, request->gen_params,
                upscale_comfyui_choice_is_whole (&choice) ? whole_encoder_source
                                                          : encoder_source);
  splice_controlnet (nodes, info, request, &choice);
  splice_ip_adapter (nodes, info, request, &choice, reference);
  set_output (nodes, info, NODE_PICTURE);
  return graph;
}

/**
 * upscale_comfyui_graph_new_probe:
 * @info: the server and the workflow
 * @image: the server's name for a small tile
 *
 * The probe does not know the job's model yet, and loading another takes a minute, so the
 * small tile takes every route of a tile but passes no model.
 *
 * Returns: (transfer full): the graph that gives back the small tile
 */
JsonNode *
upscale_comfyui_graph_new_probe (const UpscaleComfyuiServerInfo *info, const char *image)
{
  JsonObject *nodes;
  JsonNode   *graph;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (image != NULL, NULL);

  nodes = json_object_new ();
  graph = json_node_init_object (json_node_alloc (), nodes);
  json_object_set_string_member (add_node (nodes, NODE_TILE, "LoadImage"), "image",
                                 image);
  set_output (nodes, info, NODE_TILE);
  json_object_unref (nodes);
  return graph;
}
