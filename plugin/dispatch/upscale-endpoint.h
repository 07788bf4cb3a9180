/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-health.h"
#include "upscale-hedge.h"
#include "upscale-policy.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_ENDPOINT (upscale_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleEndpoint, upscale_endpoint, UPSCALE, ENDPOINT, GObject)

/**
 * UpscaleEndpointState:
 * @UPSCALE_ENDPOINT_UNPROBED: not probed yet, or to be probed again after a failure
 * @UPSCALE_ENDPOINT_PROBING: a probe is under way
 * @UPSCALE_ENDPOINT_READY: takes batches, unless the endpoint backs off
 * @UPSCALE_ENDPOINT_STOPPED: gets no request any more in this job
 *
 * The states of an endpoint in a job.
 */
typedef enum
{
  UPSCALE_ENDPOINT_UNPROBED,
  UPSCALE_ENDPOINT_PROBING,
  UPSCALE_ENDPOINT_READY,
  UPSCALE_ENDPOINT_STOPPED,
} UpscaleEndpointState;

/**
 * UpscaleEndpointTerms:
 * @n_slots: batches at once, 0 for the number that the endpoint states
 * @price_per_hour: price of one slot at work, in dollars; 0 for free or unknown
 * @duplicates: whether the endpoint may paint duplicates of late tiles
 *
 * The user's settings for an endpoint. A value; zeros are the default.
 */
typedef struct
{
  int                    n_slots;
  double                 price_per_hour;
  UpscaleHedgeDuplicates duplicates;
} UpscaleEndpointTerms;

UpscaleEndpoint *upscale_endpoint_new (const char *name, UpscaleBackend *backend);
void             upscale_endpoint_set_sharing_scope (UpscaleEndpoint *endpoint,
                                                     const char      *sharing_scope);
void upscale_endpoint_set_terms (UpscaleEndpoint *endpoint, UpscaleEndpointTerms terms);

const char          *upscale_endpoint_get_name (UpscaleEndpoint *endpoint);
const char          *upscale_endpoint_get_debug_name (UpscaleEndpoint *endpoint);
UpscaleBackend      *upscale_endpoint_get_backend (UpscaleEndpoint *endpoint);
UpscaleEndpointState upscale_endpoint_get_state (UpscaleEndpoint *endpoint);
gboolean             upscale_endpoint_is_alive (UpscaleEndpoint *endpoint);
const char          *upscale_endpoint_get_reason (UpscaleEndpoint *endpoint);
UpscaleCapabilities *upscale_endpoint_get_capabilities (UpscaleEndpoint *endpoint);
double               upscale_endpoint_get_seconds_per_tile (UpscaleEndpoint *endpoint);
int                  upscale_endpoint_get_max_tiles (UpscaleEndpoint *endpoint);
const UpscaleHealth *upscale_endpoint_get_health (UpscaleEndpoint *endpoint);
gint64   upscale_endpoint_get_wait_us (UpscaleEndpoint *endpoint, gint64 now_us);
gboolean upscale_endpoint_is_backing_off (UpscaleEndpoint *endpoint, gint64 now_us);

gboolean upscale_endpoint_allows_duplicates (UpscaleEndpoint *endpoint);
guint    upscale_endpoint_get_n_taken (UpscaleEndpoint *endpoint);
guint    upscale_endpoint_get_n_last (UpscaleEndpoint *endpoint);
guint    upscale_endpoint_get_n_workers (UpscaleEndpoint *endpoint);
double   upscale_endpoint_get_cost (UpscaleEndpoint *endpoint, gint64 now_us);
double   upscale_endpoint_get_price_per_hour (UpscaleEndpoint *endpoint);

gboolean
     upscale_endpoint_take_slot (UpscaleEndpoint *endpoint, guint n_tiles, gint64 now_us);
void upscale_endpoint_free_slot (UpscaleEndpoint *endpoint, gint64 now_us);

void   upscale_endpoint_set_probing (UpscaleEndpoint *endpoint);
void   upscale_endpoint_set_unprobed (UpscaleEndpoint *endpoint);
void   upscale_endpoint_set_ready (UpscaleEndpoint     *endpoint,
                                   UpscaleCapabilities *capabilities);
void   upscale_endpoint_stop (UpscaleEndpoint *endpoint, const char *reason);
void   upscale_endpoint_stop_busy (UpscaleEndpoint *endpoint,
                                   const GError    *error,
                                   gint64           timeout_us);
void   upscale_endpoint_back_off (UpscaleEndpoint *endpoint, gint64 until_us);
void   upscale_endpoint_wait_for_room (UpscaleEndpoint *endpoint,
                                       const GError    *error,
                                       gint64           wait_us,
                                       gint64           now_us);
void   upscale_endpoint_note_success (UpscaleEndpoint *endpoint, double seconds_per_tile);
gint64 upscale_endpoint_note_busy (UpscaleEndpoint *endpoint, gint64 now_us);
void   upscale_endpoint_note_room (UpscaleEndpoint *endpoint);
gboolean upscale_endpoint_note_failure (UpscaleEndpoint *endpoint,
                                        const GError    *error,
                                        int              max_tries,
                                        gint64           begun_us,
                                        gint64           now_us);
void     upscale_endpoint_note_failed_batch (UpscaleEndpoint     *endpoint,
                                             const GError        *error,
                                             UpscaleRetryDecision decision,
                                             UpscalePolicy        policy,
                                             gint64               sent_us,
                                             gint64               now_us);
void     upscale_endpoint_halve (UpscaleEndpoint *endpoint, guint n_tiles);

G_END_DECLS
