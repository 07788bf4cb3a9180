/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stable-diffusion.cpp's own jobs: submit, ask until it is done. It has one model, no
 * keys, and says nothing when it ignores a picture that it has no model for. */
#include "upscale-sdcpp.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-http-error.h"
#include "upscale-json-parse.h"
#include "upscale-json-blobs.h"
#include "upscale-json.h"
#include "upscale-tile-server-backend.h"
#include "upscale-loras.h"
#include "upscale-text.h"

#define POLL_WAIT_US (G_USEC_PER_SEC / 2)
/* Tiles held ready there. More would only be in the way of others: it has one queue. */
#define MOST_QUEUED 3
#define MOST_QUEUE_SIZE 1000
#define MOST_STATUS_CHARS 60

typedef struct
{
  gboolean     is_asked;
  char        *model;
  GStrv        models;
  gboolean     chooses_sampler;
  UpscaleLoras loras;
  int          queue_size;
} Facts;

static void
init_facts (gpointer data, GUri *base)
{
}

static void
clear_facts (gpointer data)
{
  Facts *facts = data;

  g_free (facts->model);
  g_strfreev (facts->models);
  upscale_loras_clear (&facts->loras);
}

/* The name is empty where the parts of a model lie in files of their own. */
static void
set_model (Facts *facts, const char *model)
{
  const char *models[] = { model, NULL };

  facts->model = g_strdup (model);
  facts->models = model && *model ? g_strdupv ((char **) models) : NULL;
}

static gboolean
read_capabilities (Facts *facts, const UpscaleHttpAnswer *answer, GError **error)
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
  set_model (facts, upscale_json_get_string (model, "stem"));
  facts->queue_size =
      (int) upscale_json_get_int (limits, "max_queue_size", 1, MOST_QUEUE_SIZE);
  upscale_loras_read (&facts->loras, upscale_json_get_array (root, "loras"));
  facts->chooses_sampler = upscale_sdcpp_owner_has_chosen_sampler (root);
  return TRUE;
}

static gboolean
learn (gpointer                 state,
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
         read_capabilities (state, answer, error);
}

static UpscaleCapabilities *
describe (gpointer data, GError **error)
{
  const Facts         *facts = data;
  const char          *model = facts->model ? facts->model : "";
  g_autofree char     *identity = g_strconcat ("sdcpp ", model, NULL);
  UpscaleCapabilities *capabilities = upscale_capabilities_new (identity);

  capabilities->n_queued = CLAMP (facts->queue_size - 1, 0, MOST_QUEUED);
  capabilities->models = g_strdupv (facts->models);
  capabilities->loras = g_strdupv (facts->loras.names);
  capabilities->takes_short_names = TRUE;
  capabilities->stops_tiles = FALSE;
  capabilities->keeps_batches = TRUE;
  capabilities->hint = g_strdup (
      _ ("sd-server takes a ControlNet from --control-net and an IP-Adapter from "
         "--ip-adapter with --clip_vision, when it is started"));
  return capabilities;
}

static void
add_sample_params (JsonBuilder *builder, const UpscaleTileRequest *talk)
{
  const Facts *facts = talk->facts;

  upscale_json_begin_object (builder, "sample_params");
  upscale_json_add_int (builder, "sample_steps", talk->gen_params->steps);
  if (!facts->chooses_sampler)
    upscale_json_add_string (builder, "sample_method", UPSCALE_SDCPP_SAMPLER);
  upscale_json_begin_object (builder, "guidance");
  upscale_json_add_double (builder, "txt_cfg", talk->gen_params->cfg_scale);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_guides (JsonBuilder *builder, const UpscaleTileRequest *talk)
{
  if (talk->gen_params->controlnet_enabled)
    {
      upscale_json_add_base64 (builder, "control_image", talk->tile->image);
      upscale_json_add_double (builder, "control_strength",
                               talk->gen_params->conditioning_scale);
    }
  if (talk->gen_params->ip_adapter_image)
    {
      upscale_json_add_base64 (builder, "ip_adapter_image",
                               talk->gen_params->ip_adapter_image);
      upscale_json_add_double (builder, "ip_adapter_strength",
                               talk->gen_params->ip_adapter_scale);
    }
}

static GBytes *
make_request (const UpscaleTileRequest *talk)
{
  const Facts *facts = talk->facts;
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "prompt", upscale_tile_request_get_prompt (talk));
  upscale_json_add_string (builder, "negative_prompt", talk->gen_params->negative_prompt);
  upscale_json_add_int (builder, "width", talk->tile->target_width_px);
  upscale_json_add_int (builder, "height", talk->tile->target_height_px);
  upscale_json_add_double (builder, "strength", talk->gen_params->strength);
  upscale_json_add_int (builder, "seed", talk->tile->seed);
  upscale_json_add_int (builder, "batch_count", 1);
  upscale_json_add_base64 (builder, "init_image", talk->tile->image);
  add_guides (builder, talk);
  upscale_loras_add (&facts->loras, builder, talk->gen_params);
  add_sample_params (builder, talk);
  upscale_json_add_string (builder, "output_format", "png");
  /* So that the same picture is the same file. */
  upscale_json_add_boolean (builder, "embed_image_metadata", FALSE);
  return upscale_json_end (builder);
}

static char *
make_job_path (const UpscaleTileRequest *talk, const char *more)
{
  g_autofree char *id = g_uri_escape_string (talk->remote_id, NULL, FALSE);

  return g_strconcat ("/sdcpp/v1/jobs/", id, more, NULL);
}

