/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Upload, prompt, look into the history until it is there, fetch. */
#include "upscale-comfyui.h"

#include <glib/gi18n-lib.h>

#include "upscale-comfyui-private.h"
#include "upscale-error.h"
#include "upscale-json-peel.h"
#include "upscale-json.h"
#include "upscale-tile-server-backend.h"

#define POLL_WAIT_US (G_USEC_PER_SEC / 2)
#define FOLDER "tile-upscale"

enum
{
  STAGE_START,
  STAGE_TILE_SENT,
  STAGE_REFERENCE_SENT,
  STAGE_PROMPT_SENT,
  STAGE_HISTORY_ASKED,
  STAGE_QUEUE_ASKED,
  STAGE_LAST_HISTORY_ASKED,
  STAGE_PICTURE_ASKED,
};

enum
{
  STOP_START,
  STOP_DELETED,
  STOP_QUEUE_ASKED,
  STOP_INTERRUPTED,
};

/* What the server calls our pictures. */
typedef struct
{
  char *image;
  char *reference;
} Own;

static void
clear_own (gpointer data)
{
  Own *own = data;

  g_free (own->image);
  g_free (own->reference);
}

/* Into the folder for temporary files, which the server empties by itself. The name is
 * like no other, so that no picture replaces one that still waits. */
static void
upload (UpscaleLine *line, GBytes *picture)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *name = g_strconcat (uuid, ".png", NULL);
  g_autoptr (SoupMultipart) parts = soup_multipart_new (SOUP_FORM_MIME_TYPE_MULTIPART);
  g_autoptr (SoupMessageHeaders) headers =
      soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  soup_multipart_append_form_string (parts, "type", "temp");
  soup_multipart_append_form_string (parts, "subfolder", FOLDER);
  soup_multipart_append_form_string (parts, "overwrite", "true");
  soup_multipart_append_form_file (parts, "image", name, "image/png", picture);
  line->method = "POST";
  line->path = g_strdup ("/upload/image");
  soup_multipart_to_message (parts, headers, &line->body);
  line->content_type = g_strdup (soup_message_headers_get_one (headers, "Content-Type"));
}

/* The server may have given another name, and another folder. */
static char *
read_uploaded (const UpscaleHttpAnswer *answer, GError **error)
{
  const char *const name_path[] = { "name", NULL };
  const char *const folder_path[] = { "subfolder", NULL };
  const char *const type_path[] = { "type", NULL };
  g_autoptr (UpscaleJsonPeel) peel = NULL;
  const char *name;
  const char *folder;
  const char *type;

  if (!upscale_dialogue_check (answer, error))
    return NULL;
  peel = upscale_json_peel_new (answer->body, error);
  if (!peel)
    return NULL;
  name = upscale_json_peel_find_string (peel, name_path);
  folder = upscale_json_peel_find_string (peel, folder_path);
  type = upscale_json_peel_find_string (peel, type_path);
  if (!name)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                   _ ("it took the tile, but did not say under which name"));
      return NULL;
    }
  return g_strdup_printf ("%s%s%s%s", folder ? folder : "", folder && *folder ? "/" : "",
                          name, g_strcmp0 (type, "temp") == 0 ? " [temp]" : "");
}

/* An id of our own lets us find the prompt when the answer is lost; older versions give
 * it another. */
static gboolean
send_prompt (UpscaleTalk *talk, UpscaleLine *line)
{
  Own *own = talk->own;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  g_free (talk->remote_id);
  talk->remote_id = g_uuid_string_random ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "prompt");
  json_builder_add_value (builder,
                          upscale_comfyui_make_graph (talk, own->image, own->reference));
  upscale_json_add_string (builder, "client_id", talk->remote_id);
  upscale_json_add_string (builder, "prompt_id", talk->remote_id);
  upscale_line_post (line, "/prompt", upscale_json_end (builder));
  talk->stage = STAGE_PROMPT_SENT;
  return TRUE;
}

static gboolean
hear_of_upload (UpscaleTalk             *talk,
                const UpscaleHttpAnswer *answer,
                UpscaleLine             *line,
                GError                 **error)
{
  Own    *own = talk->own;
  GBytes *reference = talk->recipe->ip_adapter_image;
  char  **name = talk->stage == STAGE_TILE_SENT ? &own->image : &own->reference;

  *name = read_uploaded (answer, error);
  if (!*name)
    return FALSE;
  if (talk->stage == STAGE_REFERENCE_SENT || !reference)
    return send_prompt (talk, line);
  upload (line, reference);
  talk->stage = STAGE_REFERENCE_SENT;
  return TRUE;
}

