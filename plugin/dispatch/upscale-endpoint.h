/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-health.h"

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

/**
 * UpscaleDuplicates:
 * @UPSCALE_DUPLICATES_AUTO: only where they cost nothing: on machines that run anyway
 * @UPSCALE_DUPLICATES_NEVER: a late tile is waited for
 * @UPSCALE_DUPLICATES_ALLOWED: a late tile may be painted here a second time
 */
typedef enum
{
  UPSCALE_DUPLICATES_AUTO,
  UPSCALE_DUPLICATES_NEVER,
  UPSCALE_DUPLICATES_ALLOWED,
} UpscaleDuplicates;

/**
 * UpscaleEndpointTerms:
 * @n_slots: batches at once, 0 for what the endpoint says itself
 * @price_per_hour: of one slot at work, in dollars; 0 for free or unknown
 * @duplicates: whether it may be paid for a tile that another endpoint is late with
 *
 * What the user has settled for an endpoint. A value; zeros are the default.
 */
typedef struct
{
  int               n_slots;
  double            price_per_hour;
  UpscaleDuplicates duplicates;
} UpscaleEndpointTerms;

UpscaleEndpoint *upscale_endpoint_new (const char *name, UpscaleBackend *backend);

const char          *upscale_endpoint_get_name (UpscaleEndpoint *endpoint);
UpscaleBackend      *upscale_endpoint_get_backend (UpscaleEndpoint *endpoint);
UpscaleEndpointState upscale_endpoint_get_state (UpscaleEndpoint *endpoint);
const char          *upscale_endpoint_get_reason (UpscaleEndpoint *endpoint);
UpscaleCapabilities *upscale_endpoint_get_capabilities (UpscaleEndpoint *endpoint);
double               upscale_endpoint_get_seconds_per_tile (UpscaleEndpoint *endpoint);
int                  upscale_endpoint_get_max_tiles (UpscaleEndpoint *endpoint);
UpscaleHealth       *upscale_endpoint_get_health (UpscaleEndpoint *endpoint);

gboolean upscale_endpoint_allows_duplicates (UpscaleEndpoint *endpoint);
GQueue  *upscale_endpoint_get_spares (UpscaleEndpoint *endpoint);
guint    upscale_endpoint_get_n_taken (UpscaleEndpoint *endpoint);
guint    upscale_endpoint_get_n_last (UpscaleEndpoint *endpoint);
guint    upscale_endpoint_get_n_workers (UpscaleEndpoint *endpoint);
double   upscale_endpoint_get_cost (UpscaleEndpoint *endpoint, gint64 now_us);
double   upscale_endpoint_get_price_per_hour (UpscaleEndpoint *endpoint);

void upscale_endpoint_set_place (UpscaleEndpoint *endpoint, const char *place);
void upscale_endpoint_set_terms (UpscaleEndpoint *endpoint, UpscaleEndpointTerms terms);
void upscale_endpoint_set_probing (UpscaleEndpoint *endpoint);
void upscale_endpoint_set_unprobed (UpscaleEndpoint *endpoint);
void upscale_endpoint_set_ready (UpscaleEndpoint     *endpoint,
                                 UpscaleCapabilities *capabilities);
void upscale_endpoint_stop (UpscaleEndpoint *endpoint, const char *reason);
void upscale_endpoint_set_reason (UpscaleEndpoint *endpoint, const char *reason);
void upscale_endpoint_take_slot (UpscaleEndpoint *endpoint, guint n_tiles, gint64 now_us);
void upscale_endpoint_free_slot (UpscaleEndpoint *endpoint, gint64 now_us);
void upscale_endpoint_note_success (UpscaleEndpoint *endpoint, double seconds_per_tile);
void upscale_endpoint_ask_less (UpscaleEndpoint *endpoint);
void upscale_endpoint_halve (UpscaleEndpoint *endpoint, guint n_tiles);

G_END_DECLS
