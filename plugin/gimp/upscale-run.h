/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-layer-recipe.h"

G_BEGIN_DECLS

/**
 * UpscaleRunCall:
 * @procedure: the procedure that was called
 * @run_mode: with a user or without
 * @image: the image
 * @drawables: (array zero-terminated=1): what is to be upscaled
 * @config: the arguments of %UPSCALE_PROCEDURE_NAME; a user may change them
 * @repeated: (nullable): the recipe that is in @config, when a layer's recipe is repeated
 *
 * One call of a procedure. Points at its maker's memory.
 */
typedef struct
{
  GimpProcedure            *procedure;
  GimpRunMode               run_mode;
  GimpImage                *image;
  GimpDrawable            **drawables;
  GimpProcedureConfig      *config;
  const UpscaleLayerRecipe *repeated;
} UpscaleRunCall;

GimpValueArray *upscale_run_call (const UpscaleRunCall *call);

GimpValueArray *upscale_run (GimpProcedure       *procedure,
                             GimpRunMode          run_mode,
                             GimpImage           *image,
                             GimpDrawable       **drawables,
                             GimpProcedureConfig *config,
                             gpointer             run_data);

G_END_DECLS
