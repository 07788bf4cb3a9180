/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a ComfyUI server has: it is asked about each node that may be used, which also
 * lists the files that a node can load. */
#include "upscale-comfyui-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-json-parse.h"
#include "upscale-json.h"
#include "upscale-model-names.h"

/* Tiles held ready there, so that no upload is waited for. */
#define N_QUEUED 2
#define MOST_NAMED 4

/* Nodes that our own workflow uses when they are there; all but the first three may be
 * missing. */
static const char *const wanted_nodes[] = {
  "CheckpointLoaderSimple",
  "KSampler",
  "LoadImage",
  "ControlNetLoader",
  "ControlNetApplyAdvanced",
  "SetUnionControlNetType",
  "LoraLoader",
  "IPAdapter",
  "IPAdapterUnifiedLoader",
  "PreviewImage",
};

static const char *const folders[] = { "/models/ipadapter", "/models/clip_vision" };

/**
 * upscale_comfyui_init_facts:
 * @facts: zeros
 * @base: where the server is; its fragment names the user's workflow
 */
void
upscale_comfyui_init_facts (gpointer facts, GUri *base)
{
  UpscaleComfyuiFacts *self = facts;
  const char          *fragment = g_uri_get_fragment (base);

  self->workflow_path =
      fragment && *fragment ? g_uri_unescape_string (fragment, NULL) : NULL;
  upscale_comfyui_ledger_init (&self->ledger);
  self->classes = g_ptr_array_new_with_free_func (g_free);
  self->infos = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) json_object_unref);
  for (gsize i = 0; i < G_N_ELEMENTS (wanted_nodes); i++)
    g_ptr_array_add (self->classes, g_strdup (wanted_nodes[i]));
}

/**
 * upscale_comfyui_clear_facts:
 * @facts: facts
 */
void
upscale_comfyui_clear_facts (gpointer facts)
{
  UpscaleComfyuiFacts *self = facts;

  upscale_comfyui_ledger_clear (&self->ledger);
  g_free (self->workflow_path);
  g_clear_pointer (&self->workflow, upscale_comfyui_workflow_free);
  g_ptr_array_unref (self->classes);
  g_hash_table_unref (self->infos);
  g_free (self->output);
  g_free (self->version);
  g_strfreev (self->checkpoints);
  g_strfreev (self->controlnets);
  g_strfreev (self->loras);
}

static const char *
get_class (const UpscaleComfyuiWorkflow *workflow, const char *id)
{
  JsonObject *nodes = upscale_comfyui_workflow_get_nodes (workflow);

  return upscale_json_get_string (upscale_json_get_object (nodes, id), "class_type");
}

static void
add_class (UpscaleComfyuiFacts *facts, const char *class_type)
{
  if (!g_ptr_array_find_with_equal_func (facts->classes, class_type, g_str_equal, NULL))
    g_ptr_array_add (facts->classes, g_strdup (class_type));
}

static gboolean
read_workflow (UpscaleComfyuiFacts *facts, GError **error)
{
  g_autoptr (GList) ids = NULL;

  facts->workflow =
      facts->workflow_path
          ? upscale_comfyui_workflow_new_from_file (facts->workflow_path, error)
          : upscale_comfyui_workflow_new_built_in ();
  if (!facts->workflow)
    return FALSE;
  ids = json_object_get_members (upscale_comfyui_workflow_get_nodes (facts->workflow));
  for (GList *id = ids; id; id = id->next)
    add_class (facts, get_class (facts->workflow, id->data));
  return TRUE;
}

/* What a node may be given for an input: a list in older versions, a list of options in
 * newer ones, objects with a key where other inputs depend on the choice
 * (COMFY_DYNAMICCOMBO_V3). */
static JsonArray *
find_options (JsonObject *info, const char *field)
{
  static const char *const kinds[] = { "required", "optional" };
  JsonObject              *input = upscale_json_get_object (info, "input");
  JsonArray               *entry = NULL;
  JsonArray               *first;
  JsonObject              *second;

  for (gsize i = 0; !entry && i < G_N_ELEMENTS (kinds); i++)
    entry = upscale_json_get_array (upscale_json_get_object (input, kinds[i]), field);
  first = upscale_json_read_array (upscale_json_get_element (entry, 0));
  second = upscale_json_read_object (upscale_json_get_element (entry, 1));
  return first ? first : upscale_json_get_array (second, "options");
}

