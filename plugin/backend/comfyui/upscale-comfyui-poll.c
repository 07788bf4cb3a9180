/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Polls an accepted prompt until it has ended. Newer versions answer for one job. Older
 * ones have a history of prompts that have ended, and a queue, which sends every waiting
 * prompt with its whole workflow. */
#include "upscale-comfyui-poll.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "upscale-error.h"

#define POLL_WAIT_US (G_USEC_PER_SEC / 2)
/* A longer queue is not read: one of 380 prompts was 74 MiB, and took the server 1.3 s.
 */
#define MAX_PROMPTS_READ 20

static void
query_prompt (UpscaleComfyuiPoll    *poll,
              UpscaleApiRequest     *next,
              const char            *route,
              UpscaleComfyuiPollStep step)
{
  g_autofree char *id = g_uri_escape_string (poll->reply->remote_id, NULL, FALSE);
  g_autofree char *path = g_strconcat (route, id, NULL);

  upscale_api_request_get (next, path);
  poll->step = step;
}

/**
 * upscale_comfyui_poll_begin:
 * @poll: a poll whose reply has a remote id
 * @next: (out): the first request
 *
 * Asks for the state of the prompt.
 */
void
upscale_comfyui_poll_begin (UpscaleComfyuiPoll *poll, UpscaleApiRequest *next)
{
  g_return_if_fail (poll != NULL);
  g_return_if_fail (poll->reply->remote_id != NULL);
  g_return_if_fail (next != NULL);

  if (poll->lacks_jobs)
    query_prompt (poll, next, "/history/", UPSCALE_COMFYUI_POLL_HISTORY);
  else
    query_prompt (poll, next, "/api/jobs/", UPSCALE_COMFYUI_POLL_JOB);
}

static gboolean
poll_again (UpscaleComfyuiPoll *poll,
            UpscaleApiRequest  *next,
            gboolean            is_running,
            guint               n_waits)
{
  poll->reply->is_accepted = TRUE;
  poll->reply->phase =
      is_running ? UPSCALE_TILE_PHASE_PAINTING : UPSCALE_TILE_PHASE_WAITING;
  upscale_comfyui_poll_begin (poll, next);
  next->wait_us = n_waits * POLL_WAIT_US;
  return TRUE;
}

/* The history tells the end of a job, and whether a server without this route knows the
 * prompt. */
static gboolean
handle_job_answer (UpscaleComfyuiPoll      *poll,
                   const UpscaleHttpAnswer *answer,
                   UpscaleApiRequest       *next,
                   GError                 **error)
{
  gboolean is_open = FALSE;
  gboolean is_running = FALSE;

  if (answer->status == SOUP_STATUS_NOT_FOUND ||
      answer->status == SOUP_STATUS_METHOD_NOT_ALLOWED)
    {
      poll->lacks_jobs = TRUE;
      query_prompt (poll, next, "/history/", UPSCALE_COMFYUI_POLL_HISTORY);
      return TRUE;
    }
  if (!upscale_comfyui_prompt_read_job (answer, &is_open, &is_running, error))
    return FALSE;
  if (is_open)
    return poll_again (poll, next, is_running, 1);
  query_prompt (poll, next, "/history/", UPSCALE_COMFYUI_POLL_LAST_HISTORY);
  return TRUE;
}

/* The prompt is in neither the history nor the queue. A prompt that was never accepted
 * did not arrive. An accepted one is lost. */
static gboolean
give_up (UpscaleComfyuiPoll *poll, GError **error)
{
  if (!poll->reply->is_accepted)
    {
      g_clear_pointer (&poll->reply->remote_id, g_free);
      return TRUE;
    }
  g_set_error (
      error, UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED,
      _ ("the server no longer knows the tile: the server was restarted, or somebody "
         "took the tile out of the queue"));
  return FALSE;
}

