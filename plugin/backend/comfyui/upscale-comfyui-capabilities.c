/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks that the server can run the workflow, and tells what the workflow can do there.
 */
#include "upscale-comfyui-capabilities.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-comfyui-default-model.h"
#include "upscale-comfyui-output.h"
#include "upscale-error.h"
#include "upscale-json.h"
#include "upscale-model-family.h"
#include "upscale-model-names.h"

/* Tiles sent ahead into the server's queue, so that the GPU never waits for an upload. */
#define N_QUEUED 2
#define MAX_NAMED 4

static JsonObject *
get_node (const UpscaleComfyuiWorkflow *workflow, const char *id)
{
  return upscale_json_get_object (upscale_comfyui_workflow_get_nodes (workflow), id);
}

static const char *
get_class (const UpscaleComfyuiWorkflow *workflow, const char *id)
{
  return upscale_json_get_string (get_node (workflow, id), "class_type");
}

static void
name_missing_node (const UpscaleComfyuiServerInfo *info,
                   const UpscaleComfyuiWorkflow   *workflow,
                   const char                     *id,
                   GPtrArray                      *missing)
{
  const char *class_type = get_class (workflow, id);

  /* Our own workflow saves pictures on a server without previews. */
  if (upscale_comfyui_workflow_is_built_in (workflow) &&
      g_str_equal (class_type, "PreviewImage"))
    return;
  if (!upscale_comfyui_server_info_has_node (info, class_type))
    g_ptr_array_add (missing, g_strdup_printf (_ ("the node '%s'"), class_type));
}

static gboolean
names_model_file (const char *value)
{
  static const char *const endings[] = { ".safetensors", ".sft", ".ckpt", ".gguf",
                                         ".pth",         ".pt",  ".bin" };
  g_autofree char         *folded = g_ascii_strdown (value, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (folded, endings[i]))
      return TRUE;
  return FALSE;
}

/* A model file must be among those that the node can load. The server checks all other
 * values with the first tile, since nodes may take more than they list, or list nothing.
 */
static void
name_missing_files (const UpscaleComfyuiServerInfo *info,
                    const UpscaleComfyuiWorkflow   *workflow,
                    const char                     *id,
                    GPtrArray                      *missing)
{
  JsonObject *node = get_node (workflow, id);
  const char *class_type = upscale_json_get_string (node, "class_type");
  JsonObject *inputs = upscale_json_get_object (node, "inputs");
  g_autoptr (GList) fields = json_object_get_members (inputs);

  for (GList *field = fields; field; field = field->next)
    {
      const char *value = upscale_json_get_string (inputs, field->data);
      g_auto (GStrv) options =
          upscale_comfyui_server_info_dup_options (info, class_type, field->data);

      if (value && options && names_model_file (value) && !strchr (value, '%') &&
          !g_strv_contains ((const char *const *) options, value))
        g_ptr_array_add (missing, g_strdup_printf (_ ("'%s' for node %s (%s)"), value,
                                                   (char *) id, class_type));
    }
}

static gboolean
check_workflow (const UpscaleComfyuiServerInfo *info,
                const UpscaleComfyuiWorkflow   *workflow,
                GError                        **error)
{
  g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);
  JsonObject *nodes = upscale_comfyui_workflow_get_nodes (workflow);
  g_autoptr (GList) ids = json_object_get_members (nodes);
  g_autofree char *list = NULL;

  for (GList *id = ids; id; id = id->next)
    {
      name_missing_node (info, workflow, id->data, missing);
      name_missing_files (info, workflow, id->data, missing);
    }
  if (missing->len == 0)
    return TRUE;
  g_ptr_array_set_size (missing, (int) MIN (missing->len, MAX_NAMED));
  g_ptr_array_add (missing, NULL);
  list = g_strjoinv (", ", (char **) missing->pdata);
  g_set_error (
      error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
      _ ("it lacks what the workflow needs: %s; install it there, or use another "
         "workflow"),
      list);
  return FALSE;
}

