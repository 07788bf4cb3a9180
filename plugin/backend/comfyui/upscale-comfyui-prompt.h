/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-http-answer.h"

G_BEGIN_DECLS

/**
 * UpscaleComfyuiPromptEnd:
 * @view: (nullable): parameters to fetch the picture with, when the prompt has ended well
 * @failure: (nullable): the reason why there is no picture
 * @node: (nullable): the node that has failed
 *
 * The end of a prompt. Zeros while the prompt has not ended.
 */
typedef struct
{
  char   *view;
  GError *failure;
  char   *node;
} UpscaleComfyuiPromptEnd;

gboolean upscale_comfyui_prompt_check (const UpscaleHttpAnswer *answer, GError **error);
void     upscale_comfyui_prompt_clear_end (UpscaleComfyuiPromptEnd *end);
gboolean upscale_comfyui_prompt_read_history (const UpscaleHttpAnswer *answer,
                                              const char              *id,
                                              const char              *output,
                                              UpscaleComfyuiPromptEnd *end,
                                              GError                 **error);
gboolean upscale_comfyui_prompt_read_job (const UpscaleHttpAnswer *answer,
                                          gboolean                *is_open,
                                          gboolean                *is_running,
                                          GError                 **error);
gboolean upscale_comfyui_prompt_read_length (const UpscaleHttpAnswer *answer,
                                             guint                   *n_prompts,
                                             GError                 **error);
gboolean upscale_comfyui_prompt_read_queue (const UpscaleHttpAnswer *answer,
                                            const char              *id,
                                            gboolean                *is_known,
                                            gboolean                *is_running,
                                            GError                 **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UpscaleComfyuiPromptEnd,
                                  upscale_comfyui_prompt_clear_end)

G_END_DECLS
