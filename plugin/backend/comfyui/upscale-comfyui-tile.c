/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exchange about one tile: upload, prompt, poll, fetch. */
#include "upscale-comfyui-tile.h"

#include <glib/gi18n-lib.h>

#include "upscale-comfyui-cancel.h"
#include "upscale-comfyui-default-model.h"
#include "upscale-comfyui-graph.h"
#include "upscale-comfyui-output.h"
#include "upscale-comfyui-poll.h"
#include "upscale-error.h"
#include "upscale-json-blobs.h"
#include "upscale-json.h"

#define FOLDER "tile-upscale"

typedef enum
{
  STEP_START,
  STEP_UPLOAD_TILE,
  STEP_UPLOAD_REFERENCE,
  STEP_PROMPT,
  STEP_RETRACT, /* cancel a prompt of which the server runs a part only */
  STEP_POLL,
  STEP_FETCH,
  STEP_RECALL, /* ask the history for the result of an earlier check */
} Step;

/* @is_checking: the prompt shows whether the default model is whole.
 * @slot: names the uploads; the tile's own while @has_slot.
 * @refusal: why the prompt is retracted. */
struct _UpscaleTileServerTile
{
  UpscaleComfyuiServerInfo *info;
  const UpscaleTileRequest *request;
  UpscaleTileReply         *reply;
  Step                      step;
  UpscaleComfyuiPoll        poll;
  char                     *image;
  char                     *reference;
  gboolean                  has_slot;
  guint                     slot;
  gboolean                  is_checking;
  GError                   *refusal;
  UpscaleComfyuiCancel     *retraction;
};

/* A probe shows its picture where the workflow of the address does. */
static const char *
find_output (const UpscaleComfyuiServerInfo *info, const UpscaleTileRequest *request)
{
  UpscaleComfyuiChoice choice =
      upscale_comfyui_server_info_choose (info, request->gen_params);
  const char *output = upscale_comfyui_workflow_get_output (
      upscale_comfyui_server_info_get_workflow (info, &choice));

  return output && !request->is_probe ? output : info->output;
}

/**
 * upscale_comfyui_tile_new:
 * @info: the server and the workflow; outlives the tile
 * @request: the tile to paint; outlives the tile
 * @reply: the answer about the tile; outlives the tile
 *
 * Returns: (transfer full): a tile whose exchange has not begun
 */
UpscaleComfyuiTile *
upscale_comfyui_tile_new (UpscaleComfyuiServerInfo *info,
                          const UpscaleTileRequest *request,
                          UpscaleTileReply         *reply)
{
  UpscaleComfyuiTile *tile;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (reply != NULL, NULL);

  tile = g_new0 (UpscaleComfyuiTile, 1);
  tile->info = info;
  tile->request = request;
  tile->reply = reply;
  tile->poll.reply = reply;
  tile->poll.output = find_output (info, request);
  return tile;
}

/**
 * upscale_comfyui_tile_free:
 * @tile: (transfer full): a tile
 */
void
upscale_comfyui_tile_free (UpscaleComfyuiTile *tile)
{
  g_return_if_fail (tile != NULL);

  g_free (tile->image);
  g_free (tile->reference);
  g_clear_error (&tile->refusal);
  g_clear_pointer (&tile->retraction, upscale_comfyui_cancel_free);
  g_free (tile);
}

/* An upload must not replace a picture that another prompt may still read. */
static char *
name_upload (UpscaleComfyuiTile *tile, const char *role)
{
  g_autofree char *uuid = NULL;

  if (!tile->has_slot)
    tile->slot = upscale_comfyui_ledger_take_slot (&tile->info->ledger);
  tile->has_slot = TRUE;
  if (tile->slot < UPSCALE_COMFYUI_LEDGER_N_SLOTS)
    return g_strdup_printf ("%s-%s-%u.png", tile->info->ledger.run, role, tile->slot);
  uuid = g_uuid_string_random ();
  return g_strdup_printf ("%s-%s.png", role, uuid);
}

/* Uploads go into the folder for temporary files, which the server empties when it
 * starts. */
static void
upload (UpscaleComfyuiTile *tile, GBytes *picture, Step step, UpscaleApiRequest *next)
{
  const char      *role = step == STEP_UPLOAD_TILE ? "tile" : "reference";
  g_autofree char *name = name_upload (tile, role);
  g_autoptr (SoupMultipart) parts = soup_multipart_new (SOUP_FORM_MIME_TYPE_MULTIPART);
  g_autoptr (SoupMessageHeaders) headers =
      soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  soup_multipart_append_form_string (parts, "type", "temp");
  soup_multipart_append_form_string (parts, "subfolder", FOLDER);
  soup_multipart_append_form_string (parts, "overwrite", "true");
  soup_multipart_append_form_file (parts, "image", name, "image/png", picture);
  next->method = "POST";
  next->path = g_strdup ("/upload/image");
  soup_multipart_to_message (parts, headers, &next->body);
  next->content_type = g_strdup (soup_message_headers_get_one (headers, "Content-Type"));
  tile->step = step;
}

