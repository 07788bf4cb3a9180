/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-comfyui-workflow.h"
#include "upscale-tile-server.h"

G_BEGIN_DECLS

#define COMFYUI_MARK_TILE "%image%"
/* Uploads that a server may have at hand at once, and some more, so that a name is not
 * used again at once. */
#define UPSCALE_COMFYUI_N_SLOTS 16

/* Where a talk stands. */
enum
{
  COMFYUI_STAGE_START,
  COMFYUI_STAGE_TILE_SENT,
  COMFYUI_STAGE_REFERENCE_SENT,
  COMFYUI_STAGE_PROMPT_SENT,
  COMFYUI_STAGE_REFUSED,
  COMFYUI_STAGE_JOB_ASKED,
  COMFYUI_STAGE_HISTORY_ASKED,
  COMFYUI_STAGE_LENGTH_ASKED,
  COMFYUI_STAGE_QUEUE_ASKED,
  COMFYUI_STAGE_LAST_HISTORY_ASKED,
  COMFYUI_STAGE_PICTURE_ASKED,
  COMFYUI_STAGE_CHECK_ASKED,
};

/**
 * UpscaleComfyuiLedger:
 * @lock: for all the rest
 * @run: part of the names of uploads, unlike that of any other run
 * @is_taken: slots whose file a prompt may still read
 * @next_slot: where to look for a free one
 * @has_painted: a tile was painted
 * @failure: (nullable): of the last tile that failed
 * @n_failures: how often that was the failure in a row
 *
 * What the talks with one server know of each other.
 */
typedef struct
{
  GMutex   lock;
  char    *run;
  gboolean is_taken[UPSCALE_COMFYUI_N_SLOTS];
  guint    next_slot;
  gboolean has_painted;
  char    *failure;
  guint    n_failures;
} UpscaleComfyuiLedger;

/**
 * UpscaleComfyuiOwn:
 * @image: (nullable): what the server calls the tile
 * @reference: (nullable): what it calls the reference picture
 * @has_slot: @slot is this talk's
 * @slot: names the upload
 * @lacks_jobs: the server has no route for a single job, or does not know this one
 * @n_prompts: prompts in its queue, when last asked
 * @is_checking: the prompt shows whether the default model is whole
 * @refusal: (nullable): why the prompt was refused, while it is being retracted
 * @stop_stage: where the retraction stands
 *
 * One talk's memory.
 */
typedef struct
{
  char    *image;
  char    *reference;
  gboolean has_slot;
  guint    slot;
  gboolean lacks_jobs;
  guint    n_prompts;
  gboolean is_checking;
  GError  *refusal;
  guint    stop_stage;
} UpscaleComfyuiOwn;

/**
 * UpscaleComfyuiFacts:
 * @workflow_path: (nullable): where the user's own workflow lies
 * @workflow: (nullable): what is run, ours or the user's
 * @classes: (element-type utf8): nodes to ask about
 * @n_heard: questions that were answered
 * @infos: utf8 -> JsonObject: what the server says of its nodes; others are not there
 * @output: (nullable): node whose picture is the painted tile
 * @lacks_ip_adapter: a folder for the models of IP-Adapter is empty
 * @version: (nullable): of the server
 * @checkpoints: (nullable): models it has
 * @controlnets: (nullable): ControlNets it has
 * @loras: (nullable): LoRAs it has
 * @n_bare: checkpoints at the head of the list that lack a VAE or a text encoder
 * @ledger: what changes while it paints
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
  char                   *output;
  gboolean                lacks_ip_adapter;
  char                   *version;
  GStrv                   checkpoints;
  GStrv                   controlnets;
  GStrv                   loras;
  guint                   n_bare;
  UpscaleComfyuiLedger    ledger;
} UpscaleComfyuiFacts;

/**
 * UpscaleComfyuiEnd:
 * @view: (nullable): parameters to fetch the picture with, when it has ended well
 * @failure: (nullable): why there is no picture, when a node has failed
 * @node: (nullable): the node that has failed
 *
 * How a prompt has ended.
 */
typedef struct
{
  char   *view;
  GError *failure;
  char   *node;
} UpscaleComfyuiEnd;

void                 upscale_comfyui_init_facts (gpointer facts, GUri *base);
void                 upscale_comfyui_clear_facts (gpointer facts);
gboolean             upscale_comfyui_learn (gpointer                 facts,
                                            const UpscaleHttpAnswer *answer,
                                            UpscaleApiRequest       *next,
                                            GError                 **error);
