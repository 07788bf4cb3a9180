/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server says it can do, and whether it can: its lists, then a small tile painted
 * for real. Each step takes the task and hands it to the next. */
#include "upscale-tile-server-probe.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-http-origin.h"
#include "upscale-error.h"
#include "upscale-picture-compare.h"

#define MOST_LISTS_BYTES ((gsize) 64 << 20)
#define STATUS_TOO_MANY_REQUESTS 429
/* How often a question is asked again, and after which time. */
#define MOST_AGAIN 3
#define FIRST_PAUSE_US (G_USEC_PER_SEC / 2)
#define LONGEST_PAUSE_US (5 * (gint64) G_USEC_PER_SEC)
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

/* Tiles that tell one thing each. */
enum
{
  TEST_PLAIN,
  TEST_CONTROLNET,
  TEST_IP_ADAPTER,
  N_TESTS,
};

typedef struct
{
  const UpscaleTileServerAddress *address;
  gpointer                        facts;
  char                           *path; /* of the last question */
  char                           *query;
  int                             n_again; /* how often it was asked again */
  UpscaleCapabilities            *capabilities;
  UpscaleTileMessage             *tile;
  UpscaleTileRequest             *talk;
  GBytes                         *plain_picture;
  int                             test;
} Probe;

static void run_test (GTask *task);

static void
probe_free (Probe *probe)
{
  g_clear_pointer (&probe->talk, upscale_tile_request_free);
  g_clear_pointer (&probe->plain_picture, g_bytes_unref);
  g_clear_pointer (&probe->capabilities, upscale_capabilities_unref);
  upscale_tile_message_unref (probe->tile);
  upscale_facts_unref (probe->address->kind, probe->facts);
  g_free (probe->path);
  g_free (probe->query);
  g_free (probe);
}

/* The server, or a proxy before it, may answer differently in a moment. */
static gboolean
may_pass (guint status)
{
  return status == STATUS_TOO_MANY_REQUESTS || SOUP_STATUS_IS_SERVER_ERROR (status);
}

static gint64
choose_pause (const Probe *probe, const UpscaleHttpAnswer *answer)
{
  return answer->wait_us > 0 ? MIN (answer->wait_us, LONGEST_PAUSE_US)
                             : FIRST_PAUSE_US << probe->n_again;
}

/* What a server lacks is known from its answers only, so a failure tells nothing of what
 * was asked for: the question is asked again. A server that goes on failing at one of its
 * lists (500, 501) may do so for good; one that is busy is waited for by the scheduler.
 */
static gboolean
learn (gpointer                 state,
       const UpscaleHttpAnswer *answer,
       UpscaleApiRequest       *next,
       GError                 **error)
{
  Probe *probe = state;

  if (answer && may_pass (answer->status) && probe->n_again < MOST_AGAIN)
    {
      upscale_api_request_get (next, probe->path);
      next->query = g_strdup (probe->query);
      next->wait_us = choose_pause (probe, answer);
      probe->n_again++;
      return TRUE;
    }
  if (answer && may_pass (answer->status) &&
      answer->status != SOUP_STATUS_INTERNAL_SERVER_ERROR &&
      answer->status != SOUP_STATUS_NOT_IMPLEMENTED)
    return upscale_http_answer_check_status (answer, error);
  if (!probe->address->kind->learn (probe->facts, answer, next, error))
    return FALSE;
  g_set_str (&probe->path, next->path);
  g_set_str (&probe->query, next->query);
  probe->n_again = 0;
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

/* Other formats are looked at when they count. */
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
judge (Probe *probe)
{
  UpscaleTileRequest *talk = probe->talk;

  if (talk->failure)
    return g_steal_pointer (&talk->failure);
  if (!talk->picture)
    return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                        _ ("it was sent a small tile to try, and answered without a "
                           "picture"));
  if (!has_right_size (talk->picture))
    return g_error_new (
        UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
        _ ("it was sent a small tile to try, and answered with a picture of "
           "another size"));
  if (probe->test == TEST_PLAIN)
    probe->plain_picture = g_bytes_ref (talk->picture);
  if (probe->test == TEST_PLAIN && talk->kind->refine)
    talk->kind->refine (probe->facts, probe->capabilities);
  /* The same seed paints the same picture, so what changes nothing was not looked at. */
  if (probe->test == TEST_CONTROLNET)
    probe->capabilities->takes_controlnet =
        !upscale_pictures_are_equal (talk->picture, probe->plain_picture);
  if (probe->test == TEST_IP_ADAPTER)
    probe->capabilities->takes_ip_adapter =
        !upscale_pictures_are_equal (talk->picture, probe->plain_picture);
  if (!probe->capabilities->version)
    probe->capabilities->version = g_strdup (talk->version);
  return NULL;
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

/* A server that paints, and does not with a guide, has no model for it that works; but a
 * proxy that does not reach the server says nothing about models. */
static gboolean
is_about_guide (const Probe *probe, const GError *error)
{
  return probe->test != TEST_PLAIN && !upscale_error_is_unready (error) &&
         (g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED) ||
          g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_SERVER) ||
          g_error_matches (error, UPSCALE_ERROR, UPSCALE_ERROR_TOO_LARGE));
}

