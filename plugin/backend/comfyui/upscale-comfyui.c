/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Upload, prompt, follow the prompt until it has ended, fetch. */
#include "upscale-comfyui.h"

#include <glib/gi18n-lib.h>

#include "upscale-comfyui-private.h"
#include "upscale-error.h"
#include "upscale-json-blobs.h"
#include "upscale-json.h"
#include "upscale-tile-server-backend.h"

#define FOLDER "tile-upscale"

static void
clear_own (gpointer data)
{
  UpscaleComfyuiOwn *own = data;

  g_free (own->image);
  g_free (own->reference);
  g_clear_error (&own->refusal);
}

/* A picture never replaces one that a prompt may still read. */
static char *
name_upload (UpscaleTileRequest *talk, const char *what)
{
  UpscaleComfyuiFacts *facts = talk->facts;
  UpscaleComfyuiOwn   *own = talk->own;
  g_autofree char     *uuid = NULL;

  if (!own->has_slot)
    own->slot = upscale_comfyui_ledger_take_slot (&facts->ledger);
  own->has_slot = TRUE;
  if (own->slot < UPSCALE_COMFYUI_N_SLOTS)
    return g_strdup_printf ("%s-%s-%u.png", facts->ledger.run, what, own->slot);
  uuid = g_uuid_string_random ();
  return g_strdup_printf ("%s-%s.png", what, uuid);
}

/* Into the folder for temporary files, which the server empties when it starts. */
static void
upload (UpscaleTileRequest *talk,
        UpscaleApiRequest  *next,
        GBytes             *picture,
        const char         *what)
{
  g_autofree char *name = name_upload (talk, what);
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
}

/* The server may have given another name, and another folder. */
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

/* An id of our own lets us find the prompt when the answer is lost, also in a later run;
 * older versions give it another. */
static gboolean
send_prompt (UpscaleTileRequest *talk, UpscaleApiRequest *next)
{
  UpscaleComfyuiOwn *own = talk->own;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  g_free (talk->remote_id);
  if (own->is_checking)
    talk->remote_id = upscale_comfyui_default_model_dup_id (talk->facts);
  else
    talk->remote_id = talk->work_id ? g_strdup (talk->work_id) : g_uuid_string_random ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "prompt");
  json_builder_add_value (builder,
                          upscale_comfyui_make_graph (talk, own->image, own->reference));
  upscale_json_add_string (builder, "client_id", talk->remote_id);
  upscale_json_add_string (builder, "prompt_id", talk->remote_id);
  upscale_api_request_post (next, "/prompt", upscale_json_end (builder));
  talk->stage = COMFYUI_STAGE_PROMPT_SENT;
  return TRUE;
}

static gboolean
hear_of_upload (UpscaleTileRequest      *talk,
                const UpscaleHttpAnswer *answer,
                UpscaleApiRequest       *next,
                GError                 **error)
{
  UpscaleComfyuiOwn *own = talk->own;
  GBytes            *reference = talk->gen_params->ip_adapter_image;
  char **name = talk->stage == COMFYUI_STAGE_TILE_SENT ? &own->image : &own->reference;

  g_free (*name);
  *name = read_uploaded (answer, error);
  if (!*name)
    return FALSE;
  if (talk->stage == COMFYUI_STAGE_REFERENCE_SENT || !reference)
    return send_prompt (talk, next);
  upload (talk, next, reference, "reference");
  talk->stage = COMFYUI_STAGE_REFERENCE_SENT;
  return TRUE;
}

/* Some of it runs already when the server refuses a part only; that would cost, and be
 * taken for the whole. */
static gboolean
hear_of_prompt (UpscaleTileRequest      *talk,
                const UpscaleHttpAnswer *answer,
                UpscaleApiRequest       *next,
                GError                 **error)
{
  const char *const  id_path[] = { "prompt_id", NULL };
  UpscaleComfyuiOwn *own = talk->own;
  g_autoptr (UpscaleJsonBlobs) blobs = NULL;
  const char *id;

  if (!upscale_comfyui_check_prompt (answer, &own->refusal) &&
      answer->status != SOUP_STATUS_OK)
    {
      if (own->is_checking)
        {
          g_clear_error (&own->refusal);
          upscale_comfyui_end_check (talk, NULL, next);
          return TRUE;
        }
      g_propagate_error (error, g_steal_pointer (&own->refusal));
      return FALSE;
    }
  blobs = upscale_json_blobs_new (answer->body, error);
  if (!blobs)
    return FALSE;
  id = upscale_json_blobs_find_string (blobs, id_path);
  if (id)
    g_set_str (&talk->remote_id, id);
  if (own->refusal)
    return upscale_comfyui_retract (talk, NULL, next, error);
  talk->is_accepted = TRUE;
  talk->phase = UPSCALE_TILE_REQUEST_WAITING;
  return upscale_comfyui_follow (talk, next);
}

