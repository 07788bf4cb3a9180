/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-loras.h"
#include "upscale-server-sampler.h"
#include "upscale-tile-server.h"

G_BEGIN_DECLS

#define UPSCALE_SDAPI_TASK_ROUTE "/internal/progress"
#define UPSCALE_SDAPI_CAPTION_ROUTE "/sdapi/v1/interrogate"

/**
 * UpscaleSdapiDialect:
 * @UPSCALE_SDAPI_WEBUI: AUTOMATIC1111 and Forge: LoRAs in the prompt, ControlNet as a
 * script that is always on
 * @UPSCALE_SDAPI_SDNEXT: SD.Next: LoRAs in the prompt, ControlNet by a route of its own
 * @UPSCALE_SDAPI_SDCPP: stable-diffusion.cpp: LoRAs in a field, no ControlNet here
 *
 * The servers that share the routes under `/sdapi/v1`.
 */
typedef enum
{
  UPSCALE_SDAPI_WEBUI,
  UPSCALE_SDAPI_SDNEXT,
  UPSCALE_SDAPI_SDCPP,
} UpscaleSdapiDialect;

/**
 * UpscaleSdapiServerInfo:
 * @n_answered: requests of the discovery that were answered
 * @address: address of the server
 * @dialect: the server's way to take ControlNets and LoRAs
 * @model: (nullable): the checkpoint that is loaded
 * @format: (nullable): file format of the answered pictures
 * @version: (nullable): version of the server, from the probe's picture
 * @models: (nullable): the server's checkpoints
 * @sampling: the server's samplers
 * @takes_loras: the server can add LoRAs; %TRUE without names where its list is too long
 * @loras: the server's LoRAs
 * @controlnets: (nullable): the server's ControlNets, with the extension also IP-Adapters
 * @tile_controlnets: those of @controlnets that suit tiles, best first
 * @modules: (nullable): the extension's preprocessors
 * @ip_adapters: (nullable): IP-Adapters, best first
 * @has_progress: the server tells whether a picture was interrupted
 * @knows_tasks: the server tells whether a task of ours runs, so our tasks alone can be
 * interrupted
 * @gives_captions: the server describes pictures
 * @lock: guards @proven
 * @proven: (element-type utf8): pairs of a model and a guide that were seen to work
 *
 * The answers of such a server about itself.
 */
typedef struct _UpscaleTileServerInfo UpscaleSdapiServerInfo;
struct _UpscaleTileServerInfo
{
  guint                n_answered;
  char                *address;
  UpscaleSdapiDialect  dialect;
  char                *model;
  char                *format;
  char                *version;
  GStrv                models;
  UpscaleServerSampler sampling;
  gboolean             takes_loras;
  UpscaleLoras         loras;
  GStrv                controlnets;
  GStrv                tile_controlnets;
  GStrv                modules;
  GStrv                ip_adapters;
  gboolean             has_progress;
  gboolean             knows_tasks;
  gboolean             gives_captions;
  GMutex               lock;
  GHashTable          *proven;
};

UpscaleSdapiServerInfo *upscale_sdapi_server_info_new (GUri *base);
void                    upscale_sdapi_server_info_clear (UpscaleSdapiServerInfo *info);
gboolean                upscale_sdapi_server_info_discover (UpscaleSdapiServerInfo  *info,
                                                            const UpscaleHttpAnswer *answer,
                                                            UpscaleApiRequest       *next,
                                                            GError                 **error);
UpscaleCapabilities    *upscale_sdapi_server_info_describe (UpscaleSdapiServerInfo *info,
                                                            GError                **error);
void        upscale_sdapi_server_info_refine (const UpscaleSdapiServerInfo *info,
                                              UpscaleCapabilities          *capabilities);
const char *upscale_sdapi_server_info_choose_module (const UpscaleSdapiServerInfo *info,
                                                     const char *ip_adapter);

G_END_DECLS
