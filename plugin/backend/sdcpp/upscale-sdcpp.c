/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The jobs of stable-diffusion.cpp: submit one, then poll it until it has ended. The
 * server has one model and no keys, and ignores a picture that it has no model for
 * without a word. */
#include "upscale-sdcpp.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-http-error.h"
#include "upscale-json-parse.h"
#include "upscale-json-blobs.h"
#include "upscale-json.h"
#include "upscale-tile-server-backend.h"
#include "upscale-loras.h"
#include "upscale-server-sampler.h"
#include "upscale-text.h"

#define POLL_WAIT_US (G_USEC_PER_SEC / 2)
/* Tiles of ours that wait in the server's queue, which other clients share. */
#define MAX_QUEUED 3
#define MAX_QUEUE_SIZE 1000
#define MAX_STATUS_CHARS 60

/* The answers of the server about itself. */
typedef struct _UpscaleTileServerInfo UpscaleSdcppServerInfo;
struct _UpscaleTileServerInfo
{
  char                *model;
  GStrv                models;
  UpscaleServerSampler sampling;
  UpscaleLoras         loras;
  int                  queue_size;
};

/* The state of one tile's exchange. The reply's remote id is the id of the job. */
typedef struct _UpscaleTileServerTile UpscaleSdcppTile;
struct _UpscaleTileServerTile
{
  const UpscaleSdcppServerInfo *info;
  const UpscaleTileRequest     *request;
  UpscaleTileReply             *reply;
};

/* The state of one cancellation. */
typedef struct _UpscaleTileServerCancel UpscaleSdcppCancel;
struct _UpscaleTileServerCancel
{
  const char *job_id;
};

static UpscaleSdcppServerInfo *
info_new (GUri *base)
{
  return g_atomic_rc_box_new0 (UpscaleSdcppServerInfo);
}

static void
info_clear (UpscaleSdcppServerInfo *info)
{
  g_free (info->model);
  g_strfreev (info->models);
  upscale_loras_clear (&info->loras);
  upscale_server_sampler_clear (&info->sampling);
}

/* The name is empty where the parts of a model are in files of their own. */
static void
set_model (UpscaleSdcppServerInfo *info, const char *model)
{
  const char *models[] = { model, NULL };

  info->model = g_strdup (model);
  info->models = model && *model ? g_strdupv ((char **) models) : NULL;
}

static gboolean
read_capabilities (UpscaleSdcppServerInfo  *info,
                   const UpscaleHttpAnswer *answer,
                   GError                 **error)
{
  g_autoptr (JsonObject) root = upscale_json_parse_object (answer->body, NULL);
  JsonObject *model = upscale_json_get_object (root, "model");
  JsonObject *limits = upscale_json_get_object (root, "limits");

  if (!model && !limits)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
                   _ ("its answer is not what stable-diffusion.cpp says; is the address "
                      "right?"));
      return FALSE;
    }
  set_model (info, upscale_json_get_string (model, "stem"));
  info->queue_size =
      (int) upscale_json_get_int (limits, "max_queue_size", 1, MAX_QUEUE_SIZE);
  upscale_loras_read (&info->loras, upscale_json_get_array (root, "loras"));
  upscale_server_sampler_read_sdcpp (&info->sampling, root);
  return TRUE;
}

static gboolean
discover (UpscaleSdcppServerInfo  *info,
          const UpscaleHttpAnswer *answer,
          UpscaleApiRequest       *next,
          GError                 **error)
{
  if (!answer)
    {
      upscale_api_request_get (next, "/sdcpp/v1/capabilities");
      return TRUE;
    }
  if (answer->status == SOUP_STATUS_NOT_FOUND)
    {
      g_set_error (
          error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
          _ ("it has no jobs of stable-diffusion.cpp's own (/sdcpp/v1): check the "
             "address, update the server, or write sdapi+ before the address"));
      return FALSE;
    }
  return upscale_http_answer_check_status (answer, error) &&
         read_capabilities (info, answer, error);
}

static UpscaleCapabilities *
describe (UpscaleSdcppServerInfo *info, GError **error)
{
  const char          *model = info->model ? info->model : "";
  g_autofree char     *identity = g_strconcat ("sdcpp ", model, NULL);
  UpscaleCapabilities *capabilities = upscale_capabilities_new (identity);

  capabilities->n_queued = CLAMP (info->queue_size - 1, 0, MAX_QUEUED);
  capabilities->models = g_strdupv (info->models);
  capabilities->loras = g_strdupv (info->loras.names);
  upscale_server_sampler_describe (&info->sampling, capabilities);
  capabilities->takes_short_names = TRUE;
  capabilities->stops_tiles = FALSE;
  capabilities->keeps_batches = TRUE;
  capabilities->hint = g_strdup (
      _ ("sd-server takes a ControlNet from --control-net and an IP-Adapter from "
         "--ip-adapter with --clip_vision, when it is started"));
  return capabilities;
}

