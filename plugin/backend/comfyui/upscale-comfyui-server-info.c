/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks a ComfyUI server for its version and for each node that may be used. The answer
 * about a node lists the files that the node can load. */
#include "upscale-comfyui-server-info.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-comfyui-default-model.h"
#include "upscale-error.h"
#include "upscale-json-parse.h"
#include "upscale-json.h"
#include "upscale-model-names.h"

/* Classes of nodes that our own workflows use where the server has them. The first three
 * are necessary. */
static const char *const wanted_nodes[] = {
  UPSCALE_COMFYUI_LOADER,
  "KSampler",
  "LoadImage",
  "ControlNetLoader",
  "ControlNetApplyAdvanced",
  "SetUnionControlNetType",
  "LoraLoader",
  "IPAdapter",
  "IPAdapterUnifiedLoader",
  "PreviewImage",
  "UNETLoader",
  "UnetLoaderGGUF",
  "CLIPLoader",
  "CLIPLoaderGGUF",
  "VAELoader",
};

#define OWN_ENDING ".json"
#define MAX_OWN 100

static const char *const folders[] = { "/models/ipadapter", "/models/clip_vision" };

/**
 * upscale_comfyui_server_info_new:
 * @base: address of the server; its fragment is the path of the user's own workflow
 *
 * Returns: (transfer full): the info of a server that was not asked yet
 */
UpscaleComfyuiServerInfo *
upscale_comfyui_server_info_new (GUri *base)
{
  UpscaleComfyuiServerInfo *info;
  const char               *fragment;

  g_return_val_if_fail (base != NULL, NULL);

  info = g_atomic_rc_box_new0 (UpscaleComfyuiServerInfo);
  fragment = g_uri_get_fragment (base);
  info->workflow_path =
      fragment && *fragment ? g_uri_unescape_string (fragment, NULL) : NULL;
  upscale_comfyui_ledger_init (&info->ledger);
  info->families = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) upscale_comfyui_workflow_free);
  info->classes = g_ptr_array_new_with_free_func (g_free);
  info->node_infos = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                            (GDestroyNotify) json_object_unref);
  for (gsize i = 0; i < G_N_ELEMENTS (wanted_nodes); i++)
    g_ptr_array_add (info->classes, g_strdup (wanted_nodes[i]));
  return info;
}

/**
 * upscale_comfyui_server_info_clear:
 * @info: an info
 *
 * Frees the members of @info.
 */
void
upscale_comfyui_server_info_clear (UpscaleComfyuiServerInfo *info)
{
  g_return_if_fail (info != NULL);

  upscale_comfyui_ledger_clear (&info->ledger);
  g_free (info->workflow_path);
  g_clear_pointer (&info->workflow, upscale_comfyui_workflow_free);
  g_hash_table_unref (info->families);
  g_strfreev (info->own);
  g_ptr_array_unref (info->classes);
  g_hash_table_unref (info->node_infos);
  g_free (info->output);
  g_free (info->version);
  upscale_comfyui_choice_clear_lists (&info->lists);
  g_strfreev (info->models);
  g_free (info->incomplete);
  g_strfreev (info->controlnets);
  g_strfreev (info->loras);
  upscale_server_sampler_clear (&info->sampling);
}

static void
add_class (UpscaleComfyuiServerInfo *info, const char *class_type)
{
  if (!g_ptr_array_find_with_equal_func (info->classes, class_type, g_str_equal, NULL))
    g_ptr_array_add (info->classes, g_strdup (class_type));
}

static void
add_classes (UpscaleComfyuiServerInfo *info, const UpscaleComfyuiWorkflow *workflow)
{
  JsonObject *nodes = upscale_comfyui_workflow_get_nodes (workflow);
  g_autoptr (GList) ids = json_object_get_members (nodes);

  for (GList *id = ids; id; id = id->next)
    add_class (info, upscale_json_get_string (upscale_json_get_object (nodes, id->data),
                                              "class_type"));
}

static int
compare_names (gconstpointer name, gconstpointer other)
{
  return strcmp (*(const char *const *) name, *(const char *const *) other);
}

/* Returns the names of the files in the user's folder, in order. */
static GStrv
list_own (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  const char *name;

  while (dir && names->len < MAX_OWN && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, OWN_ENDING))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return (GStrv) g_ptr_array_steal (names, NULL);
}

/* A file that is no workflow is named where the user looks for it. */
static void
read_own (UpscaleComfyuiServerInfo *info)
{
  info->own = list_own (info->workflow_path);
  for (gsize i = 0; info->own[i]; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = g_build_filename (info->workflow_path, info->own[i], NULL);
      UpscaleComfyuiWorkflow *workflow =
          upscale_comfyui_workflow_new_from_file (path, &error);

      if (workflow)
        {
          add_classes (info, workflow);
          g_hash_table_insert (info->families, g_strdup (info->own[i]), workflow);
        }
      else if (!info->incomplete)
        info->incomplete = g_strdup (error->message);
    }
}

