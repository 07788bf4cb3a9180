/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** The placeholder of the tile. */
#define UPSCALE_COMFYUI_WORKFLOW_TILE "%image%"

typedef struct _UpscaleComfyuiWorkflow UpscaleComfyuiWorkflow;

UpscaleComfyuiWorkflow *upscale_comfyui_workflow_new_built_in (const char *name);
UpscaleComfyuiWorkflow *upscale_comfyui_workflow_new_from_file (const char *path,
                                                                GError    **error);
void                    upscale_comfyui_workflow_free (UpscaleComfyuiWorkflow *workflow);

gboolean    upscale_comfyui_workflow_is_built_in (const UpscaleComfyuiWorkflow *workflow);
gboolean    upscale_comfyui_workflow_asks_for (const UpscaleComfyuiWorkflow *workflow,
                                               const char                   *value);
const char *upscale_comfyui_workflow_get_digest (const UpscaleComfyuiWorkflow *workflow);
void upscale_comfyui_workflow_set_output (UpscaleComfyuiWorkflow *workflow, char *output);
const char *upscale_comfyui_workflow_get_output (const UpscaleComfyuiWorkflow *workflow);
JsonObject *upscale_comfyui_workflow_get_nodes (const UpscaleComfyuiWorkflow *workflow);
JsonNode   *upscale_comfyui_workflow_fill (const UpscaleComfyuiWorkflow *workflow,
                                           GHashTable                   *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleComfyuiWorkflow, upscale_comfyui_workflow_free)

G_END_DECLS
