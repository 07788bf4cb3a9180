/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-flight.h"
#include "upscale-retry.h"
#include "upscale-scheduler.h"
#include "upscale-tile-queue.h"

G_BEGIN_DECLS

/**
 * UpscaleScheduler:
 *
 * Gives tiles to endpoints until each is settled or given up. Endpoints pull: pump() is
 * the only place where work is handed out, and on_flight_ended() the only one where a
 * failure's consequence is drawn.
 */
struct _UpscaleScheduler
{
  GObject parent_instance;

  UpscaleTileExchange *exchange;
  UpscaleRecipe       *recipe;
  UpscalePolicy        policy;
  UpscaleClock        *clock;
  GPtrArray           *endpoints;

  UpscaleTileQueue *queue;
  GPtrArray        *flights;
  guint             n_giving_up;
  guint             n_probing;
  guint             wake_up; /* timer */
  gint64            started_us;
  UpscaleProgress   progress;
  GTask            *task;
  gulong            cancelled_handler;
  GRand            *random;
};

void upscale_scheduler_pump (UpscaleScheduler *self);
void upscale_scheduler_tell_progress (UpscaleScheduler *self);
void
upscale_scheduler_give_up (UpscaleScheduler *self, guint tile_index, const char *reason);
void     upscale_scheduler_fail_tile (UpscaleScheduler *self,
                                      guint             tile_index,
                                      UpscaleEndpoint  *endpoint,
                                      const GError     *error);
gboolean upscale_scheduler_fail_flight (UpscaleScheduler *self,
                                        UpscaleFlight    *flight,
                                        const GError     *error);
void     upscale_scheduler_fail_probe (UpscaleScheduler *self,
                                       UpscaleEndpoint  *endpoint,
                                       const GError     *error);
void     upscale_scheduler_add_tries (UpscaleScheduler *self, GArray *tiles, int n);

G_END_DECLS