static gboolean
read_workflow (UpscaleComfyuiServerInfo *info, GError **error)
{
  const char *path = info->workflow_path;
  gboolean    is_folder = path && g_file_test (path, G_FILE_TEST_IS_DIR);

  info->workflow =
      path && !is_folder
          ? upscale_comfyui_workflow_new_from_file (path, error)
          : upscale_comfyui_workflow_new_built_in (UPSCALE_COMFYUI_DEFAULT_WORKFLOW);
  if (!info->workflow)
    return FALSE;
  for (gsize i = 0; UPSCALE_COMFYUI_WORKFLOWS[i]; i++)
    g_hash_table_insert (info->families, g_strdup (UPSCALE_COMFYUI_WORKFLOWS[i]),
                         upscale_comfyui_workflow_new_built_in (
                             UPSCALE_COMFYUI_WORKFLOWS[i]));
  add_classes (info, info->workflow);
  if (is_folder)
    read_own (info);
  return TRUE;
}

/* Returns the values that an input may have. Older versions answer a list, newer ones a
 * list of options, or of objects with a key where other inputs depend on the choice
 * (COMFY_DYNAMICCOMBO_V3). */
static JsonArray *
find_options (JsonObject *node_info, const char *field)
{
  static const char *const kinds[] = { "required", "optional" };
  JsonObject              *input = upscale_json_get_object (node_info, "input");
  JsonArray               *entry = NULL;
  JsonArray               *first;
  JsonObject              *second;

  for (gsize i = 0; !entry && i < G_N_ELEMENTS (kinds); i++)
    entry = upscale_json_get_array (upscale_json_get_object (input, kinds[i]), field);
  first = upscale_json_read_array (upscale_json_get_element (entry, 0));
  second = upscale_json_read_object (upscale_json_get_element (entry, 1));
  return first ? first : upscale_json_get_array (second, "options");
}

/**
 * upscale_comfyui_server_info_dup_options:
 * @info: the server
 * @class_type: a class of nodes
 * @field: an input of such nodes
 *
 * Returns: (transfer full) (nullable): the values that the input may have, %NULL if the
 * server does not list them
 */
GStrv
upscale_comfyui_server_info_dup_options (const UpscaleComfyuiServerInfo *info,
                                         const char                     *class_type,
                                         const char                     *field)
{
  JsonObject *node_info;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (class_type != NULL, NULL);

  node_info = g_hash_table_lookup (info->node_infos, class_type);
  return upscale_json_dup_names (find_options (node_info, field), "key");
}

static gboolean
read_system (UpscaleComfyuiServerInfo *info,
             const UpscaleHttpAnswer  *answer,
             GError                  **error)
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
  info->version = g_strdup (upscale_json_get_string (system, "comfyui_version"));
  return TRUE;
}

/* Returns the field of a loader that lists its models, or %NULL for any other node. */
static const char *
find_models_field (const char *class_type)
{
  static const char *const loaders[][2] = { { UPSCALE_COMFYUI_LOADER, "ckpt_name" },
                                            { "UNETLoader", "unet_name" },
                                            { "UnetLoaderGGUF", "unet_name" } };

  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++)
    if (g_strcmp0 (loaders[i][0], class_type) == 0)
      return loaders[i][1];
  return NULL;
}

/* Nodes of a family are asked about only where the server lists a model of it. */
static void
add_classes_of_models (UpscaleComfyuiServerInfo *info, const char *class_type)
{
  const char *field = find_models_field (class_type);
  g_auto (GStrv) models = NULL;

  if (!field || !upscale_comfyui_workflow_is_built_in (info->workflow))
    return;
  models = upscale_comfyui_server_info_dup_options (info, class_type, field);
  for (gsize i = 0; models && models[i]; i++)
    {
      const char *name = upscale_comfyui_choice_find_workflow (models[i]);

      if (name)
        add_classes (info, g_hash_table_lookup (info->families, name));
    }
}

/* The server answers an empty object for a node that it lacks. */
static gboolean
read_node_info (UpscaleComfyuiServerInfo *info,
                const UpscaleHttpAnswer  *answer,
                GError                  **error)
{
  const char *class_type = g_ptr_array_index (info->classes, info->n_answered - 1);
  g_autoptr (JsonObject) root = NULL;
  JsonObject *node_info;

  if (answer->status != SOUP_STATUS_OK)
    return TRUE;
  root = upscale_json_parse_object (answer->body, error);
  node_info = upscale_json_get_object (root, class_type);
  if (node_info)
    g_hash_table_insert (info->node_infos, g_strdup (class_type),
                         json_object_ref (node_info));
  if (node_info)
    add_classes_of_models (info, class_type);
  return root != NULL;
}

/* The nodes of ComfyUI_IPAdapter_plus load models from these folders. A server that does
 * not list them may have the models. */
