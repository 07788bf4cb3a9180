/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-sdcpp-loras.h"
#include "upscale-tile-server.h"

G_BEGIN_DECLS

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
 * @samplers: (nullable): samplers it has
 * @schedulers: (nullable): schedulers it has
 * @loras: LoRAs it has
 * @controlnets: (nullable): ControlNets it has, for the extension also IP-Adapters
 * @modules: (nullable): the extension's preprocessors
 * @ip_adapters: (nullable): SD.Next's IP-Adapters
 * @has_progress: it tells how far it is, and can be interrupted
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
  GStrv               samplers;
  GStrv               schedulers;
  UpscaleLoras        loras;
  GStrv               controlnets;
  GStrv               modules;
  GStrv               ip_adapters;
  gboolean            has_progress;
} UpscaleSdapiFacts;

void                 upscale_sdapi_init_facts (gpointer facts, GUri *base);
void                 upscale_sdapi_clear_facts (gpointer facts);
gboolean             upscale_sdapi_learn (gpointer                 facts,
                                          const UpscaleHttpAnswer *answer,
                                          UpscaleLine             *line,
                                          GError                 **error);
UpscaleCapabilities *upscale_sdapi_describe (gpointer facts, GError **error);

const char *upscale_sdapi_choose_controlnet (const UpscaleSdapiFacts *facts,
                                             const char              *model);
const char *upscale_sdapi_choose_ip_adapter (const UpscaleSdapiFacts *facts,
                                             const char              *model);
const char *upscale_sdapi_choose_module (const UpscaleSdapiFacts *facts,
                                         const char              *ip_adapter);

const char *upscale_sdapi_get_route (const UpscaleTalk *talk);
GBytes     *upscale_sdapi_make_request (const UpscaleTalk *talk);
GBytes     *upscale_sdapi_make_settings (const UpscaleTalk *talk);

G_END_DECLS
