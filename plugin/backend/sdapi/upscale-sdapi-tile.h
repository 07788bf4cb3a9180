/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-sdapi-guides.h"

G_BEGIN_DECLS

/**
 * UpscaleSdapiStep:
 * @UPSCALE_SDAPI_STEP_START: no request was sent
 * @UPSCALE_SDAPI_STEP_LOADING: the server loads the model
 * @UPSCALE_SDAPI_STEP_PAINTING: the server paints
 * @UPSCALE_SDAPI_STEP_CHECKING: the server is asked whether the picture was interrupted
 *
 * The request that was sent last.
 */
typedef enum
{
  UPSCALE_SDAPI_STEP_START,
  UPSCALE_SDAPI_STEP_LOADING,
  UPSCALE_SDAPI_STEP_PAINTING,
  UPSCALE_SDAPI_STEP_CHECKING,
} UpscaleSdapiStep;

/**
 * UpscaleSdapiPicture:
 * @UPSCALE_SDAPI_PICTURE_TILE: the tile itself
 * @UPSCALE_SDAPI_PICTURE_PLAIN: a small picture without a guide
 * @UPSCALE_SDAPI_PICTURE_GUIDED: the same small picture with one guide alone
 *
 * The picture that is painted.
 */
typedef enum
{
  UPSCALE_SDAPI_PICTURE_TILE,
  UPSCALE_SDAPI_PICTURE_PLAIN,
  UPSCALE_SDAPI_PICTURE_GUIDED,
} UpscaleSdapiPicture;

/**
 * UpscaleSdapiTile:
 * @info: the answers of the server about itself
 * @request: the tile to paint
 * @reply: the answer about the tile
 * @step: the request that was sent last
 * @picture: the picture that is painted
 * @guide: the guide of %UPSCALE_SDAPI_PICTURE_GUIDED
 * @plain: (nullable): the answered %UPSCALE_SDAPI_PICTURE_PLAIN
 *
 * The state of one tile's exchange.
 */
typedef struct _UpscaleTileServerTile UpscaleSdapiTile;
struct _UpscaleTileServerTile
{
  UpscaleSdapiServerInfo   *info;
  const UpscaleTileRequest *request;
  UpscaleTileReply         *reply;
  UpscaleSdapiStep          step;
  UpscaleSdapiPicture       picture;
  UpscaleSdapiGuide         guide;
  GBytes                   *plain;
};

UpscaleSdapiTile *upscale_sdapi_tile_new (UpscaleSdapiServerInfo   *info,
                                          const UpscaleTileRequest *request,
                                          UpscaleTileReply         *reply);
void              upscale_sdapi_tile_free (UpscaleSdapiTile *tile);
gboolean          upscale_sdapi_tile_build_next (UpscaleSdapiTile        *tile,
                                                 const UpscaleHttpAnswer *answer,
                                                 UpscaleApiRequest       *next,
                                                 GError                 **error);

G_END_DECLS
