/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the accepted prompt to its end, and how it is stopped. Newer versions answer for
 * one job; older ones have a history, which holds only what has ended, and a queue, which
 * sends every waiting prompt with its whole workflow. */
#include <glib/gi18n-lib.h>

#include "upscale-comfyui-private.h"
#include "upscale-error.h"
#include "upscale-json.h"

#define POLL_WAIT_US (G_USEC_PER_SEC / 2)
/* 380 prompts were 74 MiB, and took the server 1.3 s; so a long queue is not read. */
#define MOST_PROMPTS_READ 20

enum
{
  STOP_START,
  STOP_JOB_CANCELLED,
  STOP_DELETED,
  STOP_QUEUE_ASKED,
  STOP_DONE,
};

static void
ask_for_prompt (UpscaleTileRequest *talk, UpscaleApiRequest *next, const char *route)
{
  g_autofree char *id = g_uri_escape_string (talk->remote_id, NULL, FALSE);
  g_autofree char *path = g_strconcat (route, id, NULL);

  upscale_api_request_get (next, path);
}

static gboolean
ask_history (UpscaleTileRequest *talk, UpscaleApiRequest *next, guint stage)
{
  ask_for_prompt (talk, next, "/history/");
  talk->stage = stage;
  return TRUE;
}

/**
 * upscale_comfyui_follow:
 * @talk: a talk with a @remote_id
 * @next: (out): what to ask
 *
 * Asks how the prompt is.
 *
 * Returns: %TRUE
 */
gboolean
upscale_comfyui_follow (UpscaleTileRequest *talk, UpscaleApiRequest *next)
{
  const UpscaleComfyuiOwn *own = talk->own;

  if (own->lacks_jobs)
    return ask_history (talk, next, COMFYUI_STAGE_HISTORY_ASKED);
  ask_for_prompt (talk, next, "/api/jobs/");
  talk->stage = COMFYUI_STAGE_JOB_ASKED;
  return TRUE;
}

static void
note_waiting (UpscaleTileRequest *talk,
              UpscaleApiRequest  *next,
              gboolean            is_running,
              guint               n_waits)
{
  talk->is_accepted = TRUE;
  talk->phase = is_running ? UPSCALE_TILE_REQUEST_PAINTING : UPSCALE_TILE_REQUEST_WAITING;
  next->wait_us = n_waits * POLL_WAIT_US;
}

/* The history tells how a job has ended, and whether a server without this route knows
 * the prompt. */
static gboolean
hear_job (UpscaleTileRequest      *talk,
          const UpscaleHttpAnswer *answer,
          UpscaleApiRequest       *next,
          GError                 **error)
{
  UpscaleComfyuiOwn *own = talk->own;
  gboolean           is_open = FALSE;
  gboolean           is_running = FALSE;

  if (answer->status == SOUP_STATUS_NOT_FOUND ||
      answer->status == SOUP_STATUS_METHOD_NOT_ALLOWED)
    {
      own->lacks_jobs = TRUE;
      return ask_history (talk, next, COMFYUI_STAGE_HISTORY_ASKED);
    }
  if (!upscale_comfyui_read_job (answer, &is_open, &is_running, error))
    return FALSE;
  if (!is_open)
    return ask_history (talk, next, COMFYUI_STAGE_LAST_HISTORY_ASKED);
  note_waiting (talk, next, is_running, 1);
  return upscale_comfyui_follow (talk, next);
}

/* The prompt is in neither the history nor the queue. If it was never acknowledged, it is
 * sent again; otherwise it is lost. */
static gboolean
give_up_prompt (UpscaleTileRequest *talk, GError **error)
{
  if (!talk->is_accepted)
    {
      g_clear_pointer (&talk->remote_id, g_free);
      talk->stage = COMFYUI_STAGE_START;
      return TRUE;
    }
  g_set_error (
      error, UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED,
      _ ("it no longer knows the tile: it was started again, or somebody took it "
         "out of the queue"));
  return FALSE;
}

