/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "upscale-policy.h"
#include "upscale-gen-params.h"

G_BEGIN_DECLS

/**
 * UpscaleArguments:
 * @recipe: how to paint
 * @policy: how to dispatch
 * @scale: upscale factor
 * @tile_px: side of a tile
 * @overlap_px: smallest overlap
 * @color_correction: 0 to 1
 * @endpoints: names and URLs, as typed
 * @resize_canvas: whether the canvas grows with the layer
 * @repaint_selection: only the tiles of an earlier result that lie under the selection
 * are painted, anew
 *
 * What the caller wants, checked.
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
  gboolean          repaint_selection;
} UpscaleArguments;

UpscaleArguments *upscale_arguments_new (GimpProcedureConfig *config, GError **error);
void              upscale_arguments_free (UpscaleArguments *arguments);
GBytes           *upscale_arguments_read_reference (GFile *file, GError **error);
gboolean          upscale_arguments_check_reference (const UpscaleArguments *arguments,
                                                     GError                **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleArguments, upscale_arguments_free)

G_END_DECLS
