/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-request-loop.h"

G_BEGIN_DECLS

typedef struct _UpscaleTileServer  UpscaleTileServer;
typedef struct _UpscaleTileRequest UpscaleTileRequest;

/**
 * UpscaleTileRequestPhase:
 * @UPSCALE_TILE_REQUEST_UNKNOWN: the server does not say
 * @UPSCALE_TILE_REQUEST_WAITING: the tile is in its queue
 * @UPSCALE_TILE_REQUEST_PAINTING: it is at work on it
 */
typedef enum
{
  UPSCALE_TILE_REQUEST_UNKNOWN,
  UPSCALE_TILE_REQUEST_WAITING,
  UPSCALE_TILE_REQUEST_PAINTING,
} UpscaleTileRequestPhase;

/**
 * UpscaleTileRequest:
 * @kind: who speaks
 * @facts: what the server has said of itself
 * @gen_params: how to paint
 * @tile: what to paint
 * @is_test: nobody wants the picture, only to see that one comes
 * @stage: where the talk stands; the kind's own, starts as 0
 * @own: the kind's own memory, zeros at first; %NULL where it wants none
 * @work_id: (nullable): the batch's UUID, where this talk is all there is of the batch;
 * an earlier run may have used it as @remote_id
 * @remote_id: what the server calls this work; set before it may begin with it. There
 * from the start when a tile is asked for again
 * @is_accepted: the server has said that it knows @remote_id
 * @phase: whether it is at work
 * @picture: (nullable): the answered file; ends the talk well
 * @failure: (nullable): why the tile can't be painted; also ends it
 * @version: (nullable): of the server, where a picture brings it along
 *
 * One tile's talk with a server. Belongs to the worker while the kind decides what to
 * say, else to the main thread.
 */
struct _UpscaleTileRequest
{
  const UpscaleTileServer  *kind;
  gpointer                  facts;
  UpscaleGenParams         *gen_params;
  const UpscaleTileMessage *tile;
  gboolean                  is_test;
  guint                     stage;
  gpointer                  own;
  char                     *work_id;
  char                     *remote_id;
  gboolean                  is_accepted;
  UpscaleTileRequestPhase   phase;
  GBytes                   *picture;
  GError                   *failure;
  char                     *version;
};

/**
 * UpscaleTileServer:
 * @facts_size: size of what such a server says of itself
 * @facts_init: fills in what is known without asking
 * @facts_clear: frees its members
 * @own_size: size of a talk's own memory, 0 for none
 * @own_clear: (nullable): frees its members
 * @learn: asks the server what it can do; its state is the facts
 * @describe: what it can do, from the facts; for tiles one by one, at their own size
 * @refine: (nullable): adds to what it can do what a painted small tile has shown
 * @paint: sees one tile through; its state is an #UpscaleTileRequest
 * @stop: (nullable): stops a tile at the server, and nothing else there; likewise
 * @takes_ids: it calls work as it is told, so a batch is found by its id in a later run
 * @hides_missing: it says nothing when it ignores a picture that it has no model for, so
 * it is asked to paint with one
 *
 * A kind of server that paints one tile a call. @learn, @paint and @stop run in worker
 * threads.
 */
struct _UpscaleTileServer
{
  gsize facts_size;
  void (*facts_init) (gpointer facts, GUri *base);
  GDestroyNotify         facts_clear;
  gsize                  own_size;
  GDestroyNotify         own_clear;
  UpscaleRequestLoopFunc learn;
  UpscaleCapabilities *(*describe) (gpointer facts, GError **error);
  void (*refine) (gpointer facts, UpscaleCapabilities *capabilities);
  UpscaleRequestLoopFunc paint;
  UpscaleRequestLoopFunc stop;
  gboolean               takes_ids;
  gboolean               hides_missing;
};

/**
 * UpscaleTileServerAddress:
 * @kind: how to speak there
 * @base: where its routes begin
 * @http: how to send, with its headers
 * @clock: the time between questions
 *
 * Where tiles go. Its members outlive every process.
 */
typedef struct
{
  const UpscaleTileServer *kind;
  GUri                    *base;
  UpscaleHttp             *http;
  UpscaleClock            *clock;
} UpscaleTileServerAddress;

gpointer upscale_facts_new (const UpscaleTileServerAddress *address);
gpointer upscale_facts_ref (gpointer facts);
void     upscale_facts_unref (const UpscaleTileServer *kind, gpointer facts);

UpscaleTileRequest *upscale_tile_request_new (const UpscaleTileServer  *kind,
                                              gpointer                  facts,
                                              UpscaleGenParams         *gen_params,
                                              const UpscaleTileMessage *tile);
void                upscale_tile_request_free (UpscaleTileRequest *talk);
void                upscale_tile_request_run_async (UpscaleTileRequest             *talk,
                                                    const UpscaleTileServerAddress *address,
                                                    void (*on_request_built) (gpointer data),
                                                    GCancellable       *cancellable,
                                                    GAsyncReadyCallback callback,
                                                    gpointer            user_data);
void                upscale_tile_request_stop_async (UpscaleTileRequest             *talk,
                                                     const UpscaleTileServerAddress *address,
                                                     GCancellable                   *cancellable,
                                                     GAsyncReadyCallback             callback,
                                                     gpointer                        user_data);
const char         *upscale_tile_request_get_prompt (const UpscaleTileRequest *talk);
gboolean            upscale_tile_request_check_names (const UpscaleTileRequest *talk,
                                                      GStrv                     models,
                                                      GStrv                     loras,
                                                      GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTileRequest, upscale_tile_request_free)

G_END_DECLS
