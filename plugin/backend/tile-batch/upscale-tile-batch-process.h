/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-http.h"

G_BEGIN_DECLS

/**
 * UpscaleTileBatchAddress:
 * @base: the address that routes are relative to
 * @http: sends the requests, with the endpoint's headers
 * @clock: measures the time between polls
 * @is_blocking: the server has only the blocking route
 * @max_body_bytes: size of the largest request that the server accepts, 0 if unknown
 *
 * The address of an endpoint, and facts that all its batches share. Its members outlive
 * every batch.
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