/* Returns the server's name for an upload, which may differ from ours. */
static char *
read_uploaded (const UpscaleHttpAnswer *answer, GError **error)
{
  const char *const name_path[] = { "name", NULL };
  const char *const folder_path[] = { "subfolder", NULL };
  const char *const type_path[] = { "type", NULL };
  g_autoptr (UpscaleJsonBlobs) blobs = NULL;
  const char *name;
  const char *folder;
  const char *type;

  if (!upscale_http_answer_check_status (answer, error))
    return NULL;
  blobs = upscale_json_blobs_new (answer->body, error);
  if (!blobs)
    return NULL;
  name = upscale_json_blobs_find_string (blobs, name_path);
  folder = upscale_json_blobs_find_string (blobs, folder_path);
  type = upscale_json_blobs_find_string (blobs, type_path);
  if (!name)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                   _ ("it took the tile, but did not say under which name"));
      return NULL;
    }
  return g_strdup_printf ("%s%s%s%s", folder ? folder : "", folder && *folder ? "/" : "",
                          name, g_strcmp0 (type, "temp") == 0 ? " [temp]" : "");
}

/* An id of ours finds the prompt when the answer is lost, also in a later run. Older
 * versions replace the id. */
static char *
make_id (const UpscaleComfyuiTile *tile)
{
  if (tile->is_checking)
    return upscale_comfyui_default_model_dup_id (tile->info);
  return tile->request->work_id ? g_strdup (tile->request->work_id)
                                : g_uuid_string_random ();
}

static gboolean
send_prompt (UpscaleComfyuiTile *tile, UpscaleApiRequest *next)
{
  gboolean passes_no_model = tile->request->is_probe && !tile->is_checking;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  g_free (tile->reply->remote_id);
  tile->reply->remote_id = make_id (tile);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "prompt");
  json_builder_add_value (builder,
                          passes_no_model
                              ? upscale_comfyui_graph_new_probe (tile->info, tile->image)
                              : upscale_comfyui_graph_new (tile->info, tile->request,
                                                           tile->image, tile->reference));
  upscale_json_add_string (builder, "client_id", tile->reply->remote_id);
  upscale_json_add_string (builder, "prompt_id", tile->reply->remote_id);
  upscale_api_request_post (next, "/prompt", upscale_json_end (builder));
  tile->step = STEP_PROMPT;
  return TRUE;
}

static gboolean
handle_upload_answer (UpscaleComfyuiTile      *tile,
                      const UpscaleHttpAnswer *answer,
                      UpscaleApiRequest       *next,
                      GError                 **error)
{
  GBytes *reference = tile->request->gen_params->ip_adapter_image;
  char  **name = tile->step == STEP_UPLOAD_TILE ? &tile->image : &tile->reference;

  g_free (*name);
  *name = read_uploaded (answer, error);
  if (!*name)
    return FALSE;
  if (tile->step == STEP_UPLOAD_REFERENCE || !reference)
    return send_prompt (tile, next);
  upload (tile, reference, STEP_UPLOAD_REFERENCE, next);
  return TRUE;
}

/* The history tells the outcome of an earlier check, until the server starts again. */
static void
recall_check (UpscaleComfyuiTile *tile, UpscaleApiRequest *next)
{
  g_autofree char *id = upscale_comfyui_default_model_dup_id (tile->info);
  g_autofree char *path = g_strconcat ("/history/", id, NULL);

  upscale_api_request_get (next, path);
  tile->step = STEP_RECALL;
}

static gboolean
end_check (UpscaleComfyuiTile *tile, const GError *failure, UpscaleApiRequest *next)
{
  tile->is_checking = FALSE;
  if (upscale_comfyui_default_model_note (tile->info, failure))
    recall_check (tile, next);
  return TRUE;
}

static gboolean
handle_recall_answer (UpscaleComfyuiTile      *tile,
                      const UpscaleHttpAnswer *answer,
                      UpscaleApiRequest       *next)
{
  g_autofree char *id = upscale_comfyui_default_model_dup_id (tile->info);
  g_auto (UpscaleComfyuiPromptEnd) end = { 0 };

  upscale_comfyui_prompt_read_history (answer, id, tile->info->output, &end, NULL);
  if (end.view || end.failure)
    return end_check (tile, end.failure, next);
  tile->is_checking = TRUE;
  return send_prompt (tile, next);
}

