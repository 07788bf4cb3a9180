/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One long request a tile. Interrupting stops any tile that is being painted, and an
 * interrupted request still answers 200, with a picture half done. */
#include "upscale-sdapi.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-http-error.h"
#include "upscale-json-parse.h"
#include "upscale-json-blobs.h"
#include "upscale-json.h"
#include "upscale-model-names.h"
#include "upscale-tile-server-backend.h"
#include "upscale-sdapi-private.h"
#include "upscale-text.h"

#define PROGRESS_ROUTE "/sdapi/v1/progress"
/* SD.Next admits 60 pictures a minute, and does not say when the next one may come. */
#define PACE_US (2 * (gint64) G_USEC_PER_SEC)
#define STATUS_TOO_MANY_REQUESTS 429
/* A tile that waits behind another one can't be stopped before its turn. */
#define TASK_WAIT_US (G_USEC_PER_SEC / 4)
#define MOST_TASK_QUESTIONS 2400
#define MOST_NAME_CHARS 200

enum
{
  STAGE_START,
  STAGE_LOADING,
  STAGE_PAINTING,
  STAGE_CHECKING,
};

/* Only with a name of its own can it be told whose work runs there. */
static void
send_picture (UpscaleTileRequest *talk, UpscaleApiRequest *next)
{
  g_autofree char  *uuid = g_uuid_string_random ();
  UpscaleSdapiTalk *own = talk->own;

  own->trial = talk->is_test ? UPSCALE_SDAPI_NO_TRIAL : upscale_sdapi_choose_trial (talk);
  g_free (talk->remote_id);
  talk->remote_id = g_strconcat ("tile-upscale-", uuid, NULL);
  talk->stage = STAGE_PAINTING;
  upscale_api_request_post (next, upscale_sdapi_get_route (talk),
                            upscale_sdapi_make_request (talk));
  next->is_long = TRUE;
}

/* Where a request can't name the model, it is loaded first; loading what is loaded costs
 * nothing. */
static gboolean
begin (UpscaleTileRequest *talk, UpscaleApiRequest *next, GError **error)
{
  const UpscaleSdapiFacts *facts = talk->facts;
  GBytes                  *settings = NULL;

  if (!upscale_tile_request_check_names (talk, facts->models, facts->loras.names,
                                         error) ||
      !upscale_sdapi_check_guides (talk, error))
    return FALSE;
  settings = upscale_sdapi_make_settings (talk);
  if (!settings)
    {
      send_picture (talk, next);
      return TRUE;
    }
  talk->stage = STAGE_LOADING;
  upscale_api_request_post (next, "/sdapi/v1/options", settings);
  next->is_long = TRUE;
  return TRUE;
}

static void
ask_progress (UpscaleTileRequest *talk, UpscaleApiRequest *next)
{
  talk->stage = STAGE_CHECKING;
  upscale_api_request_get (next, PROGRESS_ROUTE);
  next->query = g_strdup ("skip_current_image=true");
}

/* Here a 404 is no lost job: a sampler, a model or the whole route is not there. */
static gboolean
check_status (const UpscaleHttpAnswer *answer, GError **error)
{
  g_autoptr (GError) plain = NULL;

  if (answer->status != SOUP_STATUS_NOT_FOUND)
    return upscale_http_answer_check_status (answer, error);
  plain = upscale_http_error_from_status (answer->status, answer->body, 0);
  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED, plain->message);
  return FALSE;
}

/* The server describes the picture in a text within the answer; SD.Next's route for
 * ControlNets does so in words. */
static JsonObject *
read_info (UpscaleJsonBlobs *blobs)
{
  const char *const info_path[] = { "info", NULL };
  const char       *info = upscale_json_blobs_find_string (blobs, info_path);
  g_autoptr (GBytes) text = info ? g_bytes_new (info, strlen (info)) : NULL;

  return text ? upscale_json_parse_object (text, NULL) : NULL;
}

/* A model that the server does not find, or that another user loads meanwhile, shows
 * nowhere else. */
static gboolean
check_model (const UpscaleTileRequest *talk, JsonObject *info, GError **error)
{
  const char      *painted = upscale_json_get_string (info, "sd_model_name");
  const char      *wanted = upscale_sdapi_get_model (talk);
  g_autofree char *tidy = NULL;

  if (!painted || !wanted || upscale_model_names_are_same (painted, wanted))
    return TRUE;
  tidy = upscale_text_tidy (painted, MOST_NAME_CHARS);
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
               _ ("it painted with the model '%s' instead of '%s'; see that nobody "
                  "changes the model there meanwhile, and run again"),
               tidy, wanted);
  return FALSE;
}

