/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One long request for each tile. An interrupted request still answers 200, with a
 * picture half done. */
#include "upscale-sdapi-tile.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-http-error.h"
#include "upscale-json-blobs.h"
#include "upscale-json-parse.h"
#include "upscale-json.h"
#include "upscale-model-names.h"
#include "upscale-picture-compare.h"
#include "upscale-sdapi-caption.h"
#include "upscale-sdapi-payload.h"
#include "upscale-text.h"

#define PROGRESS_ROUTE "/sdapi/v1/progress"
/* SD.Next admits 60 pictures a minute, and does not say when the next one may come. */
#define PACE_US (2 * (gint64) G_USEC_PER_SEC)
#define STATUS_TOO_MANY_REQUESTS 429
#define MAX_NAME_CHARS 200

/**
 * upscale_sdapi_tile_new:
 * @info: the answers of the server about itself; outlives the tile
 * @request: the tile to paint; outlives the tile
 * @reply: the answer about the tile; outlives the tile
 *
 * Returns: (transfer full): a tile whose exchange has not begun
 */
UpscaleSdapiTile *
upscale_sdapi_tile_new (UpscaleSdapiServerInfo   *info,
                        const UpscaleTileRequest *request,
                        UpscaleTileReply         *reply)
{
  UpscaleSdapiTile *tile;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (reply != NULL, NULL);

  tile = g_new0 (UpscaleSdapiTile, 1);
  tile->info = info;
  tile->request = request;
  tile->reply = reply;
  return tile;
}

/**
 * upscale_sdapi_tile_free:
 * @tile: (transfer full): a tile
 */
void
upscale_sdapi_tile_free (UpscaleSdapiTile *tile)
{
  g_return_if_fail (tile != NULL);

  g_clear_pointer (&tile->plain, g_bytes_unref);
  g_free (tile);
}

/* A guide that was not seen to work is proven first: by a small picture without it and
 * one with it. */
static void
choose_picture (UpscaleSdapiTile *tile)
{
  if (tile->request->is_probe ||
      !upscale_sdapi_guides_find_unproven (tile->info, tile->request, &tile->guide))
    tile->picture = UPSCALE_SDAPI_PICTURE_TILE;
  else
    tile->picture =
        tile->plain ? UPSCALE_SDAPI_PICTURE_GUIDED : UPSCALE_SDAPI_PICTURE_PLAIN;
}

/* The task's id tells whose picture the server paints. */
static void
send_picture (UpscaleSdapiTile *tile, UpscaleApiRequest *next)
{
  g_autofree char *uuid = g_uuid_string_random ();

  choose_picture (tile);
  g_free (tile->reply->remote_id);
  tile->reply->remote_id = g_strconcat ("tile-upscale-", uuid, NULL);
  tile->step = UPSCALE_SDAPI_STEP_PAINTING;
  upscale_api_request_post (next, upscale_sdapi_payload_get_route (tile),
                            upscale_sdapi_payload_new (tile));
  next->is_long = TRUE;
}

/* The model is loaded first where the request can't name it. Loading the loaded model
 * again costs nothing. */
static gboolean
begin (UpscaleSdapiTile *tile, UpscaleApiRequest *next, GError **error)
{
  GBytes *settings = NULL;

  if (!upscale_tile_request_check_names (tile->request, tile->info->models,
                                         tile->info->loras.names, error) ||
      !upscale_server_sampler_check (&tile->info->sampling, tile->request->gen_params,
                                     error) ||
      !upscale_sdapi_guides_check (tile->info, tile->request, error))
    return FALSE;
  settings = upscale_sdapi_payload_new_settings (tile);
  if (!settings)
    {
      send_picture (tile, next);
      return TRUE;
    }
  tile->step = UPSCALE_SDAPI_STEP_LOADING;
  upscale_api_request_post (next, "/sdapi/v1/options", settings);
  next->is_long = TRUE;
  return TRUE;
}

static void
query_progress (UpscaleSdapiTile *tile, UpscaleApiRequest *next)
{
  tile->step = UPSCALE_SDAPI_STEP_CHECKING;
  upscale_api_request_get (next, PROGRESS_ROUTE);
  next->query = g_strdup ("skip_current_image=true");
}

/* These servers answer 404 when a sampler, a model or the route is missing. */
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

/* The info alone tells that the server did not find the model, or that another user has
 * loaded another one meanwhile. */
static gboolean
check_model (const UpscaleSdapiTile *tile, JsonObject *info, GError **error)
{
  const char      *painted = upscale_json_get_string (info, "sd_model_name");
  const char      *wanted = upscale_sdapi_guides_get_model (tile->info, tile->request);
  g_autofree char *tidy = NULL;

  if (!painted || !wanted || upscale_model_names_are_same (painted, wanted))
    return TRUE;
  tidy = upscale_text_tidy (painted, MAX_NAME_CHARS);
  g_set_error (
      error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
      _ ("it painted with the model '%s' instead of '%s', as another user changed "
         "the model; wait until the server is free, and run again"),
      tidy, wanted);
  return FALSE;
}

