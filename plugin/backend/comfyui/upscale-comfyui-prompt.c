/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads ComfyUI's answers about a prompt: refusals, the queue and the history. */
#include "upscale-comfyui-prompt.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-http-error.h"
#include "upscale-json-parse.h"
#include "upscale-json-text.h"
#include "upscale-json.h"
#include "upscale-text.h"

#define MAX_CHARS 300
/* The queue is an object of lists of lists. */
#define QUEUE_DEPTH 3

static const char *
get_text (JsonObject *object, const char *name)
{
  const char *text = upscale_json_get_string (object, name);

  return text ? text : "";
}

/* Returns the first error of the first node that has one. */
static char *
describe_node_error (JsonObject *node_errors, const char **class_type)
{
  g_autoptr (GList) ids = json_object_get_members (node_errors);

  for (GList *id = ids; id; id = id->next)
    {
      JsonObject *node = upscale_json_get_object (node_errors, id->data);
      JsonArray  *errors = upscale_json_get_array (node, "errors");
      JsonObject *first = upscale_json_read_object (upscale_json_get_element (errors, 0));

      if (!first)
        continue;
      *class_type = get_text (node, "class_type");
      return g_strdup_printf (_ ("node %s (%s): %s: %s"), (char *) id->data, *class_type,
                              get_text (first, "message"), get_text (first, "details"));
    }
  return NULL;
}

/**
 * upscale_comfyui_prompt_check:
 * @answer: the answer to a new prompt
 * @error: return location for an error
 *
 * ComfyUI answers 200 with `node_errors` when at least one output node can be run, and
 * then runs that node alone. Both answers mean that the graph is refused.
 *
 * Returns: %TRUE if the server took the whole graph, or %FALSE with an error that names
 * the node and its problem
 */
gboolean
upscale_comfyui_prompt_check (const UpscaleHttpAnswer *answer, GError **error)
{
  g_autoptr (JsonObject) root = NULL;
  JsonObject      *problem;
  JsonObject      *nodes;
  const char      *class_type = "";
  g_autofree char *of_node = NULL;
  g_autofree char *of_graph = NULL;
  g_autofree char *said = NULL;

  g_return_val_if_fail (answer != NULL, FALSE);

  if (answer->status == SOUP_STATUS_BAD_REQUEST || answer->status == SOUP_STATUS_OK)
    root = upscale_json_parse_object (answer->body, NULL);
  problem = upscale_json_get_object (root, "error");
  nodes = upscale_json_get_object (root, "node_errors");
  of_node = nodes ? describe_node_error (nodes, &class_type) : NULL;
  if (!problem && !of_node)
    return upscale_http_answer_check_status (answer, error);
  of_graph = g_strdup_printf ("%s %s", get_text (problem, "message"),
                              get_text (problem, "details"));
  said = upscale_text_tidy (of_node ? of_node : of_graph, MAX_CHARS);
  /* The upload of an input picture may be gone and is repeated. Other errors stay. */
  g_set_error (error, UPSCALE_ERROR,
               g_str_has_prefix (class_type, "LoadImage") ? UPSCALE_ERROR_EXPIRED
                                                          : UPSCALE_ERROR_REJECTED,
               _ ("it refuses the workflow: %s"), said);
  return FALSE;
}

static GError *
describe_execution_error (JsonObject *data)
{
  g_autofree char *said =
      g_strdup_printf (_ ("node %s (%s): %s %s"), get_text (data, "node_id"),
                       get_text (data, "node_type"), get_text (data, "exception_type"),
                       get_text (data, "exception_message"));

  return upscale_http_error_from_tile (said);
}

/* Finds one of the messages of a prompt's status. */
static JsonObject *
find_message (JsonObject *status, const char *event)
{
  JsonArray *messages = upscale_json_get_array (status, "messages");

  for (guint i = 0; messages && i < json_array_get_length (messages); i++)
    {
      JsonArray  *pair = upscale_json_read_array (json_array_get_element (messages, i));
      const char *name = upscale_json_read_string (upscale_json_get_element (pair, 0));
      JsonObject *data = upscale_json_read_object (upscale_json_get_element (pair, 1));

      if (data && g_strcmp0 (name, event) == 0)
        return data;
    }
  return NULL;
}

/* ComfyUI converts a file of any format to PNG when the RGB channel is asked for. */
static char *
make_view (JsonObject *image)
{
  const char      *name = get_text (image, "filename");
  g_autofree char *folded = g_ascii_strdown (name, -1);
  g_autofree char *query =
      soup_form_encode ("filename", name, "subfolder", get_text (image, "subfolder"),
                        "type", get_text (image, "type"), NULL);

  return g_strconcat (query, g_str_has_suffix (folded, ".png") ? "" : "&channel=rgb",
                      NULL);
}

static gboolean
read_failure (JsonObject *status, UpscaleComfyuiPromptEnd *end, GError **error)
{
  JsonObject *data = find_message (status, "execution_error");

  if (data)
    {
      end->failure = describe_execution_error (data);
      end->node = g_strdup (get_text (data, "node_id"));
      return TRUE;
    }
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED,
               _ ("somebody has interrupted the workflow at the server"));
  return FALSE;
}

static void
read_picture (JsonObject *outputs, const char *output, UpscaleComfyuiPromptEnd *end)
{
  JsonObject *shown = upscale_json_get_object (outputs, output);
  JsonArray  *images = upscale_json_get_array (shown, "images");
  JsonObject *first = upscale_json_read_object (upscale_json_get_element (images, 0));

  if (first)
    end->view = make_view (first);
  else
    end->failure = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                                _ ("the workflow has ended without a picture from node "
                                   "%s"),
                                output);
}

