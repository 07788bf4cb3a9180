/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-api-request.h"
#include "upscale-capabilities.h"
#include "upscale-http.h"
#include "upscale-tile-reply.h"
#include "upscale-tile-request.h"

G_BEGIN_DECLS

typedef struct _UpscaleTileServer UpscaleTileServer;

/**
 * UpscaleTileServerInfo:
 *
 * The answers of a server about itself. Each kind defines this structure in its own
 * folder, so that its code is typed without casts. The program then holds one definition
 * for each kind under the same tag. No kind gets a pointer that another kind made, but a
 * debugger may show the members of another kind.
 */
typedef struct _UpscaleTileServerInfo UpscaleTileServerInfo;

/**
 * UpscaleTileServerTile:
 *
 * The state of one tile's exchange with a server. Defined by each kind, as
 * #UpscaleTileServerInfo is.
 */
typedef struct _UpscaleTileServerTile UpscaleTileServerTile;

/**
 * UpscaleTileServerCancel:
 *
 * The state of one cancellation at a server. Defined by each kind, as
 * #UpscaleTileServerInfo is.
 */
typedef struct _UpscaleTileServerCancel UpscaleTileServerCancel;

/**
 * UpscaleTileServer:
 * @info_new: makes an info by g_atomic_rc_box_new0(), with the values that are known
 * without a request
 * @info_clear: frees the members of an info
 * @discover: builds the next request that asks the server about itself
 * @describe: tells the capabilities of the server for single tiles of their own size.
 * Called once, when @discover has ended
 * @refine: (nullable): changes capabilities by the result of the probe's first tile
 * @tile_new: begins the exchange about one tile. The request, the reply and the info
 * outlive it
 * @tile_free: frees its state
 * @tile_build_next: builds the next request about the tile, and fills in the reply
 * @cancel_new: begins to cancel the work of one remote id, and no other work at the
 * server. The info and the id outlive it
 * @cancel_free: frees its state
 * @cancel_build_next: builds the next request of the cancellation
 * @takes_ids: the server accepts ids of ours, so a later run finds a batch by its id
 * @hides_missing: the server reports a success when it ignores a picture that it has no
 * model for, so the probe paints with one
 *
 * The protocol of one kind of server that paints one tile a request. The functions that
 * build requests are like #UpscaleRequestLoopFunc, and run in worker threads.
 */
struct _UpscaleTileServer
{
  UpscaleTileServerInfo *(*info_new) (GUri *base);
  void (*info_clear) (UpscaleTileServerInfo *info);
  gboolean (*discover) (UpscaleTileServerInfo   *info,
                        const UpscaleHttpAnswer *answer,
                        UpscaleApiRequest       *next,
                        GError                 **error);
  UpscaleCapabilities *(*describe) (UpscaleTileServerInfo *info, GError **error);
  void (*refine) (const UpscaleTileServerInfo *info, UpscaleCapabilities *capabilities);

  UpscaleTileServerTile *(*tile_new) (UpscaleTileServerInfo    *info,
                                      const UpscaleTileRequest *request,
                                      UpscaleTileReply         *reply);
  void (*tile_free) (UpscaleTileServerTile *tile);
  gboolean (*tile_build_next) (UpscaleTileServerTile   *tile,
                               const UpscaleHttpAnswer *answer,
                               UpscaleApiRequest       *next,
                               GError                 **error);

  UpscaleTileServerCancel *(*cancel_new) (const UpscaleTileServerInfo *info,
                                          const char                  *remote_id);
  void (*cancel_free) (UpscaleTileServerCancel *cancel);
  gboolean (*cancel_build_next) (UpscaleTileServerCancel *cancel,
                                 const UpscaleHttpAnswer *answer,
                                 UpscaleApiRequest       *next,
                                 GError                 **error);

  gboolean takes_ids;
  gboolean hides_missing;
};

/** The size of the largest answer that holds no picture. */
#define UPSCALE_TILE_SERVER_MAX_LIST_BYTES ((gsize) 64 << 20)

/**
 * UpscaleTileServerAddress:
 * @server: the protocol that is spoken there; static
 * @base: address that routes are relative to
 * @http: sends requests, with the headers of the server
 * @clock: measures waits before requests
 *
 * One server of a kind. Counts its references, since a cancellation may outlive the
 * backend that began it. Does not change once made.
 */
typedef struct
{
  const UpscaleTileServer *server;
  GUri                    *base;
  UpscaleHttp             *http;
  UpscaleClock            *clock;
} UpscaleTileServerAddress;

UpscaleTileServerAddress *
upscale_tile_server_address_new (const UpscaleTileServer *server,
                                 GUri                    *base,
                                 UpscaleHttp             *http,
                                 UpscaleClock            *clock);
UpscaleTileServerAddress      *
upscale_tile_server_address_ref (UpscaleTileServerAddress *address);
void upscale_tile_server_address_unref (UpscaleTileServerAddress *address);

UpscaleTileServerInfo *
upscale_tile_server_info_new (const UpscaleTileServerAddress *address);
UpscaleTileServerInfo *upscale_tile_server_info_ref (UpscaleTileServerInfo *info);
void                   upscale_tile_server_info_unref (const UpscaleTileServer *server,
                                                       UpscaleTileServerInfo   *info);

G_END_DECLS