static void
note_missing_guide (Probe *probe)
{
  if (probe->test == TEST_CONTROLNET)
    probe->capabilities->takes_controlnet = FALSE;
  else
    probe->capabilities->takes_ip_adapter = FALSE;
}

static void
on_tested (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  Probe  *probe = g_task_get_task_data (task);
  GError *error = NULL;

  if (upscale_request_loop_run_finish (result, &error))
    error = judge (probe);
  g_clear_pointer (&probe->talk, upscale_tile_request_free);
  if (error && is_about_guide (probe, error))
    {
      note_missing_guide (probe);
      g_clear_error (&error);
    }
  if (error)
    {
      fail (task, error);
      return;
    }
  probe->test++;
  if (probe->address->kind->hides_missing && probe->test < N_TESTS)
    run_test (task);
  else
    succeed (task);
}

static void
run_test (GTask *task)
{
  Probe *probe = g_task_get_task_data (task);
  g_autoptr (UpscaleGenParams) gen_params = make_gen_params (probe);

  probe->talk = upscale_tile_request_new (probe->address->kind, probe->facts, gen_params,
                                          probe->tile);
  probe->talk->is_test = TRUE;
  upscale_tile_request_run_async (probe->talk, probe->address, NULL,
                                  g_task_get_cancellable (task), on_tested, task);
}

static void
on_learnt (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  Probe  *probe = g_task_get_task_data (task);
  GError *error = NULL;

  if (upscale_request_loop_run_finish (result, &error))
    probe->capabilities = probe->address->kind->describe (probe->facts, &error);
  if (!probe->capabilities)
    {
      fail (task, error);
      return;
    }
  probe->capabilities->max_tiles = 1;
  if (probe->address->kind->takes_ids)
    probe->capabilities->keeps_batches = TRUE;
  probe->capabilities->takes_generation_size = FALSE;
  probe->capabilities->is_loopback =
      upscale_http_origin_is_loopback (probe->address->base);
  run_test (task);
}

/**
 * upscale_tile_server_probe_start:
 * @task: (transfer full): returns #UpscaleCapabilities; gets the probe as its task data
 * @address: whom to ask
 *
 * Asks a server what it can do, and has it paint a small tile.
 */
void
upscale_tile_server_probe_start (GTask *task, const UpscaleTileServerAddress *address)
{
  Probe                 *probe = g_new0 (Probe, 1);
  UpscaleRequestLoopPlan plan = {
    .http = address->http,
    .base = address->base,
    .clock = address->clock,
    .build_next = learn,
    .max_answer_bytes = MOST_LISTS_BYTES,
  };

  probe->address = address;
  probe->facts = upscale_facts_new (address);
  probe->tile = make_tile ();
  g_task_set_task_data (task, probe, (GDestroyNotify) probe_free);
  g_task_set_check_cancellable (task, FALSE);
  plan.state = probe;
  upscale_request_loop_run_async (&plan, g_task_get_cancellable (task), on_learnt, task);
}

/**
 * upscale_tile_server_probe_ref_facts:
 * @task: a probe that has ended well
 *
 * Returns: (transfer full): what the server has said of itself
 */
gpointer
upscale_tile_server_probe_ref_facts (GTask *task)
{
  Probe *probe = g_task_get_task_data (task);

  return upscale_facts_ref (probe->facts);
}
