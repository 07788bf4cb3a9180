/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-error.h"
#include "upscale-batch-request.h"
#include "upscale-tile-queue.h"

G_BEGIN_DECLS

/**
 * UpscaleBatchRequest:
 *
 * One batch's life: tiles are prepared one by one, the batch is sent, answers are
 * accepted as they come in, and it ends when the endpoint has said its last word and
 * every answer is looked at. It decides nothing; its owner does.
 */
struct _UpscaleBatchRequest
{
  UpscaleBatchRequestPlan         plan;
  const UpscaleBatchRequestFuncs *funcs;
  gpointer                        owner;

  UpscaleCapabilities *capabilities; /* the endpoint's, when it set out */

  UpscaleBatch *batch;
  GCancellable *cancellable;
  GArray       *taken;      /* of guint: all tiles it was given, in order */
  GHashTable   *carried;    /* those without an answer -> UpscaleTileMessage, or NULL */
  guint         n_prepared; /* of @taken */
  guint         n_answered;
  guint         n_measured; /* of the answered */
  guint         n_accepting;
  gboolean      is_answered; /* the endpoint has said its last word */
  gboolean      is_late;
  UpscalePhase  phase;
  guint         deadline; /* timer */
  guint         pause;    /* timer */
  int           n_resends;
  gint64        sent_us;       /* last */
  gint64        work_began_us; /* 0 until it is sent */
  gint64        news_us;
  GError       *error;
};

/* One tile on its way through the provider. */
typedef struct
{
  UpscaleBatchRequest *request;
  guint                tile_index;
} UpscaleTileWork;

UpscaleTileWork *upscale_tile_work_new (UpscaleBatchRequest *request, guint tile_index);

G_END_DECLS