static gboolean
ask_history (UpscaleTalk *talk, UpscaleLine *line, guint stage)
{
  g_autofree char *id = g_uri_escape_string (talk->remote_id, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/history/", id, NULL);

  upscale_line_get (line, path);
  talk->stage = stage;
  return TRUE;
}

static gboolean
hear_of_prompt (UpscaleTalk             *talk,
                const UpscaleHttpAnswer *answer,
                UpscaleLine             *line,
                GError                 **error)
{
  const char *const id_path[] = { "prompt_id", NULL };
  g_autoptr (UpscaleJsonPeel) peel = NULL;
  const char *id;

  if (!upscale_comfyui_check_prompt (answer, error))
    return FALSE;
  peel = upscale_json_peel_new (answer->body, error);
  if (!peel)
    return FALSE;
  id = upscale_json_peel_find_string (peel, id_path);
  if (id)
    g_set_str (&talk->remote_id, id);
  talk->is_accepted = TRUE;
  talk->phase = UPSCALE_TALK_WAITING;
  return ask_history (talk, line, STAGE_HISTORY_ASKED);
}

static gboolean
start (UpscaleTalk *talk, UpscaleLine *line)
{
  upload (line, talk->tile->image);
  talk->stage = STAGE_TILE_SENT;
  return TRUE;
}

/* Neither done, nor waiting, nor running. One that it never said it knew may not have
 * arrived. */
static gboolean
give_up_prompt (UpscaleTalk *talk, UpscaleLine *line, GError **error)
{
  if (!talk->is_accepted)
    {
      g_clear_pointer (&talk->remote_id, g_free);
      return start (talk, line);
    }
  g_set_error (
      error, UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED,
      _ ("it no longer knows the tile: it was started again, or somebody took it "
         "out of the queue"));
  return FALSE;
}

static gboolean
hear_history (UpscaleTalk             *talk,
              const UpscaleHttpAnswer *answer,
              UpscaleLine             *line,
              GError                 **error)
{
  g_autofree char *view = NULL;

  if (!upscale_comfyui_read_history (answer, talk->remote_id, &view, &talk->failure,
                                     error))
    return FALSE;
  if (talk->failure)
    return TRUE;
  if (view)
    {
      upscale_line_get (line, "/view");
      line->query = g_steal_pointer (&view);
      talk->stage = STAGE_PICTURE_ASKED;
      return TRUE;
    }
  if (talk->stage == STAGE_LAST_HISTORY_ASKED)
    return give_up_prompt (talk, line, error);
  upscale_line_get (line, "/queue");
  talk->stage = STAGE_QUEUE_ASKED;
  return TRUE;
}

/* What has left the queue since the history was asked is in the history now. */
static gboolean
hear_queue (UpscaleTalk             *talk,
            const UpscaleHttpAnswer *answer,
            UpscaleLine             *line,
            GError                 **error)
{
  gboolean is_known = FALSE;
  gboolean is_running = FALSE;

  if (!upscale_comfyui_read_queue (answer, talk->remote_id, &is_known, &is_running,
                                   error))
    return FALSE;
  if (!is_known)
    return ask_history (talk, line, STAGE_LAST_HISTORY_ASKED);
  talk->is_accepted = TRUE;
  talk->phase = is_running ? UPSCALE_TALK_PAINTING : UPSCALE_TALK_WAITING;
  line->wait_us = POLL_WAIT_US;
  return ask_history (talk, line, STAGE_HISTORY_ASKED);
}

static gboolean
hear_picture (UpscaleTalk *talk, const UpscaleHttpAnswer *answer, GError **error)
{
  if (!upscale_dialogue_check (answer, error))
    return FALSE;
  if (g_bytes_get_size (answer->body) > 0)
    talk->picture = g_bytes_ref (answer->body);
  return TRUE;
}

static gboolean
paint (gpointer                 speaker,
       const UpscaleHttpAnswer *answer,
       UpscaleLine             *line,
       GError                 **error)
{
  UpscaleTalk *talk = speaker;

  switch (talk->stage)
    {
    case STAGE_TILE_SENT:
    case STAGE_REFERENCE_SENT:
      return hear_of_upload (talk, answer, line, error);
    case STAGE_PROMPT_SENT:
      return hear_of_prompt (talk, answer, line, error);
    case STAGE_HISTORY_ASKED:
    case STAGE_LAST_HISTORY_ASKED:
      return hear_history (talk, answer, line, error);
    case STAGE_QUEUE_ASKED:
      return hear_queue (talk, answer, line, error);
    case STAGE_PICTURE_ASKED:
      return hear_picture (talk, answer, error);
    default:
      break;
    }
  return talk->remote_id ? ask_history (talk, line, STAGE_HISTORY_ASKED)
                         : start (talk, line);
}

static void
delete_from_queue (const UpscaleTalk *talk, UpscaleLine *line)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  upscale_json_begin_array (builder, "delete");
  json_builder_add_string_value (builder, talk->remote_id);
  json_builder_end_array (builder);
  upscale_line_post (line, "/queue", upscale_json_end (builder));
}

/* Older versions stop whoever runs, whatever the request says, so it is looked at just
 * before. */
static void
interrupt_when_ours (const UpscaleTalk       *talk,
                     const UpscaleHttpAnswer *answer,
                     UpscaleLine             *line)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  gboolean is_known = FALSE;
  gboolean is_running = FALSE;

  if (!upscale_comfyui_read_queue (answer, talk->remote_id, &is_known, &is_running,
                                   NULL) ||
      !is_running)
    return;
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "prompt_id", talk->remote_id);
  upscale_line_post (line, "/interrupt", upscale_json_end (builder));
}

static gboolean
stop (gpointer                 speaker,
      const UpscaleHttpAnswer *answer,
      UpscaleLine             *line,
      GError                 **error)
{
  UpscaleTalk *talk = speaker;

  switch (talk->stage++)
    {
    case STOP_START:
      delete_from_queue (talk, line);
      break;
    case STOP_DELETED:
      upscale_line_get (line, "/queue");
      break;
    case STOP_QUEUE_ASKED:
      interrupt_when_ours (talk, answer, line);
      break;
    default:
      break;
    }
  return TRUE;
}

static const UpscaleTileServer server = {
  .facts_size = sizeof (UpscaleComfyuiFacts),
  .facts_init = upscale_comfyui_init_facts,
  .facts_clear = upscale_comfyui_clear_facts,
  .own_size = sizeof (Own),
  .own_clear = clear_own,
  .learn = upscale_comfyui_learn,
  .describe = upscale_comfyui_describe,
  .paint = paint,
  .stop = stop,
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