/* Files that belong to the node Load Diffusion Model lie among the checkpoints of many
 * servers. ComfyUI loads them as checkpoints, and fails where their VAE or text encoder
 * is needed. */
static GError *
describe_bare_model (const UpscaleTileRequest *talk)
{
  const UpscaleComfyuiFacts *facts = talk->facts;
  const char                *model = upscale_comfyui_get_model (facts, talk->gen_params);
  const char *other = upscale_comfyui_default_model_find_other (facts, model);

  if (!other)
    return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
                        _ ("its model '%s' lacks a VAE or a text encoder; put a whole "
                           "checkpoint in its folder models/checkpoints, or use a "
                           "workflow of your own with the node Load Diffusion Model"),
                        model);
  return g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
                      _ ("its model '%s' lacks a VAE or a text encoder; name another "
                         "model, such as '%s', or use a workflow of your own with the "
                         "node Load Diffusion Model"),
                      model, other);
}

static gboolean
lacks_part (const UpscaleTileRequest *talk)
{
  const UpscaleComfyuiFacts *facts = talk->facts;

  return upscale_comfyui_workflow_is_built_in (facts->workflow) && !talk->is_test &&
         upscale_comfyui_default_model_lacks_part (talk->failure);
}

/* A node that does not depend on the tile fails for every tile, and so does one that has
 * failed alike a few times before anything was painted. */
static gboolean
is_general (const UpscaleTileRequest *talk, const char *node)
{
  UpscaleComfyuiFacts *facts = talk->facts;
  const char          *reference = talk->gen_params->ip_adapter_image ? "" : NULL;
  g_autoptr (JsonNode) graph =
      upscale_comfyui_make_graph (talk, COMFYUI_MARK_TILE, reference);

  return !upscale_comfyui_sees_tile (upscale_json_read_object (graph), node) ||
         upscale_comfyui_ledger_note_failure (&facts->ledger, talk->failure->message);
}

static gboolean
hear_failure (UpscaleTileRequest *talk, UpscaleComfyuiEnd *end, GError **error)
{
  talk->failure = g_steal_pointer (&end->failure);
  if (!end->node || !g_error_matches (talk->failure, UPSCALE_ERROR, UPSCALE_ERROR_SERVER))
    return TRUE;
  if (lacks_part (talk))
    {
      g_propagate_error (error, describe_bare_model (talk));
      g_clear_error (&talk->failure);
      return FALSE;
    }
  if (!is_general (talk, end->node))
    return TRUE;
  talk->failure->code = UPSCALE_ERROR_REJECTED;
  g_propagate_error (error, g_steal_pointer (&talk->failure));
  return FALSE;
}

/**
 * upscale_comfyui_ask_for_check:
 * @talk: a talk
 * @next: (out): what to ask
 *
 * Asks for the outcome of an earlier check, which the server may have forgotten.
 */
void
upscale_comfyui_ask_for_check (UpscaleTileRequest *talk, UpscaleApiRequest *next)
{
  g_autofree char *id = upscale_comfyui_default_model_dup_id (talk->facts);
  g_autofree char *path = g_strconcat ("/history/", id, NULL);

  upscale_api_request_get (next, path);
  talk->stage = COMFYUI_STAGE_CHECK_ASKED;
}

/**
 * upscale_comfyui_end_check:
 * @talk: a talk
 * @failure: (nullable): why the default model could not paint
 * @next: (out): the next check
 *
 * Ends the check of one model.
 */
void
upscale_comfyui_end_check (UpscaleTileRequest *talk,
                           const GError       *failure,
                           UpscaleApiRequest  *next)
{
  UpscaleComfyuiOwn *own = talk->own;

  own->is_checking = FALSE;
  if (upscale_comfyui_default_model_note (talk->facts, failure))
    upscale_comfyui_ask_for_check (talk, next);
}

