/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interrupts a tile. The route `/sdapi/v1/interrupt` stops the picture that is being
 * painted, also one of another client, so the server is first asked for the state of our
 * task. */
#include "upscale-sdapi-cancel.h"

#include "upscale-json-parse.h"
#include "upscale-json.h"

/* A tile that waits behind another one can't be stopped before its turn. */
#define TASK_WAIT_US (G_USEC_PER_SEC / 4)
#define MAX_TASK_QUERIES 2400

struct _UpscaleTileServerCancel
{
  const UpscaleSdapiServerInfo *info;
  const char                   *task_id;
  guint                         n_queries; /* of the task's state */
  gboolean                      is_interrupted;
};

/**
 * upscale_sdapi_cancel_new:
 * @info: the server
 * @task_id: the `force_task_id` of the tile
 *
 * Returns: (transfer full): a cancellation that has not begun
 */
UpscaleSdapiCancel *
upscale_sdapi_cancel_new (const UpscaleSdapiServerInfo *info, const char *task_id)
{
  UpscaleSdapiCancel *cancel;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (task_id != NULL, NULL);

  cancel = g_new0 (UpscaleSdapiCancel, 1);
  cancel->info = info;
  cancel->task_id = task_id;
  return cancel;
}

/**
 * upscale_sdapi_cancel_free:
 * @cancel: (transfer full): a cancellation
 */
void
upscale_sdapi_cancel_free (UpscaleSdapiCancel *cancel)
{
  g_return_if_fail (cancel != NULL);

  g_free (cancel);
}

static void
query_task (UpscaleSdapiCancel *cancel, UpscaleApiRequest *next)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "id_task", cancel->task_id);
  upscale_json_add_boolean (builder, "live_preview", FALSE);
  upscale_api_request_post (next, UPSCALE_SDAPI_TASK_ROUTE, upscale_json_end (builder));
  next->wait_us = cancel->n_queries++ > 0 ? TASK_WAIT_US : 0;
}

/**
 * upscale_sdapi_cancel_build_next:
 * @cancel: a cancellation
 * @answer: (nullable): to the last request
 * @next: (out): the next request
 * @error: return location for an error
 *
 * Waits until the tile is painted, then interrupts it.
 *
 * Returns: %TRUE
 */
gboolean
upscale_sdapi_cancel_build_next (UpscaleSdapiCancel      *cancel,
                                 const UpscaleHttpAnswer *answer,
                                 UpscaleApiRequest       *next,
                                 GError                 **error)
{
  g_autoptr (JsonObject) task = NULL;

  g_return_val_if_fail (cancel != NULL, FALSE);
  g_return_val_if_fail (next != NULL, FALSE);

  if (!answer && cancel->info->knows_tasks)
    query_task (cancel, next);
  if (!answer || cancel->is_interrupted || answer->status != SOUP_STATUS_OK)
    return TRUE;
  task = upscale_json_parse_object (answer->body, NULL);
  if (upscale_json_get_boolean (task, "active", FALSE))
    {
      cancel->is_interrupted = TRUE;
      upscale_api_request_post (next, "/sdapi/v1/interrupt", NULL);
    }
  else if (upscale_json_get_boolean (task, "queued", FALSE) &&
           cancel->n_queries < MAX_TASK_QUERIES)
    query_task (cancel, next);
  return TRUE;
}