static gboolean
refuse_prompt (UpscaleComfyuiTile *tile, UpscaleApiRequest *next, GError **error)
{
  if (tile->is_checking)
    {
      g_clear_error (&tile->refusal);
      return end_check (tile, NULL, next);
    }
  g_propagate_error (error, g_steal_pointer (&tile->refusal));
  return FALSE;
}

/* Cancels the prompt, then ends with the refusal. */
static gboolean
retract_prompt (UpscaleComfyuiTile      *tile,
                const UpscaleHttpAnswer *answer,
                UpscaleApiRequest       *next,
                GError                 **error)
{
  if (!tile->retraction)
    tile->retraction = upscale_comfyui_cancel_new (tile->info, tile->reply->remote_id);
  tile->step = STEP_RETRACT;
  upscale_comfyui_cancel_build_next (tile->retraction, answer, next, NULL);
  if (next->method)
    return TRUE;
  g_clear_pointer (&tile->retraction, upscale_comfyui_cancel_free);
  g_clear_pointer (&tile->reply->remote_id, g_free);
  g_propagate_error (error, g_steal_pointer (&tile->refusal));
  return FALSE;
}

/* A server that refuses a part of the graph runs the rest already, which would cost and
 * look like the whole. */
static gboolean
handle_prompt_answer (UpscaleComfyuiTile      *tile,
                      const UpscaleHttpAnswer *answer,
                      UpscaleApiRequest       *next,
                      GError                 **error)
{
  const char *const id_path[] = { "prompt_id", NULL };
  g_autoptr (UpscaleJsonBlobs) blobs = NULL;
  const char *id;

  if (!upscale_comfyui_prompt_check (answer, &tile->refusal) &&
      answer->status != SOUP_STATUS_OK)
    return refuse_prompt (tile, next, error);
  blobs = upscale_json_blobs_new (answer->body, error);
  if (!blobs)
    return FALSE;
  id = upscale_json_blobs_find_string (blobs, id_path);
  if (id)
    g_set_str (&tile->reply->remote_id, id);
  if (tile->refusal)
    return retract_prompt (tile, NULL, next, error);
  tile->reply->is_accepted = TRUE;
  tile->reply->phase = UPSCALE_TILE_PHASE_WAITING;
  tile->step = STEP_POLL;
  upscale_comfyui_poll_begin (&tile->poll, next);
  return TRUE;
}

/* Diffusion models for the node Load Diffusion Model lie among the checkpoints of many
 * servers. ComfyUI loads them as checkpoints, and fails where their VAE or text encoder
 * is needed. */
static GError *
describe_bare_model (const UpscaleComfyuiTile *tile)
{
  const char *model =
      upscale_comfyui_server_info_get_model (tile->info, tile->request->gen_params);
  const char *other = upscale_comfyui_default_model_find_other (tile->info, model);

  if (!other)
    return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
                        _ ("its model '%s' lacks a VAE or a text encoder; put a whole "
                           "checkpoint in its folder models/checkpoints, or use a "
                           "workflow of your own with the node Load Diffusion Model"),
                        model);
  return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
                      _ ("its model '%s' lacks a VAE or a text encoder; name another "
                         "model, such as '%s', or use a workflow of your own with the "
                         "node Load Diffusion Model"),
                      model, other);
}

static gboolean
lacks_part (const UpscaleComfyuiTile *tile)
{
  return upscale_comfyui_workflow_is_built_in (tile->info->workflow) &&
         !tile->request->is_probe &&
         upscale_comfyui_default_model_lacks_part (tile->reply->failure);
}

/* A node that does not depend on the tile fails for every tile. So does a node that has
 * failed alike a few times before any tile was painted. */
static gboolean
is_general (const UpscaleComfyuiTile *tile, const char *node)
{
  const char *reference = tile->request->gen_params->ip_adapter_image ? "" : NULL;
  g_autoptr (JsonNode) graph =
      tile->request->is_probe
          ? upscale_comfyui_graph_new_probe (tile->info, UPSCALE_COMFYUI_WORKFLOW_TILE)
          : upscale_comfyui_graph_new (tile->info, tile->request,
                                       UPSCALE_COMFYUI_WORKFLOW_TILE, reference);

  return !upscale_comfyui_output_depends_on_tile (upscale_json_read_object (graph),
                                                  node) ||
         upscale_comfyui_ledger_note_failure (&tile->info->ledger,
                                              tile->reply->failure->message);
}

