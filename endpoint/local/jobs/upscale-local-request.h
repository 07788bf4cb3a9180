/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "upscale-local-engine.h"

G_BEGIN_DECLS

typedef struct _UpscaleLocalRequest UpscaleLocalRequest;

/**
 * UpscaleLocalRequestTile:
 * @id: the id that the client chose
 * @image: the PNG file, not trusted
 * @width_px: width of the image, as the client says
 * @height_px: height of the image, as the client says
 * @seed: the seed, which is returned unused
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
 * @batch_id: the id that the client chose
 * @model: name of the wanted model, "" for the default
 * @engine: (transfer none): the engine; set by the server before the request is shared
 * @checksum: checksum of the body, which tells a repetition from another request
 * @tiles: (element-type UpscaleLocalRequestTile): the tiles to paint
 * @target_width_px: width of each returned tile, 0 for the tile's own
 * @target_height_px: height of each returned tile, 0 for the tile's own
 * @lease_s: seconds without a question after which the job is cancelled
 *
 * A valid request. Read-only once the engine is set. Ref-counted, atomically.
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
