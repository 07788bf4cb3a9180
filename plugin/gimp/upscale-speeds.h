/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-arguments.h"
#include "upscale-estimate.h"
#include "upscale-job.h"
#include "upscale-offers.h"

G_BEGIN_DECLS

void      upscale_speeds_note (UpscaleJob *job, const UpscaleArguments *arguments);
void      upscale_speeds_look_up (GKeyFile                *speeds,
                                  const char              *endpoint,
                                  const UpscaleArguments  *arguments,
                                  UpscaleEstimateEndpoint *estimate);
void      upscale_speeds_offer (GKeyFile *speeds, UpscaleOffers *offers);
GKeyFile *upscale_speeds_load (void);

G_END_DECLS