static gboolean
read_picture (UpscaleSdapiTile *tile, UpscaleJsonBlobs *blobs, GError **error)
{
  const char *const image_path[] = { "images", "0", NULL };
  g_autoptr (JsonObject) info = read_info (blobs);

  if (!check_model (tile, info, error))
    return FALSE;
  tile->reply->picture =
      upscale_json_blobs_decode_base64 (blobs,
                                        upscale_json_blobs_find (blobs, image_path));
  if (tile->request->is_probe)
    g_set_str (&tile->info->version, upscale_json_get_string (info, "version"));
  return TRUE;
}

/* Takes the small picture out of the reply, which is the tile's. */
static gboolean
note_small_picture (UpscaleSdapiTile *tile, GError **error)
{
  g_autoptr (GBytes) picture = g_steal_pointer (&tile->reply->picture);

  if (!picture)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                   _ ("it was sent a small tile to try, and answered without a "
                      "picture"));
      return FALSE;
    }
  if (tile->picture == UPSCALE_SDAPI_PICTURE_PLAIN)
    {
      tile->plain = g_steal_pointer (&picture);
      return TRUE;
    }
  return upscale_sdapi_guides_prove (tile->info, tile->request, tile->guide,
                                     !upscale_picture_compare_equal (picture,
                                                                     tile->plain),
                                     error);
}

static gboolean
must_slow_down (const UpscaleSdapiTile *tile, const UpscaleHttpAnswer *answer)
{

  return tile->info->dialect == UPSCALE_SDAPI_SDNEXT &&
         answer->status == STATUS_TOO_MANY_REQUESTS && answer->wait_us == 0;
}

static gboolean
handle_picture_answer (UpscaleSdapiTile        *tile,
                       const UpscaleHttpAnswer *answer,
                       UpscaleApiRequest       *next,
                       GError                 **error)
{
  g_autoptr (UpscaleJsonBlobs) blobs = NULL;

  if (must_slow_down (tile, answer))
    {
      send_picture (tile, next);
      next->wait_us = PACE_US;
      return TRUE;
    }
  if (!check_status (answer, error))
    return FALSE;
  blobs = upscale_json_blobs_new (answer->body, &tile->reply->failure);
  if (!blobs)
    return TRUE;
  if (!read_picture (tile, blobs, error))
    return FALSE;
  if (tile->picture != UPSCALE_SDAPI_PICTURE_TILE)
    {
      if (!note_small_picture (tile, error))
        return FALSE;
      send_picture (tile, next);
    }
  else if (tile->reply->picture && tile->info->has_progress)
    query_progress (tile, next);
  return TRUE;
}

static void
handle_progress_answer (UpscaleSdapiTile *tile, const UpscaleHttpAnswer *answer)
{
  g_autoptr (UpscaleJsonBlobs) blobs = answer->status == SOUP_STATUS_OK
                                           ? upscale_json_blobs_new (answer->body, NULL)
                                           : NULL;
  JsonObject *root = blobs ? upscale_json_blobs_get_root (blobs) : NULL;
  JsonObject *state = upscale_json_get_object (root, "state");

  if (!upscale_json_get_boolean (state, "interrupted", FALSE))
    return;
  g_clear_pointer (&tile->reply->picture, g_bytes_unref);
  tile->reply->failure =
      g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_SERVER,
                   _ ("somebody interrupted it at the server, so its picture is "
                      "only half done"));
}

/**
 * upscale_sdapi_tile_build_next:
 * @tile: a tile
 * @answer: (nullable): to the last request
 * @next: (out): the next request
 * @error: return location for an error
 *
 * Has the server describe the tile where captions are wanted. Else has it load the model
 * where the request can't name it, then paint, then tell whether the picture was
 * interrupted.
 *
 * Returns: %TRUE to go on, or %FALSE with an error that is not about the tile
 */
gboolean
upscale_sdapi_tile_build_next (UpscaleSdapiTile        *tile,
                               const UpscaleHttpAnswer *answer,
                               UpscaleApiRequest       *next,
                               GError                 **error)
{
  g_return_val_if_fail (tile != NULL, FALSE);
  g_return_val_if_fail (next != NULL, FALSE);

  if (tile->request->gen_params->wants_captions)
    return upscale_sdapi_caption_build_next (tile, answer, next, error);
  if (!answer)
    return begin (tile, next, error);
  if (tile->step == UPSCALE_SDAPI_STEP_PAINTING)
    return handle_picture_answer (tile, answer, next, error);
  if (tile->step == UPSCALE_SDAPI_STEP_CHECKING)
    handle_progress_answer (tile, answer);
  else if (check_status (answer, error))
    send_picture (tile, next);
  else
    return FALSE;
  return TRUE;
}
