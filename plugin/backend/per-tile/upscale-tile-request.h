/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-batch.h"

G_BEGIN_DECLS

/**
 * UpscaleTileRequest:
 * @gen_params: how to paint
 * @tile: the tile to paint
 * @is_probe: the picture shows that the server can paint, and is not used
 * @work_id: (nullable): the batch's UUID, where this tile is all of the batch; an earlier
 * run may have given it to the server
 *
 * One tile that a server is to paint. Does not change once made, so that any thread may
 * read it.
 */
typedef struct
{
  UpscaleGenParams   *gen_params;
  UpscaleTileMessage *tile;
  gboolean            is_probe;
  char               *work_id;
} UpscaleTileRequest;

UpscaleTileRequest *upscale_tile_request_new (UpscaleGenParams   *gen_params,
                                              UpscaleTileMessage *tile);
UpscaleTileRequest *upscale_tile_request_new_probe (UpscaleGenParams   *gen_params,
                                                    UpscaleTileMessage *tile);
void                upscale_tile_request_free (UpscaleTileRequest *request);

const char *upscale_tile_request_get_prompt (const UpscaleTileRequest *request);
gsize       upscale_tile_request_count_answer_bytes (const UpscaleTileRequest *request);
gboolean    upscale_tile_request_check_names (const UpscaleTileRequest *request,
                                              GStrv                     models,
                                              GStrv                     loras,
                                              GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTileRequest, upscale_tile_request_free)

G_END_DECLS
