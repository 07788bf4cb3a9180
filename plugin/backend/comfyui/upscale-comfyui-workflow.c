/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph in ComfyUI's API format with placeholders: names between percent signs. */
#include "upscale-comfyui-workflow.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-comfyui-resources.h"
#include "upscale-error.h"
#include "upscale-file.h"
#include "upscale-json-parse.h"
#include "upscale-json.h"

#define BUILT_IN "/tile-upscale/workflows/%s.json"
#define MARK '%'
#define MAX_FILE_BYTES (4 * 1024 * 1024)

/**
 * UpscaleComfyuiWorkflow:
 *
 * The graph that ComfyUI runs for a tile. Does not change once its output is set, so any
 * thread may read it then.
 */
struct _UpscaleComfyuiWorkflow
{
  JsonNode *root;
  char     *text;
  char     *digest;
  char     *output;
  gboolean  is_built_in;
};

static UpscaleComfyuiWorkflow *
workflow_new (GBytes *bytes, gboolean is_built_in)
{
  UpscaleComfyuiWorkflow *workflow = g_new0 (UpscaleComfyuiWorkflow, 1);
  gsize                   size = 0;
  const char             *data = g_bytes_get_data (bytes, &size);

  workflow->text = g_strndup (data, size);
  workflow->digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  workflow->is_built_in = is_built_in;
  workflow->root = upscale_json_parse (bytes, NULL);
  return workflow;
}

/**
 * upscale_comfyui_workflow_free:
 * @workflow: (transfer full): a workflow
 */
void
upscale_comfyui_workflow_free (UpscaleComfyuiWorkflow *workflow)
{
  g_return_if_fail (workflow != NULL);

  g_clear_pointer (&workflow->root, json_node_unref);
  g_free (workflow->text);
  g_free (workflow->digest);
  g_free (workflow->output);
  g_free (workflow);
}

/**
 * upscale_comfyui_workflow_new_built_in:
 * @name: a file of `data/workflows`, without its ending
 *
 * Returns: (transfer full): a workflow of ours: img2img. The graph of a tile gets nodes
 * for ControlNet, LoRAs and IP-Adapter where the tile needs them
 */
UpscaleComfyuiWorkflow *
upscale_comfyui_workflow_new_built_in (const char *name)
{
  g_autofree char *path = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (name != NULL, NULL);

  path = g_strdup_printf (BUILT_IN, name);
  bytes = g_resource_lookup_data (upscale_comfyui_get_resource (), path,
                                  G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  return workflow_new (bytes, TRUE);
}

static gboolean
refuse (const char *path, const char *why, GError **error)
{
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT, _ ("the workflow '%s' %s"),
               path, why);
  return FALSE;
}

static gboolean
check (const UpscaleComfyuiWorkflow *workflow, const char *path, GError **error)
{
  JsonObject *nodes = upscale_comfyui_workflow_get_nodes (workflow);
  g_autoptr (GList) ids = nodes ? json_object_get_members (nodes) : NULL;

  if (!nodes)
    return refuse (path, _ ("is no JSON object"), error);
  if (upscale_json_get_array (nodes, "nodes"))
    return refuse (
        path, _ ("is saved for the editor: use 'Export (API)' in ComfyUI's menu instead"),
        error);
  for (GList *id = ids; id; id = id->next)
    {
      JsonObject *node = upscale_json_get_object (nodes, id->data);

      if (!node || !upscale_json_get_string (node, "class_type") ||
          !upscale_json_get_object (node, "inputs"))
        return refuse (path,
                       _ ("holds something that is no node: export it from ComfyUI "
                          "with 'Export (API)'"),
                       error);
    }
  if (!upscale_comfyui_workflow_asks_for (workflow, "image"))
    return refuse (
        path,
        /* xgettext:no-c-format */
        _ ("has no place for the tile: write %image% as the image of a Load Image "
           "node"),
        error);
  return TRUE;
}

/**
 * upscale_comfyui_workflow_new_from_file:
 * @path: a file that ComfyUI has exported in API format, with placeholders
 * @error: return location for an error
 *
 * Returns: (transfer full): the user's workflow, or %NULL with %UPSCALE_ERROR_ARGUMENT
 */
UpscaleComfyuiWorkflow *
upscale_comfyui_workflow_new_from_file (const char *path, GError **error)
{
  g_autoptr (UpscaleComfyuiWorkflow) workflow = NULL;
  g_autoptr (GError) cause = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  bytes = upscale_file_read (path, MAX_FILE_BYTES, &cause);
  if (!bytes)
    {
      g_autofree char *why = g_strconcat ("can't be read: ", cause->message, NULL);

      refuse (path, why, error);
      return NULL;
    }
  workflow = workflow_new (bytes, FALSE);
  return check (workflow, path, error) ? g_steal_pointer (&workflow) : NULL;
}

/**
 * upscale_comfyui_workflow_is_built_in:
 * @workflow: a workflow
 *
 * Returns: %TRUE if the workflow is our own
 */
gboolean
upscale_comfyui_workflow_is_built_in (const UpscaleComfyuiWorkflow *workflow)
{
  g_return_val_if_fail (workflow != NULL, FALSE);

  return workflow->is_built_in;
}

