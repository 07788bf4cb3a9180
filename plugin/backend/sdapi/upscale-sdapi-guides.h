/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-sdapi-server-info.h"

G_BEGIN_DECLS

/**
 * UpscaleSdapiGuide:
 * @UPSCALE_SDAPI_CONTROLNET: the tile itself, as the hint of a tile ControlNet
 * @UPSCALE_SDAPI_IP_ADAPTER: the reference picture, for an IP-Adapter
 *
 * A picture that guides the painting.
 */
typedef enum
{
  UPSCALE_SDAPI_CONTROLNET,
  UPSCALE_SDAPI_IP_ADAPTER,
} UpscaleSdapiGuide;

#define UPSCALE_SDAPI_N_GUIDES 2

const char *upscale_sdapi_guides_get_model (const UpscaleSdapiServerInfo *info,
                                            const UpscaleTileRequest     *request);
const char *upscale_sdapi_guides_choose (const UpscaleSdapiServerInfo *info,
                                         const UpscaleTileRequest     *request,
                                         UpscaleSdapiGuide             guide);
gboolean    upscale_sdapi_guides_check (const UpscaleSdapiServerInfo *info,
                                        const UpscaleTileRequest     *request,
                                        GError                      **error);
gboolean    upscale_sdapi_guides_find_unproven (UpscaleSdapiServerInfo   *info,
                                                const UpscaleTileRequest *request,
                                                UpscaleSdapiGuide        *guide);
gboolean    upscale_sdapi_guides_prove (UpscaleSdapiServerInfo   *info,
                                        const UpscaleTileRequest *request,
                                        UpscaleSdapiGuide         guide,
                                        gboolean                  has_effect,
                                        GError                  **error);

G_END_DECLS