static void
add_sample_params (JsonBuilder *builder, const UpscaleSdcppTile *tile)
{
  upscale_json_begin_object (builder, "sample_params");
  upscale_json_add_int (builder, "sample_steps", tile->request->gen_params->steps);
  upscale_server_sampler_add (&tile->info->sampling, builder, "sample_method",
                              tile->request->gen_params);
  upscale_json_begin_object (builder, "guidance");
  upscale_json_add_double (builder, "txt_cfg", tile->request->gen_params->cfg_scale);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_guides (JsonBuilder *builder, const UpscaleSdcppTile *tile)
{
  if (tile->request->gen_params->controlnet_enabled)
    {
      upscale_json_add_base64 (builder, "control_image", tile->request->tile->image);
      upscale_json_add_double (builder, "control_strength",
                               tile->request->gen_params->conditioning_scale);
    }
  if (tile->request->gen_params->ip_adapter_image)
    {
      upscale_json_add_base64 (builder, "ip_adapter_image",
                               tile->request->gen_params->ip_adapter_image);
      upscale_json_add_double (builder, "ip_adapter_strength",
                               tile->request->gen_params->ip_adapter_scale);
    }
}

static GBytes *
make_payload (const UpscaleSdcppTile *tile)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "prompt",
                           upscale_tile_request_get_prompt (tile->request));
  upscale_json_add_string (builder, "negative_prompt",
                           tile->request->gen_params->negative_prompt);
  upscale_json_add_int (builder, "width", tile->request->tile->target_width_px);
  upscale_json_add_int (builder, "height", tile->request->tile->target_height_px);
  upscale_json_add_double (builder, "strength", tile->request->gen_params->strength);
  upscale_json_add_int (builder, "seed", tile->request->tile->seed);
  upscale_json_add_int (builder, "batch_count", 1);
  upscale_json_add_base64 (builder, "init_image", tile->request->tile->image);
  add_guides (builder, tile);
  upscale_loras_add (&tile->info->loras, builder, tile->request->gen_params);
  add_sample_params (builder, tile);
  upscale_json_add_string (builder, "output_format", "png");
  /* The metadata would make equal pictures differ as files. */
  upscale_json_add_boolean (builder, "embed_image_metadata", FALSE);
  return upscale_json_end (builder);
}

static char *
make_job_path (const char *job_id, const char *more)
{
  g_autofree char *id = g_uri_escape_string (job_id, NULL, FALSE);

  return g_strconcat ("/sdcpp/v1/jobs/", id, more, NULL);
}

static void
query_job (const UpscaleSdcppTile *tile, UpscaleApiRequest *next)
{
  g_autofree char *path = make_job_path (tile->reply->remote_id, NULL);

  upscale_api_request_get (next, path);
}

static gboolean
handle_submit_answer (UpscaleSdcppTile        *tile,
                      const UpscaleHttpAnswer *answer,
                      GError                 **error)
{
  const char *const path[] = { "id", NULL };

  g_autoptr (UpscaleJsonBlobs) blobs = NULL;

  if (!upscale_http_answer_check_status (answer, error))
    return FALSE;
  blobs = upscale_json_blobs_new (answer->body, error);
  if (!blobs)
    return FALSE;
  tile->reply->remote_id = g_strdup (upscale_json_blobs_find_string (blobs, path));
  tile->reply->is_accepted = tile->reply->remote_id != NULL;
  tile->reply->phase = UPSCALE_TILE_PHASE_WAITING;
  if (!tile->reply->remote_id)
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                 _ ("it took the tile, but named no job"));
  return tile->reply->remote_id != NULL;
}

static gboolean
refuse_status (const char *status, GError **error)
{
  g_autofree char *tidy = upscale_text_tidy (status, MAX_STATUS_CHARS);

  if (g_strcmp0 (status, "cancelled") == 0)
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED,
                 _ ("somebody has cancelled the job at the server"));
  else
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                 _ ("it says the job is '%s', an unknown status; update the plug-in or "
                    "the server"),
                 tidy);
  return FALSE;
}