/* Returns the class of the node with the placeholder of the model, and its input. */
static const char *
find_model_input (const UpscaleComfyuiServerInfo *info, const char **field)
{
  JsonObject *nodes = upscale_comfyui_workflow_get_nodes (info->workflow);
  g_autoptr (GList) ids = json_object_get_members (nodes);

  for (GList *id = ids; id; id = id->next)
    {
      JsonObject *node = upscale_json_get_object (nodes, id->data);
      JsonObject *inputs = upscale_json_get_object (node, "inputs");
      g_autoptr (GList) names = json_object_get_members (inputs);

      for (GList *name = names; name; name = name->next)
        if (g_strcmp0 (upscale_json_get_string (inputs, name->data), "%model%") == 0)
          {
            *field = name->data;
            return upscale_json_get_string (node, "class_type");
          }
    }
  return NULL;
}

static gboolean
lacks_class (const UpscaleComfyuiServerInfo *info,
             const UpscaleComfyuiChoice     *choice,
             GString                        *missing)
{
  JsonObject *nodes = upscale_comfyui_workflow_get_nodes (
      upscale_comfyui_server_info_get_workflow (info, choice));
  g_autoptr (GList) ids = json_object_get_members (nodes);

  for (GList *id = ids; id; id = id->next)
    {
      const char *class_type =
          upscale_json_get_string (upscale_json_get_object (nodes, id->data),
                                   "class_type");

      if (upscale_comfyui_server_info_has_node (info, class_type) ||
          g_str_equal (class_type, "PreviewImage") || strstr (class_type, "Loader"))
        continue;
      g_string_append_printf (missing, _ ("the node '%s'"), class_type);
      return TRUE;
    }
  return FALSE;
}

/* Adds the models that a workflow of ours can paint with. Keeps the first reason why it
 * can't with another one of a known family. */
static void
add_models (UpscaleComfyuiServerInfo *info, GStrv names, GStrvBuilder *models)
{
  for (gsize i = 0; names && names[i]; i++)
    {
      UpscaleComfyuiChoice choice;
      g_autofree char     *files = NULL;
      g_autoptr (GString) missing = g_string_new (NULL);

      if (upscale_comfyui_choice_make (&info->lists, names[i], &choice, &files) &&
          !lacks_class (info, &choice, missing))
        g_strv_builder_add (models, names[i]);
      else if (!info->incomplete && (files || missing->len > 0))
        info->incomplete = g_strdup_printf (_ ("its model '%s' also needs %s"), names[i],
                                            files ? files : missing->str);
    }
}

