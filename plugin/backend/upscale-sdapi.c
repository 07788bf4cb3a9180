/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One long request a tile. Interrupting stops whoever runs, and an interrupted request
 * still answers 200, with a picture half done. */
#include "upscale-sdapi.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-http-status.h"
#include "upscale-json-parse.h"
#include "upscale-json-peel.h"
#include "upscale-json.h"
#include "upscale-tile-server-backend.h"
#include "upscale-sdapi-private.h"

#define PROGRESS_ROUTE "/sdapi/v1/progress"

enum
{
  STAGE_START,
  STAGE_LOADING,
  STAGE_PAINTING,
  STAGE_CHECKING,
};

/* Only with a name of its own can it be told whose work runs there. */
static void
send_tile (UpscaleTalk *talk, UpscaleLine *line)
{
  g_autofree char *uuid = g_uuid_string_random ();

  g_free (talk->remote_id);
  talk->remote_id = g_strconcat ("tile-upscale-", uuid, NULL);
  talk->stage = STAGE_PAINTING;
  upscale_line_post (line, upscale_sdapi_get_route (talk),
                     upscale_sdapi_make_request (talk));
  line->is_long = TRUE;
}

/* Where a request can't name the model, it is loaded first; loading what is loaded costs
 * nothing. */
static void
begin (UpscaleTalk *talk, UpscaleLine *line)
{
  GBytes *settings = upscale_sdapi_make_settings (talk);

  if (!settings)
    {
      send_tile (talk, line);
      return;
    }
  talk->stage = STAGE_LOADING;
  upscale_line_post (line, "/sdapi/v1/options", settings);
  line->is_long = TRUE;
}

static void
ask_progress (UpscaleTalk *talk, UpscaleLine *line)
{
  talk->stage = STAGE_CHECKING;
  upscale_line_get (line, PROGRESS_ROUTE);
  line->query = g_strdup ("skip_current_image=true");
}

/* Here a 404 is no lost job: a sampler, a model or the whole route is not there. */
static gboolean
check_status (const UpscaleHttpAnswer *answer, GError **error)
{
  g_autoptr (GError) plain = NULL;

  if (answer->status != SOUP_STATUS_NOT_FOUND)
    return upscale_dialogue_check (answer, error);
  plain = upscale_http_status_to_error (answer->status, answer->body, 0);
  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED, plain->message);
  return FALSE;
}

/* What the request was is sent along in a text within the text. */
static char *
dup_version (UpscaleJsonPeel *peel)
{
  const char *const info_path[] = { "info", NULL };
  const char       *info = upscale_json_peel_find_string (peel, info_path);
  g_autoptr (GBytes) text = info ? g_bytes_new (info, strlen (info)) : NULL;
  g_autoptr (JsonObject) inner = text ? upscale_json_parse_object (text, NULL) : NULL;

  return g_strdup (upscale_json_get_string (inner, "version"));
}

static gboolean
hear_picture (UpscaleTalk             *talk,
              const UpscaleHttpAnswer *answer,
              UpscaleLine             *line,
              GError                 **error)
{
  const UpscaleSdapiFacts *facts = talk->facts;
  const char *const        image_path[] = { "images", "0", NULL };

  g_autoptr (UpscaleJsonPeel) peel = NULL;

  if (!check_status (answer, error))
    return FALSE;
  peel = upscale_json_peel_new (answer->body, &talk->failure);
  if (!peel)
    return TRUE;
  talk->picture =
      upscale_json_peel_decode_base64 (peel, upscale_json_peel_find (peel, image_path));
  if (talk->is_test)
    talk->version = dup_version (peel);
  if (talk->picture && facts->has_progress)
    ask_progress (talk, line);
  return TRUE;
}

static void
hear_whether_interrupted (UpscaleTalk *talk, const UpscaleHttpAnswer *answer)
{
  g_autoptr (UpscaleJsonPeel) peel = answer->status == SOUP_STATUS_OK
                                         ? upscale_json_peel_new (answer->body, NULL)
                                         : NULL;
  JsonObject *root = peel ? upscale_json_peel_get_root (peel) : NULL;
  JsonObject *state = upscale_json_get_object (root, "state");

  if (!upscale_json_get_boolean (state, "interrupted", FALSE))
    return;
  g_clear_pointer (&talk->picture, g_bytes_unref);
  talk->failure =
      g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_SERVER,
                   _ ("somebody interrupted it at the server, so its picture is "
                      "only half done"));
}

static gboolean
paint (gpointer                 speaker,
       const UpscaleHttpAnswer *answer,
       UpscaleLine             *line,
       GError                 **error)
{
  UpscaleTalk *talk = speaker;

  if (!answer)
    begin (talk, line);
  else if (talk->stage == STAGE_LOADING)
    {
      if (!check_status (answer, error))
        return FALSE;
      send_tile (talk, line);
    }
  else if (talk->stage == STAGE_PAINTING)
    return hear_picture (talk, answer, line, error);
  else
    hear_whether_interrupted (talk, answer);
  return TRUE;
}

/* Servers that don't name what runs are left alone: it may be somebody else's. */
static gboolean
is_ours (const UpscaleTalk *talk, const UpscaleHttpAnswer *answer)
{
  const char *const path[] = { "current_task", NULL };
  g_autoptr (UpscaleJsonPeel) peel = answer->status == SOUP_STATUS_OK
                                         ? upscale_json_peel_new (answer->body, NULL)
                                         : NULL;

  return peel &&
         g_strcmp0 (upscale_json_peel_find_string (peel, path), talk->remote_id) == 0;
}

static gboolean
stop (gpointer                 speaker,
      const UpscaleHttpAnswer *answer,
      UpscaleLine             *line,
      GError                 **error)
{
  UpscaleTalk             *talk = speaker;
  const UpscaleSdapiFacts *facts = talk->facts;

  if (!answer && facts->has_progress)
    ask_progress (talk, line);
  else if (answer && talk->stage == STAGE_CHECKING && is_ours (talk, answer))
    {
      talk->stage = STAGE_PAINTING;
      upscale_line_post (line, "/sdapi/v1/interrupt", NULL);
    }
  return TRUE;
}

static const UpscaleTileServer server = {
  .facts_size = sizeof (UpscaleSdapiFacts),
  .facts_init = upscale_sdapi_init_facts,
  .facts_clear = upscale_sdapi_clear_facts,
  .learn = upscale_sdapi_learn,
  .describe = upscale_sdapi_describe,
  .paint = paint,
  .stop = stop,
};

/**
 * upscale_sdapi_backend_new:
 * @base: where its routes begin
 * @http: how to send, with the server's own headers
 * @clock: the time between questions
 *
 * Speaks AUTOMATIC1111's web API under `/sdapi/v1`, which Forge, SD.Next and
 * stable-diffusion.cpp speak too, each in its own way.
 *
 * Returns: (transfer full): the backend
 */
UpscaleBackend *
upscale_sdapi_backend_new (GUri *base, UpscaleHttp *http, UpscaleClock *clock)
{
  return upscale_tile_server_backend_new (&server, base, http, clock);
}
