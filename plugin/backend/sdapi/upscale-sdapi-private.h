/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-loras.h"
#include "upscale-tile-server.h"

G_BEGIN_DECLS

#define UPSCALE_SDAPI_TASK_ROUTE "/internal/progress"

/**
 * UpscaleSdapiDialect:
 * @UPSCALE_SDAPI_WEBUI: AUTOMATIC1111 and Forge: LoRAs in the prompt, ControlNet as a
 * script that is always on
 * @UPSCALE_SDAPI_SDNEXT: SD.Next: LoRAs in the prompt, ControlNet by a route of its own
 * @UPSCALE_SDAPI_SDCPP: stable-diffusion.cpp: LoRAs in a field, no ControlNet here
 */
typedef enum
{
  UPSCALE_SDAPI_WEBUI,
  UPSCALE_SDAPI_SDNEXT,
  UPSCALE_SDAPI_SDCPP,
} UpscaleSdapiDialect;

/**
 * UpscaleSdapiFacts:
 * @n_heard: questions that were answered
 * @address: where it is
 * @dialect: how it wants things said
 * @model: (nullable): the checkpoint that is loaded
 * @format: (nullable): of the pictures it answers with
 * @models: (nullable): checkpoints it has
 * @chooses_sampler: its owner has chosen a sampler, or its own default is deterministic
 * @takes_loras: it can add LoRAs; %TRUE with no names when its list is too long
 * @loras: LoRAs it has
 * @controlnets: (nullable): ControlNets it has, for the extension also IP-Adapters
 * @tile_controlnets: those of @controlnets that suit tiles, best first
 * @modules: (nullable): the extension's preprocessors
 * @ip_adapters: (nullable): IP-Adapters, best first
 * @has_progress: it tells whether it was interrupted
 * @knows_tasks: it tells whether it works on a task of ours, so that can be interrupted
 * @lock: guards @proven
 * @proven: (element-type utf8): pairs of a model and a guide that were seen to work
 *
 * What such a server says of itself.
 */
typedef struct
{
  guint               n_heard;
  char               *address;
  UpscaleSdapiDialect dialect;
  char               *model;
  char               *format;
  GStrv               models;
  gboolean            chooses_sampler;
  gboolean            takes_loras;
  UpscaleLoras        loras;
  GStrv               controlnets;
  GStrv               tile_controlnets;
  GStrv               modules;
  GStrv               ip_adapters;
  gboolean            has_progress;
  gboolean            knows_tasks;
  GMutex              lock;
  GHashTable         *proven;
} UpscaleSdapiFacts;

/**
 * UpscaleSdapiTrial:
 * @UPSCALE_SDAPI_NO_TRIAL: the tile itself is painted
 * @UPSCALE_SDAPI_TRY_PLAIN: a small picture is painted without a guide
 * @UPSCALE_SDAPI_TRY_CONTROLNET: the same with the ControlNet alone
 * @UPSCALE_SDAPI_TRY_IP_ADAPTER: the same with the IP-Adapter alone
 *
 * These servers paint without a guide that they can't use, and report a success.
 */
typedef enum
{
  UPSCALE_SDAPI_NO_TRIAL,
  UPSCALE_SDAPI_TRY_PLAIN,
  UPSCALE_SDAPI_TRY_CONTROLNET,
  UPSCALE_SDAPI_TRY_IP_ADAPTER,
} UpscaleSdapiTrial;

/**
 * UpscaleSdapiTalk:
 * @trial: the picture that is asked for now
 * @plain: (nullable): the small picture without a guide
 * @n_asked: how often the server was asked about a task that is to be stopped
 *
 * A talk's own memory.
 */
typedef struct
{
  UpscaleSdapiTrial trial;
  GBytes           *plain;
  guint             n_asked;
} UpscaleSdapiTalk;

void                 upscale_sdapi_init_facts (gpointer facts, GUri *base);
void                 upscale_sdapi_clear_facts (gpointer facts);
gboolean             upscale_sdapi_learn (gpointer                 facts,
                                          const UpscaleHttpAnswer *answer,
                                          UpscaleApiRequest       *next,
                                          GError                 **error);
UpscaleCapabilities *upscale_sdapi_describe (gpointer facts, GError **error);

const char *upscale_sdapi_get_model (const UpscaleTileRequest *talk);
const char *upscale_sdapi_get_controlnet (const UpscaleTileRequest *talk);
const char *upscale_sdapi_get_ip_adapter (const UpscaleTileRequest *talk);
const char *upscale_sdapi_choose_module (const UpscaleSdapiFacts *facts,
                                         const char              *ip_adapter);
gboolean    upscale_sdapi_check_guides (const UpscaleTileRequest *talk, GError **error);
UpscaleSdapiTrial upscale_sdapi_choose_trial (const UpscaleTileRequest *talk);
gboolean          upscale_sdapi_end_trial (UpscaleTileRequest *talk, GError **error);

const char *upscale_sdapi_get_route (const UpscaleTileRequest *talk);
GBytes     *upscale_sdapi_make_request (const UpscaleTileRequest *talk);
GBytes     *upscale_sdapi_make_settings (const UpscaleTileRequest *talk);

G_END_DECLS