static gboolean
handle_history_answer (UpscaleComfyuiPoll      *poll,
                       const UpscaleHttpAnswer *answer,
                       UpscaleApiRequest       *next,
                       UpscaleComfyuiPromptEnd *end,
                       GError                 **error)
{
  if (!upscale_comfyui_prompt_read_history (answer, poll->reply->remote_id, poll->output,
                                            end, error))
    {
      poll->reply->is_accepted =
          poll->reply->is_accepted || answer->status == SOUP_STATUS_OK;
      return FALSE;
    }
  if (end->failure || end->view)
    return TRUE;
  if (poll->step == UPSCALE_COMFYUI_POLL_LAST_HISTORY)
    return give_up (poll, error);
  upscale_api_request_get (next, "/prompt");
  poll->step = UPSCALE_COMFYUI_POLL_LENGTH;
  return TRUE;
}

/* An accepted prompt is taken to be in the queue while the queue is long. */
static gboolean
handle_length_answer (UpscaleComfyuiPoll      *poll,
                      const UpscaleHttpAnswer *answer,
                      UpscaleApiRequest       *next,
                      GError                 **error)
{
  if (!upscale_comfyui_prompt_read_length (answer, &poll->n_prompts, error))
    return FALSE;
  if (poll->n_prompts == 0)
    {
      query_prompt (poll, next, "/history/", UPSCALE_COMFYUI_POLL_LAST_HISTORY);
      return TRUE;
    }
  if (poll->reply->is_accepted && poll->n_prompts > MAX_PROMPTS_READ)
    return poll_again (poll, next, FALSE, MAX_PROMPTS_READ);
  upscale_api_request_get (next, "/queue");
  poll->step = UPSCALE_COMFYUI_POLL_QUEUE;
  return TRUE;
}

/* A prompt that has left the queue since the last look at the history is in it now. */
static gboolean
handle_queue_answer (UpscaleComfyuiPoll      *poll,
                     const UpscaleHttpAnswer *answer,
                     UpscaleApiRequest       *next,
                     GError                 **error)
{
  gboolean is_known = FALSE;
  gboolean is_running = FALSE;

  if (!upscale_comfyui_prompt_read_queue (answer, poll->reply->remote_id, &is_known,
                                          &is_running, error))
    return FALSE;
  if (is_known)
    return poll_again (poll, next, is_running,
                       CLAMP (poll->n_prompts, 1, MAX_PROMPTS_READ));
  query_prompt (poll, next, "/history/", UPSCALE_COMFYUI_POLL_LAST_HISTORY);
  return TRUE;
}

/**
 * upscale_comfyui_poll_build_next:
 * @poll: a poll that has begun
 * @answer: to the last request
 * @next: (out): the next request; zeros when the poll has ended
 * @end: (out): the end of the prompt; zeros while it has not ended, and when the server
 * never knew the prompt, which then has no remote id
 * @error: return location for an error
 *
 * Returns: %TRUE to go on, or %FALSE with an error that is not about the tile
 */
gboolean
upscale_comfyui_poll_build_next (UpscaleComfyuiPoll      *poll,
                                 const UpscaleHttpAnswer *answer,
                                 UpscaleApiRequest       *next,
                                 UpscaleComfyuiPromptEnd *end,
                                 GError                 **error)
{
  g_return_val_if_fail (poll != NULL, FALSE);
  g_return_val_if_fail (answer != NULL, FALSE);
  g_return_val_if_fail (next != NULL, FALSE);
  g_return_val_if_fail (end != NULL, FALSE);

  switch (poll->step)
    {
    case UPSCALE_COMFYUI_POLL_JOB:
      return handle_job_answer (poll, answer, next, error);
    case UPSCALE_COMFYUI_POLL_LENGTH:
      return handle_length_answer (poll, answer, next, error);
    case UPSCALE_COMFYUI_POLL_QUEUE:
      return handle_queue_answer (poll, answer, next, error);
    case UPSCALE_COMFYUI_POLL_HISTORY:
    case UPSCALE_COMFYUI_POLL_LAST_HISTORY:
      return handle_history_answer (poll, answer, next, end, error);
    }
  g_assert_not_reached ();
}