static GStrv
dup_options (const UpscaleComfyuiFacts *facts, const char *class_type, const char *field)
{
  JsonObject *info = g_hash_table_lookup (facts->infos, class_type);

  return upscale_json_dup_names (find_options (info, field), "key");
}

static gboolean
hear_system (UpscaleComfyuiFacts *facts, const UpscaleHttpAnswer *answer, GError **error)
{
  g_autoptr (JsonObject) stats = upscale_json_parse_object (answer->body, NULL);
  JsonObject *system = upscale_json_get_object (stats, "system");

  if (answer->status != SOUP_STATUS_OK && answer->status != SOUP_STATUS_NOT_FOUND)
    return upscale_http_answer_check_status (answer, error);
  if (!system)
    {
      g_set_error (
          error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
          _ ("it does not answer as ComfyUI does: check the address and the port"));
      return FALSE;
    }
  facts->version = g_strdup (upscale_json_get_string (system, "comfyui_version"));
  return TRUE;
}

/* A node that is not there is answered with an empty object. */
static gboolean
hear_info (UpscaleComfyuiFacts *facts, const UpscaleHttpAnswer *answer, GError **error)
{
  const char *class_type = g_ptr_array_index (facts->classes, facts->n_heard - 1);
  g_autoptr (JsonObject) root = NULL;
  JsonObject *info;

  if (answer->status != SOUP_STATUS_OK)
    return TRUE;
  root = upscale_json_parse_object (answer->body, error);
  info = upscale_json_get_object (root, class_type);
  if (info)
    g_hash_table_insert (facts->infos, g_strdup (class_type), json_object_ref (info));
  return root != NULL;
}

/* Folders that the nodes of ComfyUI_IPAdapter_plus load models from. A server that does
 * not tell what is in them may have what it takes. */
static void
hear_folder (UpscaleComfyuiFacts *facts, const UpscaleHttpAnswer *answer)
{
  g_autoptr (JsonNode) list =
      answer->status == SOUP_STATUS_OK ? upscale_json_parse (answer->body, NULL) : NULL;
  JsonArray *files = upscale_json_read_array (list);

  if (files && json_array_get_length (files) == 0)
    facts->lacks_ip_adapter = TRUE;
}

static void
ask_next (UpscaleComfyuiFacts *facts, UpscaleApiRequest *next)
{
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  if (facts->n_heard >= facts->classes->len)
    {
      guint n_asked = facts->n_heard - facts->classes->len;

      if (n_asked < G_N_ELEMENTS (folders) &&
          upscale_comfyui_has_node (facts, "IPAdapterUnifiedLoader"))
        upscale_api_request_get (next, folders[n_asked]);
      return;
    }
  name = g_uri_escape_string (g_ptr_array_index (facts->classes, facts->n_heard), NULL,
                              FALSE);
  path = g_strconcat ("/object_info/", name, NULL);
  upscale_api_request_get (next, path);
}

/**
 * upscale_comfyui_learn:
 * @facts: what is known
 * @answer: (nullable): to the last question
 * @next: (out): the next question
 * @error: return location for an error
 *
 * Asks for the version, for each node, and for the models of IP-Adapter.
 *
 * Returns: %FALSE when there is no such server, or the workflow can't be read
 */
gboolean
upscale_comfyui_learn (gpointer                 facts,
                       const UpscaleHttpAnswer *answer,
                       UpscaleApiRequest       *next,
                       GError                 **error)
{
  UpscaleComfyuiFacts *self = facts;

  if (!answer)
    {
      if (!read_workflow (self, error))
        return FALSE;
      upscale_api_request_get (next, "/system_stats");
      return TRUE;
    }
  if (self->n_heard == 0 && !hear_system (self, answer, error))
    return FALSE;
  if (self->n_heard > self->classes->len)
    hear_folder (self, answer);
  else if (self->n_heard > 0 && !hear_info (self, answer, error))
    return FALSE;
  ask_next (self, next);
  self->n_heard++;
  return TRUE;
}