/* The failure is the tile's own, or the server's if it meets every tile. */
static gboolean
handle_failure (UpscaleComfyuiTile *tile, UpscaleComfyuiPromptEnd *end, GError **error)
{
  tile->reply->failure = g_steal_pointer (&end->failure);
  if (!end->node ||
      !g_error_matches (tile->reply->failure, UPSCALE_ERROR, UPSCALE_ERROR_SERVER))
    return TRUE;
  if (lacks_part (tile))
    {
      g_propagate_error (error, describe_bare_model (tile));
      g_clear_error (&tile->reply->failure);
      return FALSE;
    }
  if (!is_general (tile, end->node))
    return TRUE;
  tile->reply->failure->code = UPSCALE_ERROR_REJECTED;
  g_propagate_error (error, g_steal_pointer (&tile->reply->failure));
  return FALSE;
}

static gboolean
handle_poll_answer (UpscaleComfyuiTile      *tile,
                    const UpscaleHttpAnswer *answer,
                    UpscaleApiRequest       *next,
                    GError                 **error)
{
  g_auto (UpscaleComfyuiPromptEnd) end = { 0 };

  if (!upscale_comfyui_poll_build_next (&tile->poll, answer, next, &end, error))
    return FALSE;
  if (next->method)
    return TRUE;
  if (tile->is_checking && (end.failure || end.view))
    return end_check (tile, end.failure, next);
  if (end.failure)
    return handle_failure (tile, &end, error);
  if (end.view)
    {
      upscale_api_request_get (next, "/view");
      next->query = g_steal_pointer (&end.view);
      tile->step = STEP_FETCH;
      return TRUE;
    }
  /* The prompt never arrived and is sent again, from the upload on. */
  upload (tile, tile->request->tile->image, STEP_UPLOAD_TILE, next);
  return TRUE;
}

static gboolean
handle_picture_answer (UpscaleComfyuiTile      *tile,
                       const UpscaleHttpAnswer *answer,
                       UpscaleApiRequest       *next,
                       GError                 **error)
{
  if (!upscale_http_answer_check_status (answer, error))
    return FALSE;
  if (g_bytes_get_size (answer->body) > 0)
    tile->reply->picture = g_bytes_ref (answer->body);
  if (tile->reply->picture && tile->request->is_probe &&
      upscale_comfyui_default_model_needs_check (tile->info))
    recall_check (tile, next);
  return TRUE;
}

static gboolean
handle_answer (UpscaleComfyuiTile      *tile,
               const UpscaleHttpAnswer *answer,
               UpscaleApiRequest       *next,
               GError                 **error)
{
  switch (tile->step)
    {
    case STEP_UPLOAD_TILE:
    case STEP_UPLOAD_REFERENCE:
      return handle_upload_answer (tile, answer, next, error);
    case STEP_PROMPT:
      return handle_prompt_answer (tile, answer, next, error);
    case STEP_RETRACT:
      return retract_prompt (tile, answer, next, error);
    case STEP_POLL:
      return handle_poll_answer (tile, answer, next, error);
    case STEP_FETCH:
      return handle_picture_answer (tile, answer, next, error);
    case STEP_RECALL:
      return handle_recall_answer (tile, answer, next);
    case STEP_START:
      break;
    }
  g_assert_not_reached ();
}

static gboolean
begin (UpscaleComfyuiTile *tile, UpscaleApiRequest *next, GError **error)
{
  if (tile->reply->remote_id)
    {
      tile->step = STEP_POLL;
      upscale_comfyui_poll_begin (&tile->poll, next);
      return TRUE;
    }
  if (!upscale_server_sampler_check (&tile->info->sampling, tile->request->gen_params,
                                     error))
    return FALSE;
  upload (tile, tile->request->tile->image, STEP_UPLOAD_TILE, next);
  return TRUE;
}

static void
note_end (UpscaleComfyuiTile *tile)
{
  if (tile->has_slot)
    upscale_comfyui_ledger_free_slot (&tile->info->ledger, tile->slot);
  tile->has_slot = FALSE;
  if (tile->reply->picture && !tile->request->is_probe)
    upscale_comfyui_ledger_note_painted (&tile->info->ledger);
}

/**
 * upscale_comfyui_tile_build_next:
 * @tile: a tile
 * @answer: (nullable): to the last request
 * @next: (out): the next request
 * @error: return location for an error
 *
 * Uploads the pictures, sends the prompt, polls it and fetches its picture. A probe then
 * checks the default model.
 *
 * Returns: %TRUE to go on, or %FALSE with an error that is not about the tile
 */
gboolean
upscale_comfyui_tile_build_next (UpscaleComfyuiTile      *tile,
                                 const UpscaleHttpAnswer *answer,
                                 UpscaleApiRequest       *next,
                                 GError                 **error)
{
  g_return_val_if_fail (tile != NULL, FALSE);
  g_return_val_if_fail (next != NULL, FALSE);

  if (answer ? !handle_answer (tile, answer, next, error) : !begin (tile, next, error))
    return FALSE;
  if (!next->method)
    note_end (tile);
  return TRUE;
}
