/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks a server for its lists, then has it paint a small tile. Each step takes the task
 * and hands it to the next. */
#include "upscale-tile-server-probe.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-http-origin.h"
#include "upscale-error.h"
#include "upscale-picture-compare.h"
#include "upscale-request-loop.h"
#include "upscale-tile-call.h"

#define STATUS_TOO_MANY_REQUESTS 429
/* A request that fails is sent again after a pause. */
#define MAX_REPEATS 3
#define FIRST_PAUSE_US (G_USEC_PER_SEC / 2)
#define MAX_PAUSE_US (5 * (gint64) G_USEC_PER_SEC)
#define TEST_SIDE_PX 64
#define TEST_STEPS 4
#define TEST_STRENGTH 0.5
#define TEST_CFG_SCALE 2.0
#define TEST_WEIGHT 1.0

/* PNG of 64x64 px, three gradients. */
#define TEST_TILE                                                                        \
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAUklEQVR42u3PwQkAMAgEsCu4/8jWKXwIg"    \
  "SyQl/xKX1adHCYgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICCwbwDD+OPY"  \
  "KJ1CEAAAAABJRU5ErkJggg=="

/* The size stands behind the signature, the chunk's length and its name. */
#define PNG_SIGNATURE "\x89PNG\r\n\x1a\n"
#define PNG_WIDTH_AT 16
#define PNG_HEIGHT_AT 20
#define PNG_HEAD_BYTES 24

/* The probe paints one tile for each of these. */
typedef enum
{
  TEST_PLAIN,
  TEST_CONTROLNET,
  TEST_IP_ADAPTER,
  N_TESTS,
} Test;

typedef struct
{
  UpscaleTileServerAddress *address;
  UpscaleTileServerInfo    *info;
  char                     *path; /* of the last request */
  char                     *query;
  int                       n_repeats; /* of the last request */
  UpscaleCapabilities      *capabilities;
  UpscaleTileMessage       *tile;
  UpscaleTileCall          *call;
  GBytes                   *plain_picture;
  Test                      test;
} Probe;

static void run_test (GTask *task);

static void
probe_free (Probe *probe)
{
  g_clear_pointer (&probe->call, upscale_tile_call_free);
  g_clear_pointer (&probe->plain_picture, g_bytes_unref);
  g_clear_pointer (&probe->capabilities, upscale_capabilities_unref);
  upscale_tile_message_unref (probe->tile);
  upscale_tile_server_info_unref (probe->address->server, probe->info);
  upscale_tile_server_address_unref (probe->address);
  g_free (probe->path);
  g_free (probe->query);
  g_free (probe);
}

/* The server, or a proxy before it, may answer the same request well in a moment. */
static gboolean
may_pass (guint status)
{
  return status == STATUS_TOO_MANY_REQUESTS || SOUP_STATUS_IS_SERVER_ERROR (status);
}

static gint64
choose_pause (const Probe *probe, const UpscaleHttpAnswer *answer)
{
  return answer->wait_us > 0 ? MIN (answer->wait_us, MAX_PAUSE_US)
                             : FIRST_PAUSE_US << probe->n_repeats;
}

/* A missing list means that the server lacks the feature, so a passing failure must not
 * look like a missing list. A server that goes on failing at one list (500, 501) may do
 * so for good. The scheduler waits for a busy server. */
static gboolean
discover (gpointer                 data,
          const UpscaleHttpAnswer *answer,
          UpscaleApiRequest       *next,
          GError                 **error)
{
  Probe *probe = data;

  if (answer && may_pass (answer->status) && probe->n_repeats < MAX_REPEATS)
    {
      upscale_api_request_get (next, probe->path);
      next->query = g_strdup (probe->query);
      next->wait_us = choose_pause (probe, answer);
      probe->n_repeats++;
      return TRUE;
    }
  if (answer && may_pass (answer->status) &&
      answer->status != SOUP_STATUS_INTERNAL_SERVER_ERROR &&
      answer->status != SOUP_STATUS_NOT_IMPLEMENTED)
    return upscale_http_answer_check_status (answer, error);
  if (!probe->address->server->discover (probe->info, answer, next, error))
    return FALSE;
  g_set_str (&probe->path, next->path);
  g_set_str (&probe->query, next->query);
  probe->n_repeats = 0;
  return TRUE;
}

