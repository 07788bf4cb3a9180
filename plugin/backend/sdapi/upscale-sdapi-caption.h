/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-sdapi-tile.h"

G_BEGIN_DECLS

gboolean upscale_sdapi_caption_build_next (UpscaleSdapiTile        *tile,
                                           const UpscaleHttpAnswer *answer,
                                           UpscaleApiRequest       *next,
                                           GError                 **error);

G_END_DECLS
