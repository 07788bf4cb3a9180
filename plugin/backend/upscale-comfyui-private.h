/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-comfyui-workflow.h"
#include "upscale-tile-server.h"

G_BEGIN_DECLS

/**
 * UpscaleComfyuiFacts:
 * @workflow_path: (nullable): where the user's own workflow lies
 * @workflow: (nullable): what is run, ours or the user's
 * @classes: (element-type utf8): nodes to ask about
 * @n_heard: questions that were answered
 * @infos: utf8 -> JsonObject: what the server says of its nodes; others are not there
 * @version: (nullable): of the server
 * @checkpoints: (nullable): models it has
 * @controlnets: (nullable): ControlNets it has
 * @loras: (nullable): LoRAs it has
 *
 * What a ComfyUI server has.
 */
typedef struct
{
  char                   *workflow_path;
  UpscaleComfyuiWorkflow *workflow;
  GPtrArray              *classes;
  guint                   n_heard;
  GHashTable             *infos;
  char                   *version;
  GStrv                   checkpoints;
  GStrv                   controlnets;
  GStrv                   loras;
} UpscaleComfyuiFacts;

void                 upscale_comfyui_init_facts (gpointer facts, GUri *base);
void                 upscale_comfyui_clear_facts (gpointer facts);
gboolean             upscale_comfyui_learn (gpointer                 facts,
                                            const UpscaleHttpAnswer *answer,
                                            UpscaleLine             *line,
                                            GError                 **error);
UpscaleCapabilities *upscale_comfyui_describe (gpointer facts, GError **error);
gboolean             upscale_comfyui_has_node (const UpscaleComfyuiFacts *facts,
                                               const char                *class_type);
const char          *upscale_comfyui_get_model (const UpscaleComfyuiFacts *facts,
                                                const UpscaleRecipe       *recipe);

JsonNode *upscale_comfyui_make_graph (const UpscaleTalk *talk,
                                      const char        *image,
                                      const char        *reference);

gboolean upscale_comfyui_check_prompt (const UpscaleHttpAnswer *answer, GError **error);
gboolean upscale_comfyui_read_history (const UpscaleHttpAnswer *answer,
                                       const char              *id,
                                       char                   **view,
                                       GError                 **failure,
                                       GError                 **error);
gboolean upscale_comfyui_read_queue (const UpscaleHttpAnswer *answer,
                                     const char              *id,
                                     gboolean                *is_known,
                                     gboolean                *is_running,
                                     GError                 **error);

G_END_DECLS
