/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-sdapi-tile.h"

G_BEGIN_DECLS

const char *upscale_sdapi_payload_get_route (const UpscaleSdapiTile *tile);
GBytes     *upscale_sdapi_payload_new (const UpscaleSdapiTile *tile);
GBytes     *upscale_sdapi_payload_new_settings (const UpscaleSdapiTile *tile);

G_END_DECLS
