/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_ENDPOINT (upscale_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleEndpoint, upscale_endpoint, UPSCALE, ENDPOINT, GObject)

/**
 * UpscaleEndpointState:
 * @UPSCALE_ENDPOINT_UNPROBED: not asked yet
 * @UPSCALE_ENDPOINT_PROBING: being asked what it can do
 * @UPSCALE_ENDPOINT_READY: takes batches
 * @UPSCALE_ENDPOINT_STOPPED: asked no more in this job
 */
typedef enum
{
  UPSCALE_ENDPOINT_UNPROBED,
  UPSCALE_ENDPOINT_PROBING,
  UPSCALE_ENDPOINT_READY,
  UPSCALE_ENDPOINT_STOPPED,
} UpscaleEndpointState;

UpscaleEndpoint *upscale_endpoint_new (const char *name, UpscaleBackend *backend);

const char          *upscale_endpoint_get_name (UpscaleEndpoint *endpoint);
UpscaleBackend      *upscale_endpoint_get_backend (UpscaleEndpoint *endpoint);
UpscaleEndpointState upscale_endpoint_get_state (UpscaleEndpoint *endpoint);
const char          *upscale_endpoint_get_reason (UpscaleEndpoint *endpoint);
UpscaleCapabilities *upscale_endpoint_get_capabilities (UpscaleEndpoint *endpoint);
double               upscale_endpoint_get_seconds_per_tile (UpscaleEndpoint *endpoint);
int                  upscale_endpoint_get_max_tiles (UpscaleEndpoint *endpoint);
gint64               upscale_endpoint_get_resting_until (UpscaleEndpoint *endpoint);

void upscale_endpoint_set_probing (UpscaleEndpoint *endpoint);
void upscale_endpoint_set_unprobed (UpscaleEndpoint *endpoint);
void upscale_endpoint_set_ready (UpscaleEndpoint     *endpoint,
                                 UpscaleCapabilities *capabilities);
void upscale_endpoint_stop (UpscaleEndpoint *endpoint, const char *reason);
void upscale_endpoint_rest (UpscaleEndpoint *endpoint, gint64 until_us);
int  upscale_endpoint_strike (UpscaleEndpoint *endpoint, const char *reason);
void upscale_endpoint_note_success (UpscaleEndpoint *endpoint, double seconds_per_tile);
void upscale_endpoint_halve (UpscaleEndpoint *endpoint, guint n_tiles);

G_END_DECLS