static void
start (UpscaleTileRequest *talk, UpscaleApiRequest *next)
{
  upload (talk, next, talk->tile->image, "tile");
  talk->stage = COMFYUI_STAGE_TILE_SENT;
}

static gboolean
hear_of_check (UpscaleTileRequest      *talk,
               const UpscaleHttpAnswer *answer,
               UpscaleApiRequest       *next)
{
  const UpscaleComfyuiFacts *facts = talk->facts;
  UpscaleComfyuiOwn         *own = talk->own;
  g_autofree char           *id = upscale_comfyui_default_model_dup_id (facts);
  g_auto (UpscaleComfyuiEnd) end = { 0 };

  upscale_comfyui_read_history (answer, id, facts->output, &end, NULL);
  if (end.view || end.failure)
    {
      upscale_comfyui_end_check (talk, end.failure, next);
      return TRUE;
    }
  own->is_checking = TRUE;
  return send_prompt (talk, next);
}

static gboolean
hear_picture (UpscaleTileRequest      *talk,
              const UpscaleHttpAnswer *answer,
              UpscaleApiRequest       *next,
              GError                 **error)
{
  if (!upscale_http_answer_check_status (answer, error))
    return FALSE;
  if (g_bytes_get_size (answer->body) > 0)
    talk->picture = g_bytes_ref (answer->body);
  if (talk->picture && talk->is_test &&
      upscale_comfyui_default_model_needs_check (talk->facts))
    upscale_comfyui_ask_for_check (talk, next);
  return TRUE;
}

static void
note_end (UpscaleTileRequest *talk)
{
  UpscaleComfyuiFacts *facts = talk->facts;
  UpscaleComfyuiOwn   *own = talk->own;

  if (own->has_slot)
    upscale_comfyui_ledger_free_slot (&facts->ledger, own->slot);
  own->has_slot = FALSE;
  if (talk->picture && !talk->is_test)
    upscale_comfyui_ledger_note_painted (&facts->ledger);
}

static gboolean
hear (UpscaleTileRequest      *talk,
      const UpscaleHttpAnswer *answer,
      UpscaleApiRequest       *next,
      GError                 **error)
{
  switch (talk->stage)
    {
    case COMFYUI_STAGE_TILE_SENT:
    case COMFYUI_STAGE_REFERENCE_SENT:
      return hear_of_upload (talk, answer, next, error);
    case COMFYUI_STAGE_PROMPT_SENT:
      return hear_of_prompt (talk, answer, next, error);
    case COMFYUI_STAGE_REFUSED:
      return upscale_comfyui_retract (talk, answer, next, error);
    case COMFYUI_STAGE_PICTURE_ASKED:
      return hear_picture (talk, answer, next, error);
    case COMFYUI_STAGE_CHECK_ASKED:
      return hear_of_check (talk, answer, next);
    default:
      return upscale_comfyui_hear_of_prompt (talk, answer, next, error);
    }
}

static gboolean
paint (gpointer                 state,
       const UpscaleHttpAnswer *answer,
       UpscaleApiRequest       *next,
       GError                 **error)
{
  UpscaleTileRequest *talk = state;

  if (!answer && talk->remote_id)
    return upscale_comfyui_follow (talk, next);
  if (answer && !hear (talk, answer, next, error))
    return FALSE;
  /* A prompt that never arrived is sent again, from the upload on. */
  if (talk->stage == COMFYUI_STAGE_START)
    start (talk, next);
  else if (!next->method)
    note_end (talk);
  return TRUE;
}

static const UpscaleTileServer server = {
  .facts_size = sizeof (UpscaleComfyuiFacts),
  .facts_init = upscale_comfyui_init_facts,
  .facts_clear = upscale_comfyui_clear_facts,
  .own_size = sizeof (UpscaleComfyuiOwn),
  .own_clear = clear_own,
  .learn = upscale_comfyui_learn,
  .describe = upscale_comfyui_describe,
  .paint = paint,
  .refine = upscale_comfyui_refine,
  .stop = upscale_comfyui_stop,
  .takes_ids = TRUE,
};

/**
 * upscale_comfyui_backend_new:
 * @base: where its routes begin
 * @http: how to send, with the server's own headers
 * @clock: the time between questions
 *
 * Speaks to ComfyUI, with a workflow of ours or, where the address names its file behind
 * a `#`, the user's.
 *
 * Returns: (transfer full): the backend
 */
UpscaleBackend *
upscale_comfyui_backend_new (GUri *base, UpscaleHttp *http, UpscaleClock *clock)
{
  return upscale_tile_server_backend_new (&server, base, http, clock);
}
