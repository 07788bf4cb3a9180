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
 *
 * Where batches go. Its members outlive every process.
 */
typedef struct
{
  GUri         *base;
  UpscaleHttp  *http;
  UpscaleClock *clock;
} UpscaleTileBatchAddress;

void upscale_tile_batch_process_start (GTask                         *task,
                                       const UpscaleTileBatchAddress *address,
                                       UpscaleBatch                  *batch,
                                       const UpscaleBatchFuncs       *funcs,
                                       gpointer                       funcs_data);
void upscale_tile_batch_process_abandon (const UpscaleTileBatchAddress *address,
                                         const UpscaleBatch            *batch);

G_END_DECLS