static gboolean
hear_history (UpscaleTileRequest      *talk,
              const UpscaleHttpAnswer *answer,
              UpscaleApiRequest       *next,
              GError                 **error)
{
  const UpscaleComfyuiFacts *facts = talk->facts;
  const UpscaleComfyuiOwn   *own = talk->own;
  g_auto (UpscaleComfyuiEnd) end = { 0 };

  if (!upscale_comfyui_read_history (answer, talk->remote_id, facts->output, &end, error))
    {
      talk->is_accepted = talk->is_accepted || answer->status == SOUP_STATUS_OK;
      return FALSE;
    }
  if (own->is_checking && (end.failure || end.view))
    {
      upscale_comfyui_end_check (talk, end.failure, next);
      return TRUE;
    }
  if (end.failure)
    return hear_failure (talk, &end, error);
  if (end.view)
    {
      upscale_api_request_get (next, "/view");
      next->query = g_steal_pointer (&end.view);
      talk->stage = COMFYUI_STAGE_PICTURE_ASKED;
      return TRUE;
    }
  if (talk->stage == COMFYUI_STAGE_LAST_HISTORY_ASKED)
    return give_up_prompt (talk, error);
  upscale_api_request_get (next, "/prompt");
  talk->stage = COMFYUI_STAGE_LENGTH_ASKED;
  return TRUE;
}

/* In a long queue a prompt that was accepted is taken to be there still. */
static gboolean
hear_length (UpscaleTileRequest      *talk,
             const UpscaleHttpAnswer *answer,
             UpscaleApiRequest       *next,
             GError                 **error)
{
  UpscaleComfyuiOwn *own = talk->own;

  if (!upscale_comfyui_read_length (answer, &own->n_prompts, error))
    return FALSE;
  if (own->n_prompts == 0)
    return ask_history (talk, next, COMFYUI_STAGE_LAST_HISTORY_ASKED);
  if (talk->is_accepted && own->n_prompts > MOST_PROMPTS_READ)
    {
      note_waiting (talk, next, FALSE, MOST_PROMPTS_READ);
      return upscale_comfyui_follow (talk, next);
    }
  upscale_api_request_get (next, "/queue");
  talk->stage = COMFYUI_STAGE_QUEUE_ASKED;
  return TRUE;
}

/* What has left the queue since the history was asked is in the history now. */
static gboolean
hear_queue (UpscaleTileRequest      *talk,
            const UpscaleHttpAnswer *answer,
            UpscaleApiRequest       *next,
            GError                 **error)
{
  const UpscaleComfyuiOwn *own = talk->own;
  gboolean                 is_known = FALSE;
  gboolean                 is_running = FALSE;

  if (!upscale_comfyui_read_queue (answer, talk->remote_id, &is_known, &is_running,
                                   error))
    return FALSE;
  if (!is_known)
    return ask_history (talk, next, COMFYUI_STAGE_LAST_HISTORY_ASKED);
  note_waiting (talk, next, is_running, CLAMP (own->n_prompts, 1, MOST_PROMPTS_READ));
  return upscale_comfyui_follow (talk, next);
}

/**
 * upscale_comfyui_hear_of_prompt:
 * @talk: a talk that follows its prompt
 * @answer: to the last question
 * @next: (out): the next question
 * @error: return location for an error
 *
 * Asks until the prompt has ended, then for its picture. Where the server never knew the
 * prompt, @talk stands at its start again.
 *
 * Returns: %FALSE when there will be no picture, for a reason that is not the tile's
 */
gboolean
upscale_comfyui_hear_of_prompt (UpscaleTileRequest      *talk,
                                const UpscaleHttpAnswer *answer,
                                UpscaleApiRequest       *next,
                                GError                 **error)
{
  switch (talk->stage)
    {
    case COMFYUI_STAGE_JOB_ASKED:
      return hear_job (talk, answer, next, error);
    case COMFYUI_STAGE_LENGTH_ASKED:
      return hear_length (talk, answer, next, error);
    case COMFYUI_STAGE_QUEUE_ASKED:
      return hear_queue (talk, answer, next, error);
    default:
      return hear_history (talk, answer, next, error);
    }
}

