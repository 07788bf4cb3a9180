/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-comfyui-choice.h"
#include "upscale-comfyui-ledger.h"
#include "upscale-comfyui-workflow.h"
#include "upscale-server-sampler.h"
#include "upscale-tile-server.h"

G_BEGIN_DECLS

/**
 * UpscaleComfyuiServerInfo:
 * @workflow_path: (nullable): path of the user's own workflow, or of a folder with some
 * @workflow: (nullable): the workflow that paints: the user's, or ours for checkpoints
 * @families: (element-type utf8 UpscaleComfyuiWorkflow): ours, by name, and those of the
 * user's folder
 * @own: (nullable): names of the workflows in the user's folder
 * @classes: (element-type utf8): classes of nodes to ask the server about
 * @n_answered: requests of the discovery that were answered
 * @node_infos: utf8 -> JsonObject: the server's descriptions of the nodes that it has
 * @output: (nullable): node whose picture is the painted tile
 * @lacks_ip_adapter: a folder for the models of IP-Adapter is empty
 * @version: (nullable): version of the server
 * @lists: the files that the server lists
 * @models: (nullable): the models that our workflows can paint with there
 * @incomplete: (nullable): a model that lacks files or nodes, and their names, in words
 * @controlnets: (nullable): the server's ControlNets for tiles, best first
 * @loras: (nullable): the server's LoRAs
 * @sampling: the samplers of the node that samples, where the workflow leaves them open
 * @n_bare: checkpoints at the head of the list that lack a VAE or a text encoder
 * @ledger: the state that tiles share
 *
 * The answers of a ComfyUI server about itself. Only @ledger changes once the probe has
 * ended.
 */
typedef struct _UpscaleTileServerInfo UpscaleComfyuiServerInfo;
struct _UpscaleTileServerInfo
{
  char                   *workflow_path;
  UpscaleComfyuiWorkflow *workflow;
  GHashTable             *families;
  GStrv                   own;
  GPtrArray              *classes;
  guint                   n_answered;
  GHashTable             *node_infos;
  char                   *output;
  gboolean                lacks_ip_adapter;
  char                   *version;
  UpscaleComfyuiLists     lists;
  GStrv                   models;
  char                   *incomplete;
  GStrv                   controlnets;
  GStrv                   loras;
  UpscaleServerSampler    sampling;
  guint                   n_bare;
  UpscaleComfyuiLedger    ledger;
};

UpscaleComfyuiServerInfo *upscale_comfyui_server_info_new (GUri *base);
void        upscale_comfyui_server_info_clear (UpscaleComfyuiServerInfo *info);
gboolean    upscale_comfyui_server_info_discover (UpscaleComfyuiServerInfo *info,
                                                  const UpscaleHttpAnswer  *answer,
                                                  UpscaleApiRequest        *next,
                                                  GError                  **error);
gboolean    upscale_comfyui_server_info_has_node (const UpscaleComfyuiServerInfo *info,
                                                  const char *class_type);
GStrv       upscale_comfyui_server_info_dup_options (const UpscaleComfyuiServerInfo *info,
                                                     const char                     *class_type,
                                                     const char                     *field);
const char *upscale_comfyui_server_info_get_model (const UpscaleComfyuiServerInfo *info,
                                                   const UpscaleGenParams *gen_params);
UpscaleComfyuiChoice
upscale_comfyui_server_info_choose (const UpscaleComfyuiServerInfo *info,
                                    const UpscaleGenParams         *gen_params);
const UpscaleComfyuiWorkflow *
upscale_comfyui_server_info_get_workflow (const UpscaleComfyuiServerInfo *info,
                                          const UpscaleComfyuiChoice     *choice);

G_END_DECLS