/**
 * upscale_comfyui_workflow_asks_for:
 * @workflow: a workflow
 * @value: a placeholder's name
 *
 * Returns: %TRUE if the workflow has the placeholder
 */
gboolean
upscale_comfyui_workflow_asks_for (const UpscaleComfyuiWorkflow *workflow,
                                   const char                   *value)
{
  g_autofree char *mark = NULL;

  g_return_val_if_fail (workflow != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  mark = g_strdup_printf ("%c%s%c", MARK, value, MARK);
  return strstr (workflow->text, mark) != NULL;
}

/**
 * upscale_comfyui_workflow_get_digest:
 * @workflow: a workflow
 *
 * Returns: (transfer none): the SHA-256 of the file
 */
const char *
upscale_comfyui_workflow_get_digest (const UpscaleComfyuiWorkflow *workflow)
{
  g_return_val_if_fail (workflow != NULL, NULL);

  return workflow->digest;
}

/**
 * upscale_comfyui_workflow_set_output:
 * @workflow: a workflow
 * @output: (transfer full): the node whose picture is the painted tile
 */
void
upscale_comfyui_workflow_set_output (UpscaleComfyuiWorkflow *workflow, char *output)
{
  g_return_if_fail (workflow != NULL);

  g_free (workflow->output);
  workflow->output = output;
}

/**
 * upscale_comfyui_workflow_get_output:
 * @workflow: a workflow
 *
 * Returns: (transfer none) (nullable): the node whose picture is the painted tile
 */
const char *
upscale_comfyui_workflow_get_output (const UpscaleComfyuiWorkflow *workflow)
{
  g_return_val_if_fail (workflow != NULL, NULL);

  return workflow->output;
}

/**
 * upscale_comfyui_workflow_get_nodes:
 * @workflow: a workflow
 *
 * Returns: (transfer none) (nullable): the nodes by id, %NULL if the file is no JSON
 * object
 */
JsonObject *
upscale_comfyui_workflow_get_nodes (const UpscaleComfyuiWorkflow *workflow)
{
  g_return_val_if_fail (workflow != NULL, NULL);

  return upscale_json_read_object (workflow->root);
}

static JsonNode *
find_value (GHashTable *values, const char *start, const char *end)
{
  g_autofree char *name = g_strndup (start, (gsize) (end - start));

  return g_hash_table_lookup (values, name);
}

static void
append_value (GString *text, JsonNode *value)
{
  const char      *string = upscale_json_read_string (value);
  g_autofree char *written = string ? NULL : json_to_string (value, FALSE);

  g_string_append (text, string ? string : written);
}

/* Fills in all values in one pass, so that a placeholder in a prompt stays text. */
static JsonNode *
fill_text (const char *template, GHashTable *values)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize length = strlen (template);

  for (const char *at = template; *at; at++)
    {
      const char *end = *at == MARK ? strchr (at + 1, MARK) : NULL;
      JsonNode   *value = end ? find_value (values, at + 1, end) : NULL;

      if (value && end + 1 - at == (gssize) length)
        return json_node_copy (value); /* keeps the value's type */
      if (value)
        append_value (text, value);
      else
        g_string_append_c (text, *at);
      if (value)
        at = end;
    }
  return json_node_init_string (json_node_alloc (), text->str);
}

static JsonNode *fill (JsonNode *node, GHashTable *values);

static JsonNode *
fill_object (JsonObject *template, GHashTable *values)
{
  g_autoptr (GList) names = json_object_get_members (template);
  g_autoptr (JsonObject) object = json_object_new ();

  for (GList *name = names; name; name = name->next)
    json_object_set_member (object, name->data,
                            fill (upscale_json_get_member (template, name->data),
                                  values));
  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
fill_array (JsonArray *template, GHashTable *values)
{
  g_autoptr (JsonArray) array = json_array_new ();

  for (guint i = 0; i < json_array_get_length (template); i++)
    json_array_add_element (array, fill (json_array_get_element (template, i), values));
  return json_node_init_array (json_node_alloc (), array);
}

static JsonNode *
fill (JsonNode *node, GHashTable *values)
{
  if (upscale_json_read_object (node))
    return fill_object (upscale_json_read_object (node), values);
  if (upscale_json_read_array (node))
    return fill_array (upscale_json_read_array (node), values);
  if (upscale_json_read_string (node))
    return fill_text (upscale_json_read_string (node), values);
  return json_node_copy (node);
}

/**
 * upscale_comfyui_workflow_fill:
 * @workflow: a workflow
 * @values: (element-type utf8 JsonNode): values by the names of their placeholders
 *
 * A string that is only a placeholder becomes the value with its type. In a longer string
 * the value is written as text. Unknown placeholders stay.
 *
 * Returns: (transfer full): the graph
 */
JsonNode *
upscale_comfyui_workflow_fill (const UpscaleComfyuiWorkflow *workflow, GHashTable *values)
{
  g_return_val_if_fail (workflow != NULL, NULL);
  g_return_val_if_fail (values != NULL, NULL);

  return fill (workflow->root, values);
}