static void
cancel_job (const UpscaleTileRequest *talk, UpscaleApiRequest *next)
{
  g_autofree char *id = g_uri_escape_string (talk->remote_id, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/api/jobs/%s/cancel", id);

  upscale_api_request_post (next, path, NULL);
}

static void
delete_from_queue (const UpscaleTileRequest *talk, UpscaleApiRequest *next)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  upscale_json_begin_array (builder, "delete");
  json_builder_add_string_value (builder, talk->remote_id);
  json_builder_end_array (builder);
  upscale_api_request_post (next, "/queue", upscale_json_end (builder));
}

/* Older versions stop whoever runs, whatever the request says, so it is looked at just
 * before. */
static void
interrupt_when_ours (const UpscaleTileRequest *talk,
                     const UpscaleHttpAnswer  *answer,
                     UpscaleApiRequest        *next)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  gboolean is_known = FALSE;
  gboolean is_running = FALSE;

  if (!upscale_comfyui_read_queue (answer, talk->remote_id, &is_known, &is_running,
                                   NULL) ||
      !is_running)
    return;
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "prompt_id", talk->remote_id);
  upscale_api_request_post (next, "/interrupt", upscale_json_end (builder));
}

/* The route for one job cancels it in one step; versions without it answer 404 or 405. */
static guint
say_stop (const UpscaleTileRequest *talk,
          guint                     stage,
          const UpscaleHttpAnswer  *answer,
          UpscaleApiRequest        *next)
{
  switch (stage)
    {
    case STOP_START:
      cancel_job (talk, next);
      return STOP_JOB_CANCELLED;
    case STOP_JOB_CANCELLED:
      if (answer->status == SOUP_STATUS_OK)
        return STOP_DONE;
      delete_from_queue (talk, next);
      return STOP_DELETED;
    case STOP_DELETED:
      upscale_api_request_get (next, "/queue");
      return STOP_QUEUE_ASKED;
    case STOP_QUEUE_ASKED:
      interrupt_when_ours (talk, answer, next);
      return STOP_DONE;
    default:
      return STOP_DONE;
    }
}

/**
 * upscale_comfyui_stop:
 * @state: a talk with a @remote_id
 * @answer: (nullable): to the last request
 * @next: (out): what to say next
 * @error: return location for an error
 *
 * Takes the prompt out of the queue, or interrupts it when it runs, and nobody else's.
 *
 * Returns: %TRUE
 */
gboolean
upscale_comfyui_stop (gpointer                 state,
                      const UpscaleHttpAnswer *answer,
                      UpscaleApiRequest       *next,
                      GError                 **error)
{
  UpscaleTileRequest *talk = state;

  talk->stage = say_stop (talk, answer ? talk->stage : STOP_START, answer, next);
  return TRUE;
}

/**
 * upscale_comfyui_retract:
 * @talk: a talk that was refused, with its prompt in the queue all the same
 * @answer: (nullable): to the last request of the retraction
 * @next: (out): what to say next
 * @error: return location for an error
 *
 * Stops the prompt, then ends with the refusal.
 *
 * Returns: %FALSE when the prompt is stopped, with the refusal
 */
gboolean
upscale_comfyui_retract (UpscaleTileRequest      *talk,
                         const UpscaleHttpAnswer *answer,
                         UpscaleApiRequest       *next,
                         GError                 **error)
{
  UpscaleComfyuiOwn *own = talk->own;

  own->stop_stage = say_stop (talk, answer ? own->stop_stage : STOP_START, answer, next);
  talk->stage = COMFYUI_STAGE_REFUSED;
  if (next->method)
    return TRUE;
  g_clear_pointer (&talk->remote_id, g_free);
  g_propagate_error (error, g_steal_pointer (&own->refusal));
  return FALSE;
}