static gboolean
read_picture (UpscaleTileRequest *talk, UpscaleJsonBlobs *blobs, GError **error)
{
  const char *const image_path[] = { "images", "0", NULL };
  g_autoptr (JsonObject) info = read_info (blobs);

  if (!check_model (talk, info, error))
    return FALSE;
  talk->picture =
      upscale_json_blobs_decode_base64 (blobs,
                                        upscale_json_blobs_find (blobs, image_path));
  if (talk->is_test)
    talk->version = g_strdup (upscale_json_get_string (info, "version"));
  return TRUE;
}

static gboolean
must_slow_down (const UpscaleTileRequest *talk, const UpscaleHttpAnswer *answer)
{
  const UpscaleSdapiFacts *facts = talk->facts;

  return facts->dialect == UPSCALE_SDAPI_SDNEXT &&
         answer->status == STATUS_TOO_MANY_REQUESTS && answer->wait_us == 0;
}

static gboolean
hear_picture (UpscaleTileRequest      *talk,
              const UpscaleHttpAnswer *answer,
              UpscaleApiRequest       *next,
              GError                 **error)
{
  const UpscaleSdapiFacts *facts = talk->facts;
  const UpscaleSdapiTalk  *own = talk->own;
  g_autoptr (UpscaleJsonBlobs) blobs = NULL;

  if (must_slow_down (talk, answer))
    {
      send_picture (talk, next);
      next->wait_us = PACE_US;
      return TRUE;
    }
  if (!check_status (answer, error))
    return FALSE;
  blobs = upscale_json_blobs_new (answer->body, &talk->failure);
  if (!blobs)
    return TRUE;
  if (!read_picture (talk, blobs, error))
    return FALSE;
  if (own->trial != UPSCALE_SDAPI_NO_TRIAL)
    {
      if (!upscale_sdapi_end_trial (talk, error))
        return FALSE;
      send_picture (talk, next);
    }
  else if (talk->picture && facts->has_progress)
    ask_progress (talk, next);
  return TRUE;
}

static void
hear_whether_interrupted (UpscaleTileRequest *talk, const UpscaleHttpAnswer *answer)
{
  g_autoptr (UpscaleJsonBlobs) blobs = answer->status == SOUP_STATUS_OK
                                           ? upscale_json_blobs_new (answer->body, NULL)
                                           : NULL;
  JsonObject *root = blobs ? upscale_json_blobs_get_root (blobs) : NULL;
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
paint (gpointer                 state,
       const UpscaleHttpAnswer *answer,
       UpscaleApiRequest       *next,
       GError                 **error)
{
  UpscaleTileRequest *talk = state;

  if (!answer)
    return begin (talk, next, error);
  if (talk->stage == STAGE_PAINTING)
    return hear_picture (talk, answer, next, error);
  if (talk->stage == STAGE_CHECKING)
    hear_whether_interrupted (talk, answer);
  else if (check_status (answer, error))
    send_picture (talk, next);
  else
    return FALSE;
  return TRUE;
}

static void
ask_about_task (UpscaleTileRequest *talk, UpscaleApiRequest *next)
{
  UpscaleSdapiTalk *own = talk->own;
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "id_task", talk->remote_id);
  upscale_json_add_boolean (builder, "live_preview", FALSE);
  upscale_api_request_post (next, UPSCALE_SDAPI_TASK_ROUTE, upscale_json_end (builder));
  next->wait_us = own->n_asked++ > 0 ? TASK_WAIT_US : 0;
  talk->stage = STAGE_CHECKING;
}

/* Interrupting stops the picture that is being painted, whosesoever it is. */
static gboolean
stop (gpointer                 state,
      const UpscaleHttpAnswer *answer,
      UpscaleApiRequest       *next,
      GError                 **error)
{
  UpscaleTileRequest      *talk = state;
  const UpscaleSdapiFacts *facts = talk->facts;
  const UpscaleSdapiTalk  *own = talk->own;
  g_autoptr (JsonObject) task = NULL;

  if (!answer && facts->knows_tasks)
    ask_about_task (talk, next);
  if (!answer || talk->stage != STAGE_CHECKING || answer->status != SOUP_STATUS_OK)
    return TRUE;
  task = upscale_json_parse_object (answer->body, NULL);
  if (upscale_json_get_boolean (task, "active", FALSE))
    {
      talk->stage = STAGE_PAINTING;
      upscale_api_request_post (next, "/sdapi/v1/interrupt", NULL);
    }
  else if (upscale_json_get_boolean (task, "queued", FALSE) &&
           own->n_asked < MOST_TASK_QUESTIONS)
    ask_about_task (talk, next);
  return TRUE;
}

static void
clear_own (gpointer data)
{
  UpscaleSdapiTalk *own = data;

  g_clear_pointer (&own->plain, g_bytes_unref);
}

static const UpscaleTileServer server = {
  .facts_size = sizeof (UpscaleSdapiFacts),
  .facts_init = upscale_sdapi_init_facts,
  .facts_clear = upscale_sdapi_clear_facts,
  .own_size = sizeof (UpscaleSdapiTalk),
  .own_clear = clear_own,
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
