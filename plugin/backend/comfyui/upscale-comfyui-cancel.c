/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cancels one prompt, and no prompt of another client. The route for one job does so in
 * one step. Versions without it answer 404 or 405: there the prompt is taken out of the
 * queue, or interrupted if it runs. */
#include "upscale-comfyui-cancel.h"

#include "upscale-comfyui-prompt.h"
#include "upscale-json.h"

typedef enum
{
  STEP_START,
  STEP_CANCEL_JOB,
  STEP_DELETE,
  STEP_QUEUE,
  STEP_INTERRUPT,
} Step;

struct _UpscaleTileServerCancel
{
  const char *id;
  Step        step;
};

/**
 * upscale_comfyui_cancel_new:
 * @info: the server
 * @id: the prompt's id; outlives the cancellation
 *
 * Returns: (transfer full): a cancellation that has not begun
 */
UpscaleComfyuiCancel *
upscale_comfyui_cancel_new (const UpscaleComfyuiServerInfo *info, const char *id)
{
  UpscaleComfyuiCancel *cancel;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (id != NULL, NULL);

  cancel = g_new0 (UpscaleComfyuiCancel, 1);
  cancel->id = id;
  return cancel;
}

/**
 * upscale_comfyui_cancel_free:
 * @cancel: (transfer full): a cancellation
 */
void
upscale_comfyui_cancel_free (UpscaleComfyuiCancel *cancel)
{
  g_return_if_fail (cancel != NULL);

  g_free (cancel);
}

static void
cancel_job (const UpscaleComfyuiCancel *cancel, UpscaleApiRequest *next)
{
  g_autofree char *id = g_uri_escape_string (cancel->id, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/api/jobs/%s/cancel", id);

  upscale_api_request_post (next, path, NULL);
}

static void
delete_from_queue (const UpscaleComfyuiCancel *cancel, UpscaleApiRequest *next)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  upscale_json_begin_array (builder, "delete");
  json_builder_add_string_value (builder, cancel->id);
  json_builder_end_array (builder);
  upscale_api_request_post (next, "/queue", upscale_json_end (builder));
}

/* Older versions ignore the id and interrupt any prompt that runs, so the queue is read
 * just before. */
static void
interrupt_if_running (const UpscaleComfyuiCancel *cancel,
                      const UpscaleHttpAnswer    *answer,
                      UpscaleApiRequest          *next)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  gboolean is_known = FALSE;
  gboolean is_running = FALSE;

  if (!upscale_comfyui_prompt_read_queue (answer, cancel->id, &is_known, &is_running,
                                          NULL) ||
      !is_running)
    return;
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "prompt_id", cancel->id);
  upscale_api_request_post (next, "/interrupt", upscale_json_end (builder));
}

/**
 * upscale_comfyui_cancel_build_next:
 * @cancel: a cancellation
 * @answer: (nullable): to the last request
 * @next: (out): the next request
 * @error: return location for an error
 *
 * Cancels the job where the server has that route, else deletes the prompt from the queue
 * and interrupts it if it runs.
 *
 * Returns: %TRUE
 */
gboolean
upscale_comfyui_cancel_build_next (UpscaleComfyuiCancel    *cancel,
                                   const UpscaleHttpAnswer *answer,
                                   UpscaleApiRequest       *next,
                                   GError                 **error)
{
  g_return_val_if_fail (cancel != NULL, FALSE);
  g_return_val_if_fail (next != NULL, FALSE);
  g_return_val_if_fail (answer != NULL || cancel->step == STEP_START, FALSE);

  switch (cancel->step)
    {
    case STEP_START:
      cancel_job (cancel, next);
      cancel->step = STEP_CANCEL_JOB;
      return TRUE;
    case STEP_CANCEL_JOB:
      if (answer->status == SOUP_STATUS_OK)
        return TRUE;
      delete_from_queue (cancel, next);
      cancel->step = STEP_DELETE;
      return TRUE;
    case STEP_DELETE:
      upscale_api_request_get (next, "/queue");
      cancel->step = STEP_QUEUE;
      return TRUE;
    case STEP_QUEUE:
      interrupt_if_running (cancel, answer, next);
      cancel->step = STEP_INTERRUPT;
      return TRUE;
    case STEP_INTERRUPT:
      return TRUE;
    }
  g_assert_not_reached ();
}