static gboolean
read_job (UpscaleSdcppTile *tile,
          UpscaleJsonBlobs *blobs,
          gboolean         *has_ended,
          GError          **error)
{
  const char *const status_path[] = { "status", NULL };
  const char *const message_path[] = { "error", "message", NULL };
  const char *const image_path[] = { "result", "images", "0", "b64_json", NULL };
  const char       *status = upscale_json_blobs_find_string (blobs, status_path);
  const char       *said = upscale_json_blobs_find_string (blobs, message_path);

  *has_ended = TRUE;
  if (g_strcmp0 (status, "completed") == 0)
    tile->reply->picture =
        upscale_json_blobs_decode_base64 (blobs,
                                          upscale_json_blobs_find (blobs, image_path));
  else if (g_strcmp0 (status, "failed") == 0)
    tile->reply->failure =
        upscale_http_error_from_tile (said ? said : _ ("it gave no reason"));
  else if (g_strcmp0 (status, "queued") == 0 || g_strcmp0 (status, "generating") == 0)
    {
      *has_ended = FALSE;
      tile->reply->phase =
          *status == 'q' ? UPSCALE_TILE_PHASE_WAITING : UPSCALE_TILE_PHASE_PAINTING;
    }
  else
    return refuse_status (status ? status : "", error);
  return TRUE;
}

static gboolean
handle_job_answer (UpscaleSdcppTile        *tile,
                   const UpscaleHttpAnswer *answer,
                   UpscaleApiRequest       *next,
                   GError                 **error)
{
  g_autoptr (UpscaleJsonBlobs) blobs = NULL;
  gboolean has_ended = FALSE;

  if (answer->status == SOUP_STATUS_NOT_FOUND || answer->status == SOUP_STATUS_GONE)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED,
                   _ ("it no longer knows the job: the server was restarted, or has "
                      "deleted the picture"));
      return FALSE;
    }
  if (!upscale_http_answer_check_status (answer, error))
    return FALSE;
  blobs = upscale_json_blobs_new (answer->body, error);
  if (!blobs || !read_job (tile, blobs, &has_ended, error))
    return FALSE;
  if (!has_ended)
    {
      query_job (tile, next);
      next->wait_us = POLL_WAIT_US;
    }
  return TRUE;
}

static UpscaleSdcppTile *
tile_new (UpscaleSdcppServerInfo   *info,
          const UpscaleTileRequest *request,
          UpscaleTileReply         *reply)
{
  UpscaleSdcppTile *tile = g_new0 (UpscaleSdcppTile, 1);

  tile->info = info;
  tile->request = request;
  tile->reply = reply;
  return tile;
}

static void
tile_free (UpscaleSdcppTile *tile)
{
  g_free (tile);
}

static gboolean
tile_build_next (UpscaleSdcppTile        *tile,
                 const UpscaleHttpAnswer *answer,
                 UpscaleApiRequest       *next,
                 GError                 **error)
{
  if (tile->reply->remote_id && answer)
    return handle_job_answer (tile, answer, next, error);
  if (answer && !handle_submit_answer (tile, answer, error))
    return FALSE;
  if (tile->reply->remote_id)
    query_job (tile, next);
  else if (!upscale_tile_request_check_names (tile->request, tile->info->models,
                                              tile->info->loras.names, error) ||
           !upscale_server_sampler_check (&tile->info->sampling,
                                          tile->request->gen_params, error))
    return FALSE;
  else
    upscale_api_request_post (next, "/sdcpp/v1/img_gen", make_payload (tile));
  return TRUE;
}

static UpscaleSdcppCancel *
cancel_new (const UpscaleSdcppServerInfo *info, const char *job_id)
{
  UpscaleSdcppCancel *cancel = g_new0 (UpscaleSdcppCancel, 1);

  cancel->job_id = job_id;
  return cancel;
}

static void
cancel_free (UpscaleSdcppCancel *cancel)
{
  g_free (cancel);
}

/* The server can't cancel a job that it paints (409), only one that waits. */
static gboolean
cancel_build_next (UpscaleSdcppCancel      *cancel,
                   const UpscaleHttpAnswer *answer,
                   UpscaleApiRequest       *next,
                   GError                 **error)
{
  g_autofree char *path = NULL;

  if (answer)
    return TRUE;
  path = make_job_path (cancel->job_id, "/cancel");
  upscale_api_request_post (next, path, NULL);
  return TRUE;
}

static const UpscaleTileServer server = {
  .info_new = info_new,
  .info_clear = info_clear,
  .discover = discover,
  .describe = describe,
  .tile_new = tile_new,
  .tile_free = tile_free,
  .tile_build_next = tile_build_next,
  .cancel_new = cancel_new,
  .cancel_free = cancel_free,
  .cancel_build_next = cancel_build_next,
  .hides_missing = TRUE,
};

/**
 * upscale_sdcpp_backend_new:
 * @base: address that routes are relative to
 * @http: sends requests, with the headers of the server
 * @clock: measures waits before requests
 *
 * Returns: (transfer full): a backend for the jobs of stable-diffusion.cpp's sd-server
 * under `/sdcpp/v1`
 */
UpscaleBackend *
upscale_sdcpp_backend_new (GUri *base, UpscaleHttp *http, UpscaleClock *clock)
{
  return upscale_tile_server_backend_new (&server, base, http, clock);
}
