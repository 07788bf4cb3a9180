/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "upscale-gen-params.h"
#include "upscale-policy.h"

G_BEGIN_DECLS

/**
 * UpscaleArguments:
 * @gen_params: parameters of the model
 * @policy: parameters of the scheduler
 * @scale: upscale factor
 * @tile_px: side of a tile of the result
 * @overlap_px: smallest overlap of two tiles
 * @color_correction: how far low frequencies follow the source, 0 to 1
 * @endpoints: names and addresses as the user typed them, with spaces between
 * @resize_canvas: whether the canvas grows where the new layer does not fit
 * @keep_plain: whether the plain enlargement becomes a layer, too
 * @repaint_selection: whether only the tiles under the selection are painted, on an
 * earlier result
 * @ignore_selection: whether the whole layer is painted, whatever is selected
 * @regions: (element-type UpscaleRegionEntry): parts that are painted otherwise
 * @region_share: share of a tile that a region must cover to count there
 * @tile_prompts: (element-type UpscaleTilePrompt): texts of single tiles
 *
 * Arguments of one call of the procedure, read and checked. Drawables are not among
 * them.
 */
typedef struct
{
  UpscaleGenParams *gen_params;
  UpscalePolicy     policy;
  double            scale;
  int               tile_px;
  int               overlap_px;
  double            color_correction;
  char             *endpoints;
  gboolean          resize_canvas;
  gboolean          keep_plain;
  gboolean          repaint_selection;
  gboolean          ignore_selection;
  GPtrArray        *regions;
  double            region_share;
  GPtrArray        *tile_prompts;
} UpscaleArguments;

UpscaleArguments *upscale_arguments_new (GObject *config, GError **error);
void              upscale_arguments_free (UpscaleArguments *arguments);
GBytes           *upscale_arguments_read_reference (GFile *file, GError **error);
gboolean          upscale_arguments_check_reference (const UpscaleArguments *arguments,
                                                     GError                **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleArguments, upscale_arguments_free)

G_END_DECLS
