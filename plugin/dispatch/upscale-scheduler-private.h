/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-batch-request.h"
#include "upscale-retry.h"
#include "upscale-scheduler.h"
#include "upscale-tile-queue.h"

G_BEGIN_DECLS

/**
 * UpscaleScheduler:
 *
 * Gives tiles to endpoints until each is settled or given up. Endpoints pull: pump() is
 * the only place where work is handed out, and on_request_ended() the only one where a
 * failure's consequence is drawn.
 */
struct _UpscaleScheduler
{
  GObject parent_instance;

  UpscaleTileProvider *provider;
  UpscaleGenParams    *gen_params;
  UpscalePolicy        policy;
  UpscaleClock        *clock;
  GPtrArray           *endpoints;
  GPtrArray           *orphans; /* of UpscaleOrphanedBatch, not asked for yet */

  UpscaleTileQueue    *queue;
  GHashTable          *tile_failures; /* tile index -> what it failed with last */
  GHashTable          *requests;      /* UpscaleBatchRequest -> its link in @order */
  GQueue               order;         /* of UpscaleBatchRequest, oldest first */
  guint                n_spares;      /* batches that endpoints hold ready */
  UpscaleBatchRequest *recalled;      /* not owned: called back for a free endpoint */
  guint                n_giving_up;
  guint                n_probing;
  guint                n_alive; /* endpoints */
  guint                n_slots; /* of all endpoints */
  GCancellable        *probes;
  gboolean             is_open; /* tiles are handed out */
  gboolean             is_pump_due;
  guint                opening; /* timer */
  guint                wake_up; /* timer */
  GTask               *task;
  gulong               cancelled_handler;
  GRand               *random;
};

guint    upscale_scheduler_count_waiting (UpscaleScheduler *self);
gboolean upscale_scheduler_has_others (UpscaleScheduler *self, UpscaleEndpoint *endpoint);
gboolean upscale_scheduler_has_ended (UpscaleScheduler *self);
void     upscale_scheduler_note_pool (UpscaleScheduler *self);
void     upscale_scheduler_pump (UpscaleScheduler *self);
void     upscale_scheduler_pump_soon (UpscaleScheduler *self);
void upscale_scheduler_pump_endpoint (UpscaleScheduler *self, UpscaleEndpoint *endpoint);

UpscaleBatchRequest *upscale_scheduler_launch (UpscaleScheduler     *self,
                                               UpscaleEndpoint      *endpoint,
                                               guint                 n_wanted,
                                               GArray               *copies,
                                               UpscaleOrphanedBatch *orphan);

void upscale_scheduler_resume_orphans (UpscaleScheduler *self, UpscaleEndpoint *endpoint);

gboolean upscale_scheduler_help (UpscaleScheduler *self, UpscaleEndpoint *endpoint);
double   upscale_scheduler_get_help_interval_s (UpscaleScheduler *self);

void
upscale_scheduler_give_up (UpscaleScheduler *self, guint tile_index, const char *reason);
void     upscale_scheduler_fail_tile (UpscaleScheduler    *self,
                                      UpscaleBatchRequest *request,
                                      guint                tile_index,
                                      const GError        *error);
gboolean upscale_scheduler_fail_request (UpscaleScheduler    *self,
                                         UpscaleBatchRequest *request,
                                         const GError        *error);
void     upscale_scheduler_strike (UpscaleScheduler *self,
                                   UpscaleEndpoint  *endpoint,
                                   gint64            begun_us,
                                   gboolean          loses_work,
                                   const GError     *error);
void     upscale_scheduler_stop_endpoint (UpscaleScheduler *self,
                                          UpscaleEndpoint  *endpoint,
                                          const char       *reason);
gint64   upscale_scheduler_note_busy (UpscaleScheduler *self, UpscaleEndpoint *endpoint);
void     upscale_scheduler_stop_busy_endpoint (UpscaleScheduler *self,
                                               UpscaleEndpoint  *endpoint,
                                               const GError     *error);
void     upscale_scheduler_let_rest (UpscaleScheduler *self,
                                     UpscaleEndpoint  *endpoint,
                                     gint64            wait_us,
                                     const GError     *error);
void upscale_scheduler_probe_when_due (UpscaleScheduler *self, UpscaleEndpoint *endpoint);

void upscale_scheduler_tell_progress (UpscaleScheduler *self);
void upscale_scheduler_tell (UpscaleScheduler *self, UpscaleEvent event);

G_END_DECLS