/**
 * upscale_comfyui_has_node:
 * @facts: what the server has
 * @class_type: a kind of node
 *
 * Returns: whether it is there
 */
gboolean
upscale_comfyui_has_node (const UpscaleComfyuiFacts *facts, const char *class_type)
{
  return g_hash_table_contains (facts->infos, class_type);
}

/**
 * upscale_comfyui_get_model:
 * @facts: what the server has
 * @gen_params: how to paint
 *
 * Returns: (transfer none) (nullable): the checkpoint that paints
 */
const char *
upscale_comfyui_get_model (const UpscaleComfyuiFacts *facts,
                           const UpscaleGenParams    *gen_params)
{
  const char *named = upscale_model_names_find ((const char *const *) facts->checkpoints,
                                                gen_params->model);

  if (*gen_params->model)
    return named ? named : gen_params->model;
  return upscale_comfyui_default_model_get (facts);
}

static void
name_missing_node (const UpscaleComfyuiFacts *facts, const char *id, GPtrArray *missing)
{
  const char *class_type = get_class (facts->workflow, id);

  /* Ours saves where there are no previews. */
  if (upscale_comfyui_workflow_is_built_in (facts->workflow) &&
      g_str_equal (class_type, "PreviewImage"))
    return;
  if (!upscale_comfyui_has_node (facts, class_type))
    g_ptr_array_add (missing, g_strdup_printf ("the node '%s'", class_type));
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

/* A model file must be among those that the node can load. Anything else is left to the
 * server, which refuses it with the first tile: nodes may take more than they list, or
 * list nothing. */
static void
name_missing_files (const UpscaleComfyuiFacts *facts, const char *id, GPtrArray *missing)
{
  JsonObject *nodes = upscale_comfyui_workflow_get_nodes (facts->workflow);
  JsonObject *node = upscale_json_get_object (nodes, id);
  const char *class_type = upscale_json_get_string (node, "class_type");
  JsonObject *inputs = upscale_json_get_object (node, "inputs");
  g_autoptr (GList) fields = json_object_get_members (inputs);

  for (GList *field = fields; field; field = field->next)
    {
      const char *value = upscale_json_get_string (inputs, field->data);
      g_auto (GStrv) options = dup_options (facts, class_type, field->data);

      if (value && options && names_model_file (value) && !strchr (value, '%') &&
          !g_strv_contains ((const char *const *) options, value))
        g_ptr_array_add (missing, g_strdup_printf (_ ("'%s' for node %s (%s)"), value,
                                                   (char *) id, class_type));
    }
}

static gboolean
check_workflow (const UpscaleComfyuiFacts *facts, GError **error)
{
  g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);
  JsonObject *nodes = upscale_comfyui_workflow_get_nodes (facts->workflow);
  g_autoptr (GList) ids = json_object_get_members (nodes);
  g_autofree char *list = NULL;

  for (GList *id = ids; id; id = id->next)
    {
      name_missing_node (facts, id->data, missing);
      name_missing_files (facts, id->data, missing);
    }
  if (missing->len == 0)
    return TRUE;
  g_ptr_array_set_size (missing, (int) MIN (missing->len, MOST_NAMED));
  g_ptr_array_add (missing, NULL);
  list = g_strjoinv (", ", (char **) missing->pdata);
  g_set_error (
      error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
      _ ("it lacks what the workflow needs: %s; install it there, or use another "
         "workflow"),
      list);
  return FALSE;
}

static gboolean
check_checkpoints (const UpscaleComfyuiFacts *facts, GError **error)
{
  if (!upscale_comfyui_workflow_asks_for (facts->workflow, "model") ||
      (facts->checkpoints && *facts->checkpoints))
    return TRUE;
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
               _ ("it has no model: put a checkpoint in its folder models/checkpoints"));
  return FALSE;
}

