/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-source.h"
#include "upscale-tile-plan.h"
#include "upscale-tile-provider.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_CAPTION_PROVIDER (upscale_caption_provider_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleCaptionProvider,
                      upscale_caption_provider,
                      UPSCALE,
                      CAPTION_PROVIDER,
                      GObject)

UpscaleCaptionProvider *upscale_caption_provider_new (UpscaleSource   *source,
                                                      UpscaleTilePlan *plan);

G_END_DECLS