UpscaleCapabilities *upscale_comfyui_describe (gpointer facts, GError **error);
void        upscale_comfyui_refine (gpointer facts, UpscaleCapabilities *capabilities);
gboolean    upscale_comfyui_has_node (const UpscaleComfyuiFacts *facts,
                                      const char                *class_type);
const char *upscale_comfyui_get_model (const UpscaleComfyuiFacts *facts,
                                       const UpscaleGenParams    *gen_params);

const char *upscale_comfyui_default_model_get (const UpscaleComfyuiFacts *facts);
gboolean    upscale_comfyui_default_model_needs_check (const UpscaleComfyuiFacts *facts);
char       *upscale_comfyui_default_model_dup_id (const UpscaleComfyuiFacts *facts);
gboolean    upscale_comfyui_default_model_lacks_part (const GError *failure);
gboolean    upscale_comfyui_default_model_note (UpscaleComfyuiFacts *facts,
                                                const GError        *failure);
const char *upscale_comfyui_default_model_find_other (const UpscaleComfyuiFacts *facts,
                                                      const char                *model);
char       *upscale_comfyui_default_model_dup_bare (const UpscaleComfyuiFacts *facts);

char    *upscale_comfyui_choose_output (const UpscaleComfyuiFacts *facts, GError **error);
gboolean upscale_comfyui_sees_tile (JsonObject *nodes, const char *id);

JsonNode *upscale_comfyui_make_graph (const UpscaleTileRequest *talk,
                                      const char               *image,
                                      const char               *reference);

void upscale_comfyui_ask_for_check (UpscaleTileRequest *talk, UpscaleApiRequest *next);
void upscale_comfyui_end_check (UpscaleTileRequest *talk,
                                const GError       *failure,
                                UpscaleApiRequest  *next);
gboolean upscale_comfyui_follow (UpscaleTileRequest *talk, UpscaleApiRequest *next);
gboolean upscale_comfyui_hear_of_prompt (UpscaleTileRequest      *talk,
                                         const UpscaleHttpAnswer *answer,
                                         UpscaleApiRequest       *next,
                                         GError                 **error);
gboolean upscale_comfyui_stop (gpointer                 state,
                               const UpscaleHttpAnswer *answer,
                               UpscaleApiRequest       *next,
                               GError                 **error);
gboolean upscale_comfyui_retract (UpscaleTileRequest      *talk,
                                  const UpscaleHttpAnswer *answer,
                                  UpscaleApiRequest       *next,
                                  GError                 **error);

void     upscale_comfyui_ledger_init (UpscaleComfyuiLedger *ledger);
void     upscale_comfyui_ledger_clear (UpscaleComfyuiLedger *ledger);
guint    upscale_comfyui_ledger_take_slot (UpscaleComfyuiLedger *ledger);
void     upscale_comfyui_ledger_free_slot (UpscaleComfyuiLedger *ledger, guint slot);
void     upscale_comfyui_ledger_note_painted (UpscaleComfyuiLedger *ledger);
gboolean upscale_comfyui_ledger_note_failure (UpscaleComfyuiLedger *ledger,
                                              const char           *failure);

gboolean upscale_comfyui_check_prompt (const UpscaleHttpAnswer *answer, GError **error);
void     upscale_comfyui_clear_end (UpscaleComfyuiEnd *end);
gboolean upscale_comfyui_read_history (const UpscaleHttpAnswer *answer,
                                       const char              *id,
                                       const char              *output,
                                       UpscaleComfyuiEnd       *end,
                                       GError                 **error);
gboolean upscale_comfyui_read_job (const UpscaleHttpAnswer *answer,
                                   gboolean                *is_open,
                                   gboolean                *is_running,
                                   GError                 **error);
gboolean upscale_comfyui_read_length (const UpscaleHttpAnswer *answer,
                                      guint                   *n_prompts,
                                      GError                 **error);
gboolean upscale_comfyui_read_queue (const UpscaleHttpAnswer *answer,
                                     const char              *id,
                                     gboolean                *is_known,
                                     gboolean                *is_running,
                                     GError                 **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UpscaleComfyuiEnd, upscale_comfyui_clear_end)

G_END_DECLS