static void
describe_built_in (const UpscaleComfyuiFacts *facts, UpscaleCapabilities *capabilities)
{
  gboolean has_nodes = upscale_comfyui_has_node (facts, "IPAdapter") &&
                       upscale_comfyui_has_node (facts, "IPAdapterUnifiedLoader");

  capabilities->takes_controlnet =
      upscale_model_names_choose ((const char *const *) facts->controlnets,
                                  UPSCALE_WORDS_TILE, NULL) &&
      upscale_comfyui_has_node (facts, "ControlNetApplyAdvanced");
  capabilities->takes_ip_adapter = has_nodes && !facts->lacks_ip_adapter;
  capabilities->takes_loras = upscale_comfyui_has_node (facts, "LoraLoader");
  capabilities->controlnets = g_strdupv (facts->controlnets);
  capabilities->tile_controlnets =
      upscale_model_names_filter ((const char *const *) facts->controlnets,
                                  UPSCALE_WORDS_TILE);
  capabilities->loras = g_strdupv (facts->loras);
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
describe_own (const UpscaleComfyuiFacts *facts, UpscaleCapabilities *capabilities)
{
  capabilities->takes_controlnet =
      upscale_comfyui_workflow_asks_for (facts->workflow, "conditioning_scale");
  capabilities->takes_ip_adapter =
      upscale_comfyui_workflow_asks_for (facts->workflow, "reference");
  capabilities->takes_loras = FALSE;
  if (strstr (get_class (facts->workflow, facts->output), "Save"))
    capabilities->caveat =
        g_strdup (_ ("its workflow saves a file for each tile among the server's "
                     "pictures; a Preview Image node would not"));
  capabilities->hint = g_strdup (_ ("the workflow is your own, so it does what it has a "
                                    "placeholder for"));
}

/**
 * upscale_comfyui_refine:
 * @facts: what the server has, once it has painted a small tile
 * @capabilities: what it can do
 *
 * Adds what the small tile has shown.
 */
void
upscale_comfyui_refine (gpointer facts, UpscaleCapabilities *capabilities)
{
  g_autofree char *bare = upscale_comfyui_default_model_dup_bare (facts);

  if (!bare)
    return;
  g_set_str (&capabilities->default_model, upscale_comfyui_default_model_get (facts));
  capabilities->caveat =
      g_strdup_printf (_ ("its model '%s' lacks a VAE or a text encoder, so it needs a "
                          "workflow of your own with the node Load Diffusion Model"),
                       bare);
}

/**
 * upscale_comfyui_describe:
 * @data: what the server has said
 * @error: return location for an error
 *
 * Returns: (transfer full): what it can do, or %NULL with %UPSCALE_ERROR_REJECTED and the
 * names of what is missing
 */
UpscaleCapabilities *
upscale_comfyui_describe (gpointer data, GError **error)
{
  UpscaleComfyuiFacts *facts = data;
  gboolean is_built_in = upscale_comfyui_workflow_is_built_in (facts->workflow);
  UpscaleCapabilities *capabilities;
  g_autofree char     *identity = NULL;

  facts->checkpoints = dup_options (facts, "CheckpointLoaderSimple", "ckpt_name");
  facts->controlnets = dup_options (facts, "ControlNetLoader", "control_net_name");
  facts->loras = dup_options (facts, "LoraLoader", "lora_name");
  if (!check_workflow (facts, error) || !check_checkpoints (facts, error))
    return NULL;
  facts->output = upscale_comfyui_choose_output (facts, error);
  if (!facts->output)
    return NULL;
  identity =
      g_strconcat ("comfyui ", upscale_comfyui_workflow_get_digest (facts->workflow),
                   is_built_in ? "" : " ", is_built_in ? "" : facts->output, NULL);
  capabilities = upscale_capabilities_new (identity);
  capabilities->n_queued = N_QUEUED;
  capabilities->version = g_strdup (facts->version);
  if (upscale_comfyui_workflow_asks_for (facts->workflow, "model"))
    {
      capabilities->models = g_strdupv (facts->checkpoints);
      capabilities->default_model = g_strdup (facts->checkpoints[0]);
      capabilities->guesses_model = facts->checkpoints[1] != NULL;
    }
  else
    capabilities->models = g_new0 (char *, 1);
  if (is_built_in)
    describe_built_in (facts, capabilities);
  else
    describe_own (facts, capabilities);
  return capabilities;
}