static void
read_lists (UpscaleComfyuiServerInfo *info)
{
  UpscaleComfyuiLists *lists = &info->lists;
  const struct
  {
    GStrv      *list;
    const char *class_type;
    const char *field;
  } rows[] = {
    { &lists->checkpoints, UPSCALE_COMFYUI_LOADER, "ckpt_name" },
    { &lists->diffusion_models, "UNETLoader", "unet_name" },
    { &lists->ggufs, "UnetLoaderGGUF", "unet_name" },
    { &lists->text_encoders, "CLIPLoader", "clip_name" },
    { &lists->gguf_text_encoders, "CLIPLoaderGGUF", "clip_name" },
    { &lists->vaes, "VAELoader", "vae_name" },
    { &info->loras, "LoraLoader", "lora_name" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    *rows[i].list =
        upscale_comfyui_server_info_dup_options (info, rows[i].class_type, rows[i].field);
}

/* Adds the workflows in the user's folder that can run there. */
static void
add_own (UpscaleComfyuiServerInfo *info, GStrvBuilder *models)
{
  for (gsize i = 0; info->own && info->own[i]; i++)
    {
      g_autoptr (GError) error = NULL;
      UpscaleComfyuiWorkflow *workflow =
          g_hash_table_lookup (info->families, info->own[i]);
      char *output = workflow && check_workflow (info, workflow, &error)
                         ? upscale_comfyui_output_choose (info, workflow, &error)
                         : NULL;

      if (output)
        {
          upscale_comfyui_workflow_set_output (workflow, output);
          g_strv_builder_add (models, info->own[i]);
        }
      else if (error && !info->incomplete)
        info->incomplete = g_strdup_printf (_ ("your workflow '%s' can't run there: %s"),
                                            info->own[i], error->message);
    }
}

static void
read_models (UpscaleComfyuiServerInfo *info)
{
  g_autoptr (GStrvBuilder) models = g_strv_builder_new ();
  const char *field = NULL;
  const char *class_type = find_model_input (info, &field);

  if (!upscale_comfyui_workflow_is_built_in (info->workflow))
    {
      info->models =
          class_type ? upscale_comfyui_server_info_dup_options (info, class_type, field)
                     : g_new0 (char *, 1);
      return;
    }
  add_models (info, info->lists.checkpoints, models);
  add_models (info, info->lists.diffusion_models, models);
  add_models (info, info->lists.ggufs, models);
  add_own (info, models);
  info->models = g_strv_builder_end (models);
}

static gboolean
check_models (const UpscaleComfyuiServerInfo *info, GError **error)
{
  if (!upscale_comfyui_workflow_asks_for (info->workflow, "model") ||
      (info->models && *info->models))
    return TRUE;
  if (info->incomplete)
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
                 _ ("it has no whole model: %s; put the file there"), info->incomplete);
  else
    g_set_error (
        error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
        _ ("it has no model: put a checkpoint in its folder models/checkpoints"));
  return FALSE;
}

/* A workflow without a place for samplers keeps its own. */
static void
read_sampling (UpscaleComfyuiServerInfo *info)
{
  if (!upscale_comfyui_workflow_asks_for (info->workflow, "sampler"))
    return;
  info->sampling.samplers =
      upscale_comfyui_server_info_dup_options (info, "KSampler", "sampler_name");
  info->sampling.schedulers =
      upscale_comfyui_server_info_dup_options (info, "KSampler", "scheduler");
}

static void
describe_sampling (const UpscaleComfyuiServerInfo *info,
                   UpscaleCapabilities            *capabilities)
{
  upscale_server_sampler_describe (&info->sampling, capabilities);
  if (!upscale_comfyui_workflow_asks_for (info->workflow, "sampler"))
    capabilities->samplers = g_new0 (char *, 1);
}

/* The models of a server are restorers only where it has no checkpoint. */
static gboolean
any_uses_prompt (GStrv models)
{
  for (gsize i = 0; models && models[i]; i++)
    if (upscale_model_family_uses_prompt (upscale_model_family_read (models[i])))
      return TRUE;
  return models == NULL || *models == NULL;
}

static void
describe_built_in (const UpscaleComfyuiServerInfo *info,
                   UpscaleCapabilities            *capabilities)
{
  gboolean has_nodes =
      upscale_comfyui_server_info_has_node (info, "IPAdapter") &&
      upscale_comfyui_server_info_has_node (info, "IPAdapterUnifiedLoader");

  capabilities->takes_controlnet =
      *info->controlnets &&
      upscale_comfyui_server_info_has_node (info, "ControlNetApplyAdvanced");
  capabilities->takes_ip_adapter = has_nodes && !info->lacks_ip_adapter;
  capabilities->takes_loras = upscale_comfyui_server_info_has_node (info, "LoraLoader");
  capabilities->uses_prompt = any_uses_prompt (info->models);
  capabilities->controlnets =
      upscale_comfyui_server_info_dup_options (info, "ControlNetLoader",
                                               "control_net_name");
  capabilities->tile_controlnets = g_strdupv (info->controlnets);
  capabilities->hint = g_strdup (info->incomplete);
  capabilities->loras = g_strdupv (info->loras);
  capabilities->takes_short_names = TRUE;
  capabilities->controlnet_hint =
      g_strdup (_ ("a tile ControlNet goes into its folder models/controlnet"));
  capabilities->ip_adapter_hint =
      g_strdup (has_nodes ? _ ("IP-Adapter's models go into its folders "
                               "models/ipadapter and models/clip_vision")
                          : _ ("IP-Adapter comes with the nodes of "
                               "ComfyUI_IPAdapter_plus"));
}

static void
describe_own (const UpscaleComfyuiServerInfo *info, UpscaleCapabilities *capabilities)
{
  capabilities->takes_controlnet =
      upscale_comfyui_workflow_asks_for (info->workflow, "conditioning_scale");
  capabilities->takes_ip_adapter =
      upscale_comfyui_workflow_asks_for (info->workflow, "reference");
  capabilities->takes_loras = FALSE;
  if (strstr (get_class (info->workflow, info->output), "Save"))
    capabilities->caveat =
        g_strdup (_ ("its workflow saves a file for each tile among the server's "
                     "pictures; a Preview Image node would not"));
  capabilities->hint = g_strdup (_ ("the workflow is your own, so it does what it has a "
                                    "placeholder for"));
}

/**
 * upscale_comfyui_capabilities_new:
 * @info: the server and the workflow; gets its lists and its output node
 * @error: return location for an error
 *
 * Returns: (transfer full): the capabilities of the server, or %NULL with
 * %UPSCALE_ERROR_REJECTED and the names of missing nodes and files
 */
UpscaleCapabilities *
upscale_comfyui_capabilities_new (UpscaleComfyuiServerInfo *info, GError **error)
{
  gboolean is_built_in;
  g_auto (GStrv) controlnets = NULL;
  UpscaleCapabilities *capabilities;
  g_autofree char     *identity = NULL;

  g_return_val_if_fail (info != NULL, NULL);

  is_built_in = upscale_comfyui_workflow_is_built_in (info->workflow);
  read_lists (info);
  read_models (info);
  controlnets = upscale_comfyui_server_info_dup_options (info, "ControlNetLoader",
                                                         "control_net_name");
  info->controlnets =
      upscale_model_names_filter ((const char *const *) controlnets, UPSCALE_WORDS_TILE);
  read_sampling (info);
  if (!check_workflow (info, info->workflow, error) || !check_models (info, error))
    return NULL;
  info->output = upscale_comfyui_output_choose (info, info->workflow, error);
  if (!info->output)
    return NULL;
  identity =
      g_strconcat ("comfyui ", upscale_comfyui_workflow_get_digest (info->workflow),
                   is_built_in ? "" : " ", is_built_in ? "" : info->output, NULL);
  capabilities = upscale_capabilities_new (identity);
  capabilities->n_queued = N_QUEUED;
  capabilities->version = g_strdup (info->version);
  describe_sampling (info, capabilities);
  if (upscale_comfyui_workflow_asks_for (info->workflow, "model"))
    {
      capabilities->models = g_strdupv (info->models);
      capabilities->default_model = g_strdup (info->models[0]);
      capabilities->guesses_model = info->models[1] != NULL;
    }
  else
    capabilities->models = g_new0 (char *, 1);
  if (is_built_in)
    describe_built_in (info, capabilities);
  else
    describe_own (info, capabilities);
  return capabilities;
}

/**
 * upscale_comfyui_capabilities_refine:
 * @info: the server, which has painted a small tile
 * @capabilities: the capabilities of the server
 *
 * Names the checkpoints that the probe has passed over, and the default instead of them.
 */
void
upscale_comfyui_capabilities_refine (const UpscaleComfyuiServerInfo *info,
                                     UpscaleCapabilities            *capabilities)
{
  g_autofree char *bare = NULL;

  g_return_if_fail (info != NULL);
  g_return_if_fail (capabilities != NULL);

  bare = upscale_comfyui_default_model_dup_bare (info);
  if (!bare)
    return;
  g_set_str (&capabilities->default_model, upscale_comfyui_default_model_get (info));
  capabilities->caveat =
      g_strdup_printf (_ ("its model '%s' lacks a VAE or a text encoder, so it needs a "
                          "workflow of your own with the node Load Diffusion Model"),
                       bare);
}
