/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-api-request.h"
#include "upscale-comfyui-prompt.h"
#include "upscale-tile-reply.h"

G_BEGIN_DECLS

/**
 * UpscaleComfyuiPollStep:
 * @UPSCALE_COMFYUI_POLL_JOB: `/api/jobs/{id}`, which newer versions have
 * @UPSCALE_COMFYUI_POLL_HISTORY: `/history/{id}`, which holds prompts that have ended
 * @UPSCALE_COMFYUI_POLL_LENGTH: `/prompt`, the number of prompts that wait
 * @UPSCALE_COMFYUI_POLL_QUEUE: `/queue`, every waiting prompt with its whole workflow
 * @UPSCALE_COMFYUI_POLL_LAST_HISTORY: the history again, for a prompt that has left the
 * queue
 *
 * The request that was sent last.
 */
typedef enum
{
  UPSCALE_COMFYUI_POLL_JOB,
  UPSCALE_COMFYUI_POLL_HISTORY,
  UPSCALE_COMFYUI_POLL_LENGTH,
  UPSCALE_COMFYUI_POLL_QUEUE,
  UPSCALE_COMFYUI_POLL_LAST_HISTORY,
} UpscaleComfyuiPollStep;

/**
 * UpscaleComfyuiPoll:
 * @reply: names the prompt by its remote id
 * @output: node whose picture is the painted tile
 * @step: the request that was sent last
 * @lacks_jobs: the server has no route for a single job, or does not know this one
 * @n_prompts: length of the queue, as of the last answer
 *
 * The state of polling one prompt.
 */
typedef struct
{
  UpscaleTileReply      *reply;
  const char            *output;
  UpscaleComfyuiPollStep step;
  gboolean               lacks_jobs;
  guint                  n_prompts;
} UpscaleComfyuiPoll;

void     upscale_comfyui_poll_begin (UpscaleComfyuiPoll *poll, UpscaleApiRequest *next);
gboolean upscale_comfyui_poll_build_next (UpscaleComfyuiPoll      *poll,
                                          const UpscaleHttpAnswer *answer,
                                          UpscaleApiRequest       *next,
                                          UpscaleComfyuiPromptEnd *end,
                                          GError                 **error);

G_END_DECLS
