/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"
#include "upscale-endpoint.h"
#include "upscale-leftover.h"
#include "upscale-tile-exchange.h"

G_BEGIN_DECLS

typedef struct _UpscaleFlight UpscaleFlight;

/**
 * UpscaleFlightFuncs:
 * @take_tile: the next tile to carry beside another (%UPSCALE_NO_TILE for none); returns
 * %UPSCALE_NO_TILE when there is none for this flight
 * @on_sent: the batch is on its way for the first time
 * @on_phase_changed: upscale_flight_get_phase() has changed
 * @on_named: the endpoint calls the batch by a name of its own
 * @on_settled: the last word on a tile is said; %UPSCALE_PREPARED_SEND means it was
 * painted
 * @on_claimed: a picture came for this tile and is being looked at
 * @on_tile_failed: this tile alone has failed; the flight does not carry it any more
 * @on_tile_changed: this tile of a leftover is not what was sent then, and is not carried
 * any more
 * @on_ended: nothing of the flight is under way any more. Without @error every tile it
 * carried was reported; with one, upscale_flight_get_open_tiles() still wait. The owner
 * sends it again, or drops it
 *
 * What a flight asks and tells its owner, on the main thread.
 */
typedef struct
{
  guint (*take_tile) (UpscaleFlight *flight, guint beside, gpointer owner);
  void (*on_sent) (UpscaleFlight *flight, gpointer owner);
  void (*on_phase_changed) (UpscaleFlight *flight, gpointer owner);
  void (*on_named) (UpscaleFlight *flight, gpointer owner);
  void (*on_settled) (UpscaleFlight  *flight,
                      guint           tile_index,
                      UpscalePrepared how,
                      gpointer        owner);
  void (*on_claimed) (UpscaleFlight *flight, guint tile_index, gpointer owner);
  void (*on_tile_failed) (UpscaleFlight *flight,
                          guint          tile_index,
                          const GError  *error,
                          gpointer       owner);
  void (*on_tile_changed) (UpscaleFlight *flight, guint tile_index, gpointer owner);
  void (*on_ended) (UpscaleFlight *flight, const GError *error, gpointer owner);
} UpscaleFlightFuncs;

/**
 * UpscaleFlightPlan:
 * @endpoint: who paints
 * @exchange: where tiles come from and go to
 * @clock: the time
 * @recipe: how to paint
 * @n_wanted: how many tiles to carry at most
 * @copies: (nullable) (element-type guint): the tiles to carry, when they are carried by
 * another flight already and none are to be taken
 * @leftover: (nullable): the batch was sent by an earlier run; @copies are its tiles
 * @timeout_us: deadline of the batch, from when it is sent
 *
 * What a flight needs to know.
 */
typedef struct
{
  UpscaleEndpoint     *endpoint;
  UpscaleTileExchange *exchange;
  UpscaleClock        *clock;
  UpscaleRecipe       *recipe;
  guint                n_wanted;
  GArray              *copies;
  UpscaleLeftover     *leftover;
  gint64               timeout_us;
} UpscaleFlightPlan;

UpscaleFlight *upscale_flight_new (UpscaleFlightPlan         plan,
                                   const UpscaleFlightFuncs *funcs,
                                   gpointer                  owner);
UpscaleFlight *upscale_flight_ref (UpscaleFlight *flight);
void           upscale_flight_unref (UpscaleFlight *flight);

void upscale_flight_start (UpscaleFlight *flight);
void upscale_flight_send_again (UpscaleFlight *flight, gint64 wait_us);
void upscale_flight_begin_work (UpscaleFlight *flight);
void upscale_flight_drop (UpscaleFlight *flight, guint tile_index);
void upscale_flight_cancel (UpscaleFlight *flight);

UpscaleEndpoint *upscale_flight_get_endpoint (UpscaleFlight *flight);
UpscaleBatch    *upscale_flight_get_batch (UpscaleFlight *flight);
int              upscale_flight_get_n_resends (UpscaleFlight *flight);
gint64           upscale_flight_get_sent_us (UpscaleFlight *flight);
double           upscale_flight_get_quiet_s (UpscaleFlight *flight);
gboolean         upscale_flight_is_copy (UpscaleFlight *flight);
gboolean         upscale_flight_is_leftover (UpscaleFlight *flight);
gboolean         upscale_flight_was_sent (UpscaleFlight *flight);
UpscalePhase     upscale_flight_get_phase (UpscaleFlight *flight);
gboolean         upscale_flight_is_pausing (UpscaleFlight *flight);
gboolean         upscale_flight_is_waiting_for_answers (UpscaleFlight *flight);
guint            upscale_flight_count_open (UpscaleFlight *flight);
GArray          *upscale_flight_get_open_tiles (UpscaleFlight *flight);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleFlight, upscale_flight_unref)

G_END_DECLS
