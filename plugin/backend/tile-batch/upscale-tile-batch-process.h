/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-http.h"

G_BEGIN_DECLS

/**
 * UpscaleTileBatchAddress:
 * @base: where an endpoint's routes begin
 * @http: how to send, with its headers
 * @clock: the time between questions
 * @is_blocking: the server has shown that it has the one blocking route only
 * @max_body_bytes: largest request that it takes, 0 when unknown
 *
 * Where batches go. Its members outlive every process.
 */
typedef struct
{
  GUri         *base;
  UpscaleHttp  *http;
  UpscaleClock *clock;
  gboolean      is_blocking;
  gint64        max_body_bytes;
} UpscaleTileBatchAddress;

void upscale_tile_batch_process_start (GTask                   *task,
                                       UpscaleTileBatchAddress *address,
                                       UpscaleBatch            *batch,
                                       const UpscaleBatchFuncs *funcs,
                                       gpointer                 funcs_data);
void upscale_tile_batch_process_abandon (const UpscaleTileBatchAddress *address,
                                         const UpscaleBatch            *batch);

G_END_DECLS
