/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"
#include "upscale-endpoint.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_ENDPOINT_PROBER (upscale_endpoint_prober_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleEndpointProber,
                      upscale_endpoint_prober,
                      UPSCALE,
                      ENDPOINT_PROBER,
                      GObject)

UpscaleEndpointProber *upscale_endpoint_prober_new (UpscaleClock *clock,
                                                    UpscalePolicy policy,
                                                    gboolean      wants_captions);
void                   upscale_endpoint_prober_start (UpscaleEndpointProber *prober);
void                   upscale_endpoint_prober_stop (UpscaleEndpointProber *prober);
gboolean               upscale_endpoint_prober_is_open (UpscaleEndpointProber *prober);
void upscale_endpoint_prober_probe_when_due (UpscaleEndpointProber *prober,
                                             UpscaleEndpoint       *endpoint);

G_END_DECLS