static UpscaleTileMessage *
make_tile (void)
{
  UpscaleTile         tile = { .rect = { 0, 0, TEST_SIDE_PX, TEST_SIDE_PX } };
  UpscaleTileMessage *message = upscale_tile_message_new (&tile);
  gsize               size = 0;
  g_autofree guchar  *data = g_base64_decode (TEST_TILE, &size);

  message->image = g_bytes_new_take (g_steal_pointer (&data), size);
  message->width_px = message->height_px = TEST_SIDE_PX;
  message->target_width_px = message->target_height_px = TEST_SIDE_PX;
  return message;
}

static UpscaleGenParams *
make_gen_params (const Probe *probe)
{
  UpscaleGenParams *gen_params = upscale_gen_params_new ();

  gen_params->steps = TEST_STEPS;
  gen_params->strength = TEST_STRENGTH;
  gen_params->cfg_scale = TEST_CFG_SCALE;
  gen_params->controlnet_enabled = probe->test == TEST_CONTROLNET;
  gen_params->conditioning_scale = TEST_WEIGHT;
  if (probe->test == TEST_IP_ADAPTER)
    gen_params->ip_adapter_image = g_bytes_ref (probe->tile->image);
  gen_params->ip_adapter_scale = TEST_WEIGHT;
  return gen_params;
}

static guint32
read_u32 (const char *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return GUINT32_FROM_BE (value);
}

/* The size in other formats is checked with the first tile. */
static gboolean
has_right_size (GBytes *picture)
{
  gsize       size = 0;
  const char *data = g_bytes_get_data (picture, &size);

  if (size < PNG_HEAD_BYTES || memcmp (data, PNG_SIGNATURE, strlen (PNG_SIGNATURE)) != 0)
    return TRUE;
  return read_u32 (data + PNG_WIDTH_AT) == TEST_SIDE_PX &&
         read_u32 (data + PNG_HEIGHT_AT) == TEST_SIDE_PX;
}

static GError *
check_reply (const UpscaleTileReply *reply)
{
  if (reply->failure)
    return g_error_copy (reply->failure);
  if (!reply->picture)
    return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                        _ ("it was sent a small tile to try, and answered without a "
                           "picture"));
  if (!has_right_size (reply->picture))
    return g_error_new (
        UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
        _ ("it was sent a small tile to try, and answered with a picture of "
           "another size"));
  return NULL;
}

static void
note_guide (Probe *probe, gboolean is_there)
{
  if (probe->test == TEST_CONTROLNET)
    probe->capabilities->takes_controlnet = is_there;
  else
    probe->capabilities->takes_ip_adapter = is_there;
  g_debug ("the server %s a picture as %s", is_there ? "uses" : "ignores",
           probe->test == TEST_CONTROLNET ? "ControlNet's hint" : "IP-Adapter's image");
}

/* The output is deterministic per seed: if the guide changes nothing, the server ignored
 * it. */
static void
note_picture (Probe *probe, GBytes *picture)
{
  if (probe->test != TEST_PLAIN)
    {
      note_guide (probe, !upscale_picture_compare_equal (picture, probe->plain_picture));
      return;
    }
  probe->plain_picture = g_bytes_ref (picture);
  if (probe->address->server->refine)
    probe->address->server->refine (probe->info, probe->capabilities);
}

static void
fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
succeed (GTask *task)
{
  Probe *probe = g_task_get_task_data (task);

  g_task_return_pointer (task, g_steal_pointer (&probe->capabilities),
                         (GDestroyNotify) upscale_capabilities_unref);
  g_object_unref (task);
}