static void
ask (const UpscaleTileRequest *talk, UpscaleApiRequest *next)
{
  g_autofree char *path = make_job_path (talk, NULL);

  upscale_api_request_get (next, path);
}

static gboolean
note_submitted (UpscaleTileRequest *talk, const UpscaleHttpAnswer *answer, GError **error)
{
  const char *const path[] = { "id", NULL };

  g_autoptr (UpscaleJsonBlobs) blobs = NULL;

  if (!upscale_http_answer_check_status (answer, error))
    return FALSE;
  blobs = upscale_json_blobs_new (answer->body, error);
  if (!blobs)
    return FALSE;
  talk->remote_id = g_strdup (upscale_json_blobs_find_string (blobs, path));
  talk->is_accepted = talk->remote_id != NULL;
  talk->phase = UPSCALE_TILE_REQUEST_WAITING;
  if (!talk->remote_id)
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                 _ ("it took the tile, but named no job"));
  return talk->remote_id != NULL;
}

static gboolean
refuse_status (const char *status, GError **error)
{
  g_autofree char *tidy = upscale_text_tidy (status, MOST_STATUS_CHARS);

  if (g_strcmp0 (status, "cancelled") == 0)
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED,
                 _ ("somebody has cancelled the job at the server"));
  else
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                 _ ("it says the job is '%s', which means nothing here"), tidy);
  return FALSE;
}

static gboolean
read_job (UpscaleTileRequest *talk,
          UpscaleJsonBlobs   *blobs,
          gboolean           *has_ended,
          GError            **error)
{
  const char *const status_path[] = { "status", NULL };
  const char *const message_path[] = { "error", "message", NULL };
  const char *const image_path[] = { "result", "images", "0", "b64_json", NULL };
  const char       *status = upscale_json_blobs_find_string (blobs, status_path);
  const char       *said = upscale_json_blobs_find_string (blobs, message_path);

  *has_ended = TRUE;
  if (g_strcmp0 (status, "completed") == 0)
    talk->picture =
        upscale_json_blobs_decode_base64 (blobs,
                                          upscale_json_blobs_find (blobs, image_path));
  else if (g_strcmp0 (status, "failed") == 0)
    talk->failure = upscale_http_error_from_tile (said ? said : _ ("it gave no reason"));
  else if (g_strcmp0 (status, "queued") == 0 || g_strcmp0 (status, "generating") == 0)
    {
      *has_ended = FALSE;
      talk->phase =
          *status == 'q' ? UPSCALE_TILE_REQUEST_WAITING : UPSCALE_TILE_REQUEST_PAINTING;
    }
  else
    return refuse_status (status ? status : "", error);
  return TRUE;
}

static gboolean
hear_of_job (UpscaleTileRequest      *talk,
             const UpscaleHttpAnswer *answer,
             UpscaleApiRequest       *next,
             GError                 **error)
{
  g_autoptr (UpscaleJsonBlobs) blobs = NULL;
  gboolean has_ended = FALSE;

  if (answer->status == SOUP_STATUS_NOT_FOUND || answer->status == SOUP_STATUS_GONE)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED,
                   _ ("it no longer knows the job: it was started again, or kept the "
                      "picture as long as it does"));
      return FALSE;
    }
  if (!upscale_http_answer_check_status (answer, error))
    return FALSE;
  blobs = upscale_json_blobs_new (answer->body, error);
  if (!blobs || !read_job (talk, blobs, &has_ended, error))
    return FALSE;
  if (!has_ended)
    {
      ask (talk, next);
      next->wait_us = POLL_WAIT_US;
    }
  return TRUE;
}

static gboolean
paint (gpointer                 state,
       const UpscaleHttpAnswer *answer,
       UpscaleApiRequest       *next,
       GError                 **error)
{
  UpscaleTileRequest *talk = state;
  const Facts        *facts = talk->facts;

  if (talk->remote_id && answer)
    return hear_of_job (talk, answer, next, error);
  if (answer && !note_submitted (talk, answer, error))
    return FALSE;
  if (talk->remote_id)
    ask (talk, next);
  else if (!upscale_tile_request_check_names (talk, facts->models, facts->loras.names,
                                              error))
    return FALSE;
  else
    upscale_api_request_post (next, "/sdcpp/v1/img_gen", make_request (talk));
  return TRUE;
}

/* What is being painted can't be stopped there (409); what waits can. */
static gboolean
stop (gpointer                 state,
      const UpscaleHttpAnswer *answer,
      UpscaleApiRequest       *next,
      GError                 **error)
{
  g_autofree char *path = NULL;

  if (answer)
    return TRUE;
  path = make_job_path (state, "/cancel");
  upscale_api_request_post (next, path, NULL);
  return TRUE;
}

static const UpscaleTileServer server = {
  .facts_size = sizeof (Facts),
  .facts_init = init_facts,
  .facts_clear = clear_facts,
  .learn = learn,
  .describe = describe,
  .paint = paint,
  .stop = stop,
  .hides_missing = TRUE,
};

/**
 * upscale_sdcpp_backend_new:
 * @base: where its routes begin
 * @http: how to send, with the server's own headers
 * @clock: the time between questions
 *
 * Speaks to stable-diffusion.cpp's sd-server by its own jobs under `/sdcpp/v1`.
 *
 * Returns: (transfer full): the backend
 */
UpscaleBackend *
upscale_sdcpp_backend_new (GUri *base, UpscaleHttp *http, UpscaleClock *clock)
{
  return upscale_tile_server_backend_new (&server, base, http, clock);
}