static void
read_folder (UpscaleComfyuiServerInfo *info, const UpscaleHttpAnswer *answer)
{
  g_autoptr (JsonNode) list =
      answer->status == SOUP_STATUS_OK ? upscale_json_parse (answer->body, NULL) : NULL;
  JsonArray *files = upscale_json_read_array (list);

  if (files && json_array_get_length (files) == 0)
    info->lacks_ip_adapter = TRUE;
}

static void
build_query (UpscaleComfyuiServerInfo *info, UpscaleApiRequest *next)
{
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  if (info->n_answered >= info->classes->len)
    {
      guint n_queried = info->n_answered - info->classes->len;

      if (n_queried < G_N_ELEMENTS (folders) &&
          upscale_comfyui_server_info_has_node (info, "IPAdapterUnifiedLoader"))
        upscale_api_request_get (next, folders[n_queried]);
      return;
    }
  name = g_uri_escape_string (g_ptr_array_index (info->classes, info->n_answered), NULL,
                              FALSE);
  path = g_strconcat ("/object_info/", name, NULL);
  upscale_api_request_get (next, path);
}

/**
 * upscale_comfyui_server_info_discover:
 * @info: the answers so far
 * @answer: (nullable): to the last request
 * @next: (out): the next request
 * @error: return location for an error
 *
 * Asks for the version, for each node, and for the models of IP-Adapter.
 *
 * Returns: %TRUE to go on, or %FALSE with an error if there is no such server or the
 * workflow can't be read
 */
gboolean
upscale_comfyui_server_info_discover (UpscaleComfyuiServerInfo *info,
                                      const UpscaleHttpAnswer  *answer,
                                      UpscaleApiRequest        *next,
                                      GError                  **error)
{
  g_return_val_if_fail (info != NULL, FALSE);
  g_return_val_if_fail (next != NULL, FALSE);

  if (!answer)
    {
      if (!read_workflow (info, error))
        return FALSE;
      upscale_api_request_get (next, "/system_stats");
      return TRUE;
    }
  if (info->n_answered == 0 && !read_system (info, answer, error))
    return FALSE;
  if (info->n_answered > info->classes->len)
    read_folder (info, answer);
  else if (info->n_answered > 0 && !read_node_info (info, answer, error))
    return FALSE;
  build_query (info, next);
  info->n_answered++;
  return TRUE;
}

/**
 * upscale_comfyui_server_info_has_node:
 * @info: the server
 * @class_type: a class of nodes
 *
 * Returns: %TRUE if the server has such nodes
 */
gboolean
upscale_comfyui_server_info_has_node (const UpscaleComfyuiServerInfo *info,
                                      const char                     *class_type)
{
  g_return_val_if_fail (info != NULL, FALSE);

  return g_hash_table_contains (info->node_infos, class_type);
}

/**
 * upscale_comfyui_server_info_get_model:
 * @info: the server
 * @gen_params: how to paint
 *
 * Returns: (transfer none) (nullable): the model that paints, in the server's spelling
 */
const char *
upscale_comfyui_server_info_get_model (const UpscaleComfyuiServerInfo *info,
                                       const UpscaleGenParams         *gen_params)
{
  const char *named;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (gen_params != NULL, NULL);

  named =
      upscale_model_names_find ((const char *const *) info->models, gen_params->model);
  if (*gen_params->model)
    return named ? named : gen_params->model;
  return upscale_comfyui_default_model_get (info);
}

/**
 * upscale_comfyui_server_info_choose:
 * @info: the server
 * @gen_params: how to paint
 *
 * Returns: the workflow that paints, of ours or from the user's folder, and its files
 */
UpscaleComfyuiChoice
upscale_comfyui_server_info_choose (const UpscaleComfyuiServerInfo *info,
                                    const UpscaleGenParams         *gen_params)
{
  UpscaleComfyuiChoice choice = { 0 };
  const char          *model = upscale_comfyui_server_info_get_model (info, gen_params);
  gboolean             is_own =
      model && info->own && g_strv_contains ((const char *const *) info->own, model);
  const char *own = is_own ? model : NULL;

  /* A workflow of the user's that leaves the model open gets the default. */
  if (own)
    model = upscale_comfyui_default_model_get (info);
  /* A model without its parts is not among the models of the server, so a job that names
   * it is refused before. */
  if (!upscale_comfyui_choice_make (&info->lists, model ? model : "", &choice, NULL))
    upscale_comfyui_choice_make (&info->lists, "", &choice, NULL);
  if (own)
    choice.workflow = own;
  return choice;
}

/**
 * upscale_comfyui_server_info_get_workflow:
 * @info: the server
 * @choice: a choice of upscale_comfyui_server_info_choose()
 *
 * Returns: (transfer none): the user's workflow, or else the chosen one of ours
 */
const UpscaleComfyuiWorkflow *
upscale_comfyui_server_info_get_workflow (const UpscaleComfyuiServerInfo *info,
                                          const UpscaleComfyuiChoice     *choice)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (choice != NULL, NULL);

  if (!upscale_comfyui_workflow_is_built_in (info->workflow))
    return info->workflow;
  return g_hash_table_lookup (info->families, choice->workflow);
}
