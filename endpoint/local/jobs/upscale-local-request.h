/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "upscale-local-engine.h"

G_BEGIN_DECLS

typedef struct _UpscaleLocalRequest UpscaleLocalRequest;

/**
 * UpscaleLocalRequestTile:
 * @id: the client's name for it
 * @image: the file, as it came in
 * @width_px: width that it is said to have
 * @height_px: height that it is said to have
 * @seed: its seed, which a resampler has no use for but answers
 */
typedef struct
{
  char   *id;
  GBytes *image;
  int     width_px;
  int     height_px;
  gint64  seed;
} UpscaleLocalRequestTile;

/**
 * UpscaleLocalRequest:
 * @batch_id: the client's name for the batch
 * @model: name of the model that is to paint, "" for the default
 * @engine: (transfer none): what paints; set by whoever knows the engines
 * @checksum: of the whole body, which tells a repetition from another request
 * @tiles: (element-type UpscaleLocalRequestTile): what to paint
 * @target_width_px: width of each returned tile, 0 for the tile's own
 * @target_height_px: height of each returned tile, 0 for the tile's own
 * @lease_s: after how long without a question the job is given up
 *
 * A request that was read and found good. Read-only once it has its engine; ref-counted
 * over threads.
 */
struct _UpscaleLocalRequest
{
  char                     *batch_id;
  char                     *model;
  const UpscaleLocalEngine *engine;
  char                     *checksum;
  GArray                   *tiles;
  int                       target_width_px;
  int                       target_height_px;
  int                       lease_s;
};

UpscaleLocalRequest       *
upscale_local_request_parse (GBytes *body, int max_tiles, GError **error);
gsize upscale_local_request_get_tile_bytes (const UpscaleLocalRequest *request,
                                            guint                      tile);
gsize upscale_local_request_get_bytes (const UpscaleLocalRequest *request);
UpscaleLocalRequest *upscale_local_request_ref (UpscaleLocalRequest *request);
void                 upscale_local_request_unref (UpscaleLocalRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLocalRequest, upscale_local_request_unref)

G_END_DECLS