/* A server that paints without a guide and fails with it has no model for the guide that
 * works. A proxy that does not reach the server tells nothing about models. */
static gboolean
is_about_guide (const Probe *probe, const GError *error)
{
  return probe->test != TEST_PLAIN && !upscale_error_is_unready (error) &&
         (g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED) ||
          g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_SERVER) ||
          g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_TOO_LARGE));
}

static void
on_tested (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask                  *task = user_data;
  Probe                  *probe = g_task_get_task_data (task);
  const UpscaleTileReply *reply = upscale_tile_call_get_reply (probe->call);
  GError                 *error = NULL;

  if (upscale_tile_call_run_finish (result, &error))
    error = check_reply (reply);
  if (!error)
    note_picture (probe, reply->picture);
  g_clear_pointer (&probe->call, upscale_tile_call_free);
  if (error && is_about_guide (probe, error))
    {
      note_guide (probe, FALSE);
      g_clear_error (&error);
    }
  if (error)
    {
      fail (task, error);
      return;
    }
  probe->test++;
  if (probe->address->server->hides_missing && probe->test < N_TESTS)
    run_test (task);
  else
    succeed (task);
}

static void
run_test (GTask *task)
{
  Probe *probe = g_task_get_task_data (task);
  g_autoptr (UpscaleGenParams) gen_params = make_gen_params (probe);

  probe->call =
      upscale_tile_call_new (probe->address, probe->info,
                             upscale_tile_request_new_probe (gen_params, probe->tile));
  upscale_tile_call_run_async (probe->call, NULL, g_task_get_cancellable (task),
                               on_tested, task);
}

static void
on_discovered (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  Probe  *probe = g_task_get_task_data (task);
  GError *error = NULL;

  if (upscale_request_loop_run_finish (result, &error))
    probe->capabilities = probe->address->server->describe (probe->info, &error);
  if (!probe->capabilities)
    {
      fail (task, error);
      return;
    }
  probe->capabilities->max_tiles = 1;
  if (probe->address->server->takes_ids)
    probe->capabilities->keeps_batches = TRUE;
  probe->capabilities->takes_generation_size = FALSE;
  probe->capabilities->is_loopback =
      upscale_http_origin_is_loopback (probe->address->base);
  run_test (task);
}

/**
 * upscale_tile_server_probe_start:
 * @task: (transfer full): returns #UpscaleCapabilities; gets the probe as its task data
 * @address: the server
 *
 * Asks a server for its capabilities, and has it paint a small tile.
 */
void
upscale_tile_server_probe_start (GTask *task, UpscaleTileServerAddress *address)
{
  Probe                 *probe;
  UpscaleRequestLoopPlan plan = { 0 };

  g_return_if_fail (G_IS_TASK (task));
  g_return_if_fail (address != NULL);

  probe = g_new0 (Probe, 1);
  probe->address = upscale_tile_server_address_ref (address);
  probe->info = upscale_tile_server_info_new (address);
  probe->tile = make_tile ();
  g_task_set_task_data (task, probe, (GDestroyNotify) probe_free);
  g_task_set_check_cancellable (task, FALSE);
  plan = (UpscaleRequestLoopPlan) {
    .http = address->http,
    .base = address->base,
    .clock = address->clock,
    .build_next = discover,
    .state = probe,
    .max_answer_bytes = UPSCALE_TILE_SERVER_MAX_LIST_BYTES,
  };
  upscale_request_loop_run_async (&plan, g_task_get_cancellable (task), on_discovered,
                                  task);
}

/**
 * upscale_tile_server_probe_ref_info:
 * @task: a probe that has ended well
 *
 * Returns: (transfer full): the answers of the server about itself
 */
UpscaleTileServerInfo *
upscale_tile_server_probe_ref_info (GTask *task)
{
  Probe *probe;

  g_return_val_if_fail (G_IS_TASK (task), NULL);

  probe = g_task_get_task_data (task);
  return upscale_tile_server_info_ref (probe->info);
}