/**
 * upscale_comfyui_prompt_clear_end:
 * @end: the end of a prompt
 *
 * Frees the members of @end.
 */
void
upscale_comfyui_prompt_clear_end (UpscaleComfyuiPromptEnd *end)
{
  g_return_if_fail (end != NULL);

  g_clear_pointer (&end->view, g_free);
  g_clear_error (&end->failure);
  g_clear_pointer (&end->node, g_free);
}

/**
 * upscale_comfyui_prompt_read_history:
 * @answer: the answer of `/history/{id}`
 * @id: the prompt's id
 * @output: the node whose picture is the result
 * @end: (out): the end of the prompt; zeros while the prompt has not ended
 * @error: return location for an error
 *
 * Returns: %TRUE if the answer could be read, or %FALSE with an error that is not about
 * the tile
 */
gboolean
upscale_comfyui_prompt_read_history (const UpscaleHttpAnswer *answer,
                                     const char              *id,
                                     const char              *output,
                                     UpscaleComfyuiPromptEnd *end,
                                     GError                 **error)
{
  g_autoptr (JsonObject) root = NULL;
  JsonObject *entry;
  JsonObject *status;

  g_return_val_if_fail (answer != NULL, FALSE);

  if (!upscale_http_answer_check_status (answer, error))
    return FALSE;
  root = upscale_json_parse_object (answer->body, error);
  if (!root)
    return FALSE;
  entry = upscale_json_get_object (root, id);
  if (!entry)
    return TRUE;
  status = upscale_json_get_object (entry, "status");
  if (status && g_str_equal (get_text (status, "status_str"), "error"))
    return read_failure (status, end, error);
  read_picture (upscale_json_get_object (entry, "outputs"), output, end);
  return TRUE;
}

/**
 * upscale_comfyui_prompt_read_job:
 * @answer: the answer of `/api/jobs/{id}`
 * @is_open: (out): %TRUE if the job runs or waits
 * @is_running: (out): %TRUE if it runs
 * @error: return location for an error
 *
 * Returns: %TRUE if the answer is a job
 */
gboolean
upscale_comfyui_prompt_read_job (const UpscaleHttpAnswer *answer,
                                 gboolean                *is_open,
                                 gboolean                *is_running,
                                 GError                 **error)
{
  g_autoptr (JsonObject) job = NULL;
  const char *status;

  g_return_val_if_fail (answer != NULL, FALSE);

  if (!upscale_http_answer_check_status (answer, error))
    return FALSE;
  job = upscale_json_parse_object (answer->body, error);
  if (!job)
    return FALSE;
  status = get_text (job, "status");
  *is_running = g_str_equal (status, "in_progress");
  *is_open = *is_running || g_str_equal (status, "pending");
  return TRUE;
}

/**
 * upscale_comfyui_prompt_read_length:
 * @answer: the answer of `GET /prompt`
 * @n_prompts: (out): number of prompts that wait or run
 * @error: return location for an error
 *
 * Returns: %TRUE if the answer could be read
 */
gboolean
upscale_comfyui_prompt_read_length (const UpscaleHttpAnswer *answer,
                                    guint                   *n_prompts,
                                    GError                 **error)
{
  g_autoptr (JsonObject) root = NULL;
  JsonObject *info;

  g_return_val_if_fail (answer != NULL, FALSE);

  if (!upscale_http_answer_check_status (answer, error))
    return FALSE;
  root = upscale_json_parse_object (answer->body, error);
  if (!root)
    return FALSE;
  info = upscale_json_get_object (root, "exec_info");
  *n_prompts = (guint) upscale_json_get_int (info, "queue_remaining", 1, G_MAXINT);
  return TRUE;
}

static gboolean
holds (JsonObject *queue, const char *name, const char *id)
{
  JsonArray *entries = upscale_json_get_array (queue, name);

  for (guint i = 0; entries && i < json_array_get_length (entries); i++)
    {
      JsonArray *entry = upscale_json_read_array (json_array_get_element (entries, i));
      JsonNode  *second = upscale_json_get_element (entry, 1);

      if (g_strcmp0 (upscale_json_read_string (second), id) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * upscale_comfyui_prompt_read_queue:
 * @answer: the answer of `/queue`
 * @id: the prompt's id
 * @is_known: (out): %TRUE if the prompt runs or waits
 * @is_running: (out): %TRUE if it runs
 * @error: return location for an error
 *
 * The queue holds every prompt with its whole workflow, so only the ids are parsed.
 *
 * Returns: %TRUE if the answer is a queue
 */
gboolean
upscale_comfyui_prompt_read_queue (const UpscaleHttpAnswer *answer,
                                   const char              *id,
                                   gboolean                *is_known,
                                   gboolean                *is_running,
                                   GError                 **error)
{
  g_autoptr (GBytes) text = NULL;
  g_autoptr (JsonObject) queue = NULL;

  g_return_val_if_fail (answer != NULL, FALSE);

  if (!upscale_http_answer_check_status (answer, error))
    return FALSE;
  text = upscale_json_text_prune (answer->body, QUEUE_DEPTH);
  queue = upscale_json_parse_object (text, error);
  if (!queue)
    return FALSE;
  *is_running = holds (queue, "queue_running", id);
  *is_known = *is_running || holds (queue, "queue_pending", id);
  return TRUE;
}
